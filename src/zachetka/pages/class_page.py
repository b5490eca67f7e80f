"""The page of a class for its teaching assistant: what to look at first, then how it all went."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from importlib import resources
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from markupsafe import Markup, escape

from zachetka.language import Language
from zachetka.pages.charts import balance, meter
from zachetka.pages.class_charts import (
    EXTREMES,
    cause_chart,
    check_map,
    late_chart,
    memory_chart,
    score_chart,
    task_chart,
    time_chart,
)
from zachetka.pages.class_statistics import (
    CheckResult,
    Remark,
    causes_of_failures,
    check_results,
    group_results,
    remarks,
    score_bins,
    scores,
    status_counts,
    task_results,
)
from zachetka.pages.class_words import WEAK_DISCRIMINATION, cause, points, score_range, signed, tone
from zachetka.pages.theme import environment
from zachetka.pages.words import Speech
from zachetka.report.clean import clean_line
from zachetka.report.model import LINE_LIMIT, ReportStatus
from zachetka.sandbox.base import MIB

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zachetka.manifest import Manifest
    from zachetka.report.store import ClassRecord, Stored
    from zachetka.similarity import Pair

# Beside this page, the folder of those of the students.
STUDENTS: Final = "feedback"
CSS: Final = resources.files("zachetka.pages").joinpath("class_page.css").read_text("utf-8")

# Below it, chance moves a correlation by more than what it is judged by.
FEW_FOR_DISCRIMINATION: Final = 30

# A link takes some 200 bytes, and a page has to open quickly for a class of thousands.
_MOST_LINKS: Final = 12_000
_FEWEST_LINKS: Final = 10
_LISTED: Final = 100
_REMARKS: Final = 40
_PAIRS: Final = 200
_ROWS: Final = 500
_OPEN_TABLE: Final = 60
_OPEN_CHECKS: Final = 12

# A path as a URL has it: no scheme, no host, nothing that needs quoting.
_RELATIVE: Final = re.compile(r"[\w.~%-][\w.~%/-]*", re.ASCII)


def class_page(record: ClassRecord, *, manifest: Manifest, pairs: Sequence[Pair] = ()) -> str:
    """Give the page as HTML.

    Args:
        record: what the batch left.
        manifest: the assignment.
        pairs: submissions that are close to each other; `page` is relative to this one.
    """
    reports = record.reports
    max_score = max((each.report.max_score for each in reports), default=0) or manifest.max_score
    checks = check_results(reports)
    template = environment(CSS).get_template("class_page.html.j2")
    return template.render(
        language="en",
        manifest=manifest,
        record=record,
        max_score=max_score,
        broken=[clean_line(name, LINE_LIMIT) for name in record.broken],
        link=_link,
        listed=_listed,
        points=lambda value: points(value, max_score),
        meter=meter,
        balance=balance,
        cause=cause,
        tone=tone,
        signed=signed,
        moment=Speech(Language.EN).moment,
        megabytes=lambda count: f"{count / MIB:,.0f}",
        rows=_ROWS,
        listed_most=_LISTED,
        open_table=_OPEN_TABLE,
        checks_open=_OPEN_CHECKS,
        few=FEW_FOR_DISCRIMINATION,
        weak=WEAK_DISCRIMINATION,
        graders=len({each.report.grader.sha256 for each in reports if each.report.grader}),
        heat=_heat,
        **_overview(reports, max_score),
        **_trouble(reports),
        **_scores(reports, max_score),
        **_tasks(reports, manifest),
        **_checks(checks, reports),
        **_effort(reports),
        late=_late(reports),
        late_chart=late_chart(reports),
        several=[each for each in reports if each.report.submission.others],
        groups=group_results(record),
        missing=_missing(record),
        pairs=_pairs(pairs, record),
        more_pairs=max(0, len(pairs) - _PAIRS),
    )


def _address(stored: Stored) -> str:
    # A name of a file that is no UTF-8 has its bytes back in the address.
    return f"{STUDENTS}/{quote(stored.stem, safe='', errors='surrogateescape')}.html"


def _link(stored: Stored) -> Markup:
    return Markup('<a href="{}">{}</a>').format(_address(stored), stored.report.label)


def _listed(students: Sequence[Stored], most: int = _LISTED) -> Markup:
    shown = Markup(", ").join(map(_link, students[:most]))
    return shown + (f" and {len(students) - most:,} more" if len(students) > most else "")


def _overview(reports: Sequence[Stored], max_score: float) -> dict[str, Any]:
    all_scores = scores(reports)
    return {
        "counts": status_counts(reports),
        "mean": statistics.fmean(all_scores) if all_scores else None,
        "median": statistics.median(all_scores) if all_scores else None,
        "full": sum(score >= max_score - 1e-9 for score in all_scores),
        "scored": len(all_scores),
        "graded_at": max((each.report.graded_at for each in reports), default=None),
    }


def _reason(each: Stored) -> list[str]:
    """Give the line that says what happened; where it did stands below it, in the report."""
    return [(each.report.message or "no reason given").partition("\n")[0]]


def _trouble(reports: Sequence[Stored]) -> dict[str, Any]:
    def with_status(status: ReportStatus) -> tuple[Remark, ...]:
        those = [each for each in reports if each.report.status is status]
        return remarks(those, _reason)[:_REMARKS]

    flags = remarks(reports, _own_flags)
    repairs = remarks(reports, lambda each: each.report.repairs)
    return {
        "errors": with_status(ReportStatus.ERROR),
        "rejections": with_status(ReportStatus.REJECTED),
        "flags": flags[:_REMARKS],
        "more_flags": max(0, len(flags) - _REMARKS),
        "flagged": sum(bool(each.report.flags) for each in reports),
        "repairs": repairs[:_REMARKS],
    }


def _own_flags(stored: Stored) -> Iterable[str]:
    return (flag for flag in stored.report.flags if flag not in stored.report.repairs)


def _scores(reports: Sequence[Stored], max_score: float) -> dict[str, Any]:
    bins = score_bins(reports, max_score)
    all_scores = scores(reports)
    mean = statistics.fmean(all_scores) if all_scores and not bins[0].exact else None
    return {
        "histogram": score_chart(bins, max_score, mean),
        "mean_drawn": mean is not None,
        "bins": [
            (number, score_range(each, max_score), each.students)
            for number, each in enumerate(bins)
            if each.students
        ],
    }


def _tasks(reports: Sequence[Stored], manifest: Manifest) -> dict[str, Any]:
    results = task_results(reports, list(manifest.tasks))
    return {
        "tasks": results,
        "task_names": [each.name for each in results],
        "task_chart": task_chart(results),
        "earned": {each.name: _earned(each) for each in reports},
    }


def _earned(stored: Stored) -> dict[str, tuple[float, float]]:
    earned: defaultdict[str, float] = defaultdict(float)
    possible: defaultdict[str, float] = defaultdict(float)
    for check in stored.report.checks:
        earned[check.task] += check.points
        possible[check.task] += check.max_points
    return {task: (earned[task], possible[task]) for task in possible}


def _heat(earned: float, possible: float) -> int:
    """Give one of five shades: nothing, less than half, half or more, nearly all, all."""
    share = earned / possible if possible else 0.0
    steps = (1e-9, 0.5, 0.8, 1 - 1e-9)
    return sum(share >= step for step in steps)


def _checks(checks: Sequence[CheckResult], reports: Sequence[Stored]) -> dict[str, Any]:
    causes = causes_of_failures(reports)
    most = (_MOST_LINKS - 3 * len(reports)) // max(1, len(checks))
    return {
        "checks": checks,
        "failed_most": max(_FEWEST_LINKS, most),
        "map_of_checks": check_map(checks),
        "causes": causes,
        "cause_chart": cause_chart(causes),
    }


def _effort(reports: Sequence[Stored]) -> dict[str, Any]:
    runs = [(each.report.execution, each) for each in reports if each.report.execution is not None]
    times = [(run.wall_s, each) for run, each in runs]
    sizes = [
        (run.peak_memory_bytes, each) for run, each in runs if run.peak_memory_bytes is not None
    ]
    times.sort(key=lambda each: -each[0])
    sizes.sort(key=lambda each: -each[0])
    return {
        "times": times[:EXTREMES],
        "median_time": statistics.median([each for each, _ in times]) if times else None,
        "time_chart": time_chart(times, _address),
        "sizes": sizes[:EXTREMES],
        "median_size": statistics.median([each for each, _ in sizes]) if sizes else None,
        "size_chart": memory_chart(sizes, _address),
    }


def _late(reports: Iterable[Stored]) -> list[Stored]:
    those = [each for each in reports if each.report.late is not None and each.report.late.days]
    return sorted(those, key=lambda each: -(each.report.late.days if each.report.late else 0))


def _missing(record: ClassRecord) -> list[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for each in record.missing:
        groups.setdefault(each.group, []).append(each.name or each.student)
    return sorted(groups.items(), key=lambda group: group[0].casefold())


def _pairs(pairs: Sequence[Pair], record: ClassRecord) -> list[tuple[Markup, Markup, float, str]]:
    known = {each.name: each for each in record.reports}

    def of(untrusted_name: str) -> Markup:
        stored = known.get(untrusted_name)
        return _link(stored) if stored else escape(clean_line(untrusted_name, LINE_LIMIT))

    closest = sorted(pairs, key=lambda pair: (-pair.score, pair.first, pair.second))
    return [
        (of(pair.first), of(pair.second), pair.score, _relative(pair.page))
        for pair in closest[:_PAIRS]
    ]


def _relative(untrusted_link: str) -> str:
    """Give a link that stays beside the class page, or none."""
    return untrusted_link if _RELATIVE.fullmatch(untrusted_link) else ""
