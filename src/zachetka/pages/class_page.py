"""The page of a class for its teaching assistant: what to look at first, then how it all went."""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from importlib import resources
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from markupsafe import Markup, escape

from zachetka.pages.charts import (
    Column,
    Dot,
    Row,
    balance,
    histogram,
    horizontal_bars,
    meter,
    scatter,
    strip,
)
from zachetka.pages.class_statistics import (
    Bin,
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
from zachetka.pages.theme import environment
from zachetka.report.clean import clean_line
from zachetka.report.model import LINE_LIMIT, ReportStatus
from zachetka.sandbox.base import MIB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zachetka.manifest import Manifest
    from zachetka.report.store import ClassRecord, Stored
    from zachetka.similarity import Pair

CSS: Final = resources.files("zachetka.pages").joinpath("class_page.css").read_text("utf-8")

# Ebel's rule of thumb, which item analysis has kept.
WEAK_DISCRIMINATION: Final = 0.2
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
_DAYS: Final = 7
_NARROW_TICKS: Final = 11
_NAMED_DOTS: Final = 400
_EXTREMES: Final = 10
_DISCRIMINATION_TICKS: Final = (-0.5, 0.0, 0.5, 1.0)
_PERCENT_TICKS: Final = ("0 %", "25 %", "50 %", "75 %", "100 %")

# A path as a URL has it: no scheme, no host, nothing that needs quoting.
_RELATIVE: Final = re.compile(r"[\w.~%-][\w.~%/-]*", re.ASCII)

_CAUSES: Final = {
    "assertion": "wrong result",
    "wrong_type": "wrong type or shape",
    "missing": "not defined",
    "error": "raised an error",
    "time_limit": "took too long",
    "memory_limit": "took too much memory",
    "output_limit": "gave too much output",
    "crash": "crashed",
    "forbidden": "used what is forbidden",
    "not_run": "was not run",
}


def class_page(
    record: ClassRecord, *, manifest: Manifest, pairs: Sequence[Pair] = (), pages: str = "feedback"
) -> str:
    """Give the page as HTML.

    Args:
        record: what the batch left.
        manifest: the assignment.
        pairs: submissions that are close to each other; `page` is relative to this one.
        pages: the folder of the students' pages, relative to where this one will lie.
    """
    link = _linker(pages)
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
        link=link,
        listed=lambda students, most=_LISTED: _listed(students, link, most),
        points=lambda value: _points(value, max_score),
        meter=meter,
        balance=balance,
        cause=_cause,
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
        **_effort(reports, link),
        late=_late(reports),
        late_chart=_late_chart(reports),
        several=[each for each in reports if each.report.submission.others],
        groups=group_results(record),
        missing=_missing(record),
        pairs=_pairs(pairs, record, link),
        more_pairs=max(0, len(pairs) - _PAIRS),
    )


def _linker(pages: str) -> Callable[[Stored], Markup]:
    folder = f"{quote(pages.rstrip('/'), safe='/.')}/" if pages else ""

    def link(stored: Stored) -> Markup:
        # A name of a file that is no UTF-8 has its bytes back in the address.
        page = quote(stored.stem, safe="", errors="surrogateescape")
        return Markup('<a href="{}{}.html">{}</a>').format(folder, page, stored.report.label)

    return link


def _address(link: Callable[[Stored], Markup], stored: Stored) -> str:
    return link(stored).split('"')[1]


def _listed(students: Sequence[Stored], link: Callable[[Stored], Markup], most: int) -> Markup:
    shown = Markup(", ").join(link(each) for each in students[:most])
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
    labels = [_bin_label(each, max_score) for each in bins]
    columns = [
        Column(
            label,
            len(each.students),
            sum(one.report.status is ReportStatus.REJECTED for one in each.students),
            f"#score-{number}" if each.students else "",
        )
        for number, (label, each) in enumerate(zip(labels, bins, strict=True))
    ]
    all_scores = scores(reports)
    exact = bins[0].exact
    # On a narrow screen twenty numbers would run into each other.
    step = 1 if len(bins) <= _NARROW_TICKS else 5
    named = [label if number % step == 0 else "" for number, label in enumerate(labels)]
    ticks = named if exact else [_points(max_score * part / 4, max_score) for part in range(5)]
    mean = statistics.fmean(all_scores) / max_score if all_scores and not exact else None
    picture = histogram(
        columns,
        title=f"How the scores of {len(all_scores)} submissions are spread",
        ticks=ticks,
        axis=f"score, of {max_score:g}",
        mean=mean,
    )
    return {
        "histogram": picture,
        "mean_drawn": mean is not None,
        "bins": [
            (number, label, each.students)
            for number, (label, each) in enumerate(zip(labels, bins, strict=True))
            if each.students
        ],
    }


def _bin_label(each: Bin, max_score: float) -> str:
    low = _points(each.low, max_score)
    return f"{each.low:g}" if each.exact else f"{low} to {_points(each.high, max_score)}"


def _points(value: float, max_score: float) -> str:
    fine, usual = 1.0, 20.0
    digits = 3 if max_score <= fine else 2 if max_score <= usual else 1
    return f"{value:.{digits}f}"


