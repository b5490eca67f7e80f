"""The student's page: the score, every check with what is wrong and where to look, the plots.

It says nothing of what is for teachers: no flags, no failure of ours in detail.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from zachetka.pages import theme
from zachetka.pages.words import CAUSE, CELL_STATUS, STATUS, Speech, pieces
from zachetka.report.clean import clean_text
from zachetka.report.model import CellStatus, CheckStatus, ReportStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zachetka.language import Language
    from zachetka.manifest import Manifest
    from zachetka.pages.images import Plot
    from zachetka.report.model import CellRun, Check, Late, Report
    from zachetka.submission.notebook import Cell

FAILED_CELLS: Final = 20
SOURCE_CHARS: Final = 3000

_TONES: Final = {
    CheckStatus.PASSED: "good",
    CheckStatus.FAILED: "bad",
}
_STATUS_TONES: Final = {
    ReportStatus.GRADED: "accent",
    ReportStatus.REJECTED: "bad",
    ReportStatus.ERROR: "warn",
}
_PERCENT: Final = 100
_ROUNDING: Final = 1e-9
_FINGERPRINT_LETTERS: Final = 12


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check as its student reads it; `repeated` when the one before says the very same."""

    check: Check
    tone: str
    cause: str | None
    repeated: bool


@dataclass(frozen=True, slots=True)
class TaskResult:
    """A task with its checks; `percent` of its points are earned."""

    name: str
    points: float
    max_points: float
    percent: int
    tone: str
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class FailedCell:
    """A cell that did not run to its end, as its student reads it."""

    number: int
    status: str
    source: str | None
    said: str | None


def feedback_page(
    report: Report,
    *,
    manifest: Manifest,
    language: Language,
    cells: Sequence[Cell] = (),
    plots: Sequence[Plot] = (),
    plots_left_out: int = 0,
) -> str:
    """Give the page of one submission as HTML that needs no other file.

    Args:
        report: of the submission.
        manifest: of its assignment.
        language: of the words around the messages, which the report has in one language already.
        cells: of the notebook, to show the source of those that failed.
        plots: the student's own, drawn anew.
        plots_left_out: how many images of the notebook are not among them.
    """
    speech = Speech(language)
    tasks = tasks_of(report, manifest, speech)
    failed = _failed_cells(report, {cell.index: cell.source for cell in cells}, speech)
    template = theme.environment().get_template("feedback.html.j2")
    return template.render(
        language=language.value,
        word=speech,
        number=speech.number,
        moment=speech.moment,
        pieces=pieces,
        report=report,
        title=speech.say(manifest.title_text),
        status=speech.say(STATUS[report.status]),
        status_tone=_STATUS_TONES[report.status],
        is_error=report.status is ReportStatus.ERROR,
        is_rejected=report.status is ReportStatus.REJECTED,
        percent=percent_of(report.score or 0.0, report.max_score),
        passed=sum(check.status is CheckStatus.PASSED for check in report.checks),
        late=late_facts(report, speech),
        tasks=tasks,
        cells=failed[:FAILED_CELLS],
        more_cells=max(0, len(failed) - FAILED_CELLS),
        not_reached=not_reached(report),
        repairs=[speech.repair(repair) for repair in report.repairs],
        plots=plots,
        plots_left_out=plots_left_out,
        fingerprint=(report.submission.sha256 or "")[:_FINGERPRINT_LETTERS],
    )


def tasks_of(report: Report, manifest: Manifest, speech: Speech) -> tuple[TaskResult, ...]:
    """Group the checks by task, in the order of the assignment. A fault of ours has none."""
    if report.status is ReportStatus.ERROR:
        return ()
    order = {name: place for place, name in enumerate(manifest.tasks)}
    checks = sorted(report.checks, key=lambda check: order.get(check.task, len(order)))
    return tuple(
        _task_result(name, tuple(group), speech)
        for name, group in groupby(checks, key=lambda check: check.task)
    )