def _tasks(reports: Sequence[Stored], manifest: Manifest) -> dict[str, Any]:
    results = task_results(reports, list(manifest.tasks))
    rows = [Row(each.name, each.share, f"{100 * each.share:.0f} %") for each in results]
    return {
        "tasks": results,
        "task_names": [each.name for each in results],
        "task_chart": horizontal_bars(rows, title="The part of its points that each task gave"),
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
    dots = [
        Dot(
            check.share,
            f"{check.task}, {check.title}: {100 * check.share:.0f} % passed, "
            f"separates {_signed(check.discrimination)}",
            check.discrimination,
            f"#check-{number}",
            _tone(check.discrimination),
        )
        for number, check in enumerate(checks)
        if check.discrimination is not None
    ]
    causes = causes_of_failures(reports)
    failures = sum(count for _, count, _ in causes)
    rows = [
        Row(_cause(cause), count / failures, f"{count:,}, {100 * count / failures:.0f} %")
        for cause, count, _ in causes
    ]
    most = (_MOST_LINKS - 3 * len(reports)) // max(1, len(checks))
    return {
        "checks": checks,
        "tone": _tone,
        "signed": _signed,
        "failed_most": max(_FEWEST_LINKS, most),
        "map_of_checks": scatter(
            dots,
            title="Each check by how many passed it and how well it separates strong from weak",
            x_axis="submissions that passed",
            # Far below 0 there is rarely anything to see.
            y_ticks=(-1.0, *_DISCRIMINATION_TICKS)
            if any(dot.y < _DISCRIMINATION_TICKS[0] for dot in dots)
            else _DISCRIMINATION_TICKS,
            x_ticks=_PERCENT_TICKS,
        )
        if dots
        else None,
        "causes": causes,
        "cause_chart": horizontal_bars(rows, title="Why checks gave no points"),
    }


def _cause(word: str) -> str:
    return _CAUSES.get(word, word.replace("_", " "))


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def _tone(discrimination: float) -> str:
    if discrimination < 0:
        return "bad"
    return "warn" if discrimination < WEAK_DISCRIMINATION else "accent"


def _effort(reports: Sequence[Stored], link: Callable[[Stored], Markup]) -> dict[str, Any]:
    times = [
        (each.report.execution.wall_s, each)
        for each in reports
        if each.report.execution is not None
    ]
    sizes = [
        (each.report.execution.peak_memory_bytes, each)
        for each in reports
        if each.report.execution is not None and each.report.execution.peak_memory_bytes is not None
    ]
    times.sort(key=lambda each: -each[0])
    sizes.sort(key=lambda each: -each[0])
    return {
        "times": times[:_EXTREMES],
        "timed": len(times),
        "median_time": statistics.median([each for each, _ in times]) if times else None,
        "time_chart": strip(
            _dots([(time, f"{time:.1f} s", each) for time, each in times], link),
            title=f"How long each of {len(times)} notebooks ran",
            axis="seconds",
        ),
        "sizes": sizes[:_EXTREMES],
        "median_size": statistics.median([each for each, _ in sizes]) if sizes else None,
        "size_chart": strip(
            _dots([(size / MIB, f"{size / MIB:,.0f} MiB", each) for size, each in sizes], link),
            title=f"The most memory that each of {len(sizes)} notebooks held",
            axis="MiB",
        ),
    }


def _dots(
    values: Sequence[tuple[float, str, Stored]], link: Callable[[Stored], Markup]
) -> list[Dot]:
    named = len(values) if len(values) <= _NAMED_DOTS else _EXTREMES
    return [
        Dot(x, f"{each.report.label}: {words}", link=_address(link, each))
        if index < named
        else Dot(x, "")
        for index, (x, words, each) in enumerate(values)
    ]


def _late(reports: Iterable[Stored]) -> list[Stored]:
    those = [each for each in reports if each.report.late is not None and each.report.late.days]
    return sorted(those, key=lambda each: -(each.report.late.days if each.report.late else 0))


def _late_chart(reports: Iterable[Stored]) -> Markup:
    days = Counter(
        min(each.report.late.days, _DAYS) for each in reports if each.report.late is not None
    )
    labels = [*map(str, range(_DAYS)), f"{_DAYS}+"]
    return histogram(
        [Column(label, days[number]) for number, label in enumerate(labels)],
        title="How many days late the submissions were",
        ticks=labels,
        axis="started days after the deadline, 0 is in time",
        mean=None,
    )


def _missing(record: ClassRecord) -> list[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for each in record.missing:
        groups.setdefault(each.group, []).append(each.name or each.student)
    return sorted(groups.items(), key=lambda group: group[0].casefold())


def _pairs(
    pairs: Sequence[Pair], record: ClassRecord, link: Callable[[Stored], Markup]
) -> list[tuple[Markup, Markup, float, str]]:
    known = {each.name: each for each in record.reports}

    def of(untrusted_name: str) -> Markup:
        stored = known.get(untrusted_name)
        return link(stored) if stored else escape(clean_line(untrusted_name, LINE_LIMIT))

    closest = sorted(pairs, key=lambda pair: (-pair.score, pair.first, pair.second))
    return [
        (of(pair.first), of(pair.second), pair.score, _relative(pair.page))
        for pair in closest[:_PAIRS]
    ]


def _relative(untrusted_link: str) -> str:
    """Give a link that stays beside the class page, or none."""
    return untrusted_link if _RELATIVE.fullmatch(untrusted_link) else ""