def late_facts(report: Report, speech: Speech) -> tuple[tuple[str, str], ...]:
    """Say by name what the deadline was and what missing it cost; nothing where there is none."""
    late = report.late
    if late is None:
        return ()
    handed_in_at = late.handed_in_at.astimezone(late.deadline.tzinfo)
    facts = [
        (speech("deadline"), speech.moment(late.deadline)),
        (speech("handed_in_at"), speech.moment(handed_in_at)),
        (speech("late"), _delay(report, late, speech)),
    ]
    if late.extension:
        facts.append((speech("extension"), late.extension))
    return tuple(facts)


def _delay(report: Report, late: Late, speech: Speech) -> str:
    if late.days == 0:
        return speech("on_time")
    said = speech.days(late.days)
    if late.points_lost <= _ROUNDING or report.score is None:
        return said
    before = speech.number(report.score + late.points_lost)
    lost = f"−{speech.number(late.percent)} % (−{speech.number(late.points_lost)})"
    return f"{said}, {lost}; {speech('before_late')} {before}"


def percent_of(points: float, max_points: float) -> int:
    """Give the share of the points, in percent from 0 to 100; only all of them are 100."""
    if max_points <= 0:
        return 0
    if points >= max_points - _ROUNDING:
        return _PERCENT
    return min(_PERCENT - 1, max(0, round(_PERCENT * points / max_points)))


def cell_runs_that_failed(report: Report) -> tuple[CellRun, ...]:
    """Give the cells that did not run to their end, without those that were never reached."""
    if report.execution is None:
        return ()
    return tuple(run for run in report.execution.cells if run.status in CELL_STATUS)


def not_reached(report: Report) -> str:
    """Number the cells that were never run: "8, 9"; nothing if the list would say nothing."""
    if report.execution is None:
        return ""
    numbers = [
        str(run.index + 1) for run in report.execution.cells if run.status is CellStatus.SKIPPED
    ]
    shown = ", ".join(numbers[:FAILED_CELLS])
    return f"{shown}, …" if len(numbers) > FAILED_CELLS else shown


def _task_result(name: str, checks: tuple[Check, ...], speech: Speech) -> TaskResult:
    points = sum(check.points for check in checks)
    max_points = sum(check.max_points for check in checks)
    passed = [check.status is CheckStatus.PASSED for check in checks]
    tone = "good" if all(passed) else "warn" if any(passed) else "bad"
    share = percent_of(points, max_points)
    if max_points <= 0:
        share = percent_of(sum(passed), len(passed))
    return TaskResult(name, points, max_points, share, tone, tuple(_results(checks, speech)))


def _results(checks: tuple[Check, ...], speech: Speech) -> Iterator[CheckResult]:
    said: tuple[str | None, str | None] = (None, None)
    for check in checks:
        says = (check.message, check.hint)
        yield CheckResult(
            check=check,
            tone=_TONES[check.status],
            cause=None if check.cause is None else speech.say(CAUSE[check.cause]),
            repeated=check.message is not None and says == said,
        )
        if check.status is not CheckStatus.PASSED:
            said = says


def _failed_cells(
    report: Report, untrusted_sources: Mapping[int, str], speech: Speech
) -> list[FailedCell]:
    return [
        FailedCell(
            number=run.index + 1,
            status=speech.say(CELL_STATUS[run.status]),
            source=_shown_source(untrusted_sources.get(run.index, "")),
            said=_shown_error(run),
        )
        for run in cell_runs_that_failed(report)
    ]


def _shown_source(untrusted_source: str) -> str | None:
    return clean_text(untrusted_source, SOURCE_CHARS).strip("\n") or None


def _shown_error(run: CellRun) -> str | None:
    if run.status is CellStatus.TIME_LIMIT:
        return None  # the interrupt that ended it says nothing new
    return (run.traceback or run.error or "").strip("\n") or None
