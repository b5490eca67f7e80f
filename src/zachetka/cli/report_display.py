"""One report on a terminal: the score, the tasks, and what to do about each failed check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.padding import Padding
from rich.text import Text

from zachetka.cli.display import make_console, mark, number
from zachetka.language import Text as Words
from zachetka.pages.feedback import cell_runs_that_failed, not_reached
from zachetka.pages.words import CAUSE, CELL_STATUS, WORDS
from zachetka.report.model import CheckStatus, ReportStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import RenderableType

    from zachetka.language import Language
    from zachetka.report.model import Check, Report

_WORDS: Final = {
    "score": Words("score", "баллы"),
    "hint": Words("hint", "подсказка"),
    "rejected": Words("rejected", "не принято"),
    "error": Words("no verdict, and not the student's fault", "нет оценки, не по вине студента"),
    "cell": Words("cell", "ячейка"),
    "checks": Words("checks passed", "проверок пройдено"),
    "flags": Words("look at", "обратите внимание"),
    "in": Words("of", "из"),
    "same": Words("the same", "то же самое"),
}
_PERCENT: Final = 100
_CELLS: Final = 10
_INDENT: Final = 2


def show_report(report: Report, language: Language) -> None:
    """Print a report; the words around the messages are in `language`, too."""
    console = make_console()
    for part in _parts(report, language):
        console.print(part)


def _parts(report: Report, language: Language) -> Iterator[RenderableType]:
    def word(name: str) -> str:
        return _WORDS[name].in_language(language)

    yield Text.assemble((report.student, "bold"), f"  {report.assignment}")
    if report.status is not ReportStatus.GRADED:
        yield Text(f"{word(report.status.value)}: {report.message or ''}", style="bold red")
    elif report.message:
        yield Text(report.message, style="bold")
    cells = list(_cells(report, language))
    for line in cells[:_CELLS]:
        yield Text(line, style="yellow")
    if len(cells) > _CELLS:
        yield Text(f"… +{len(cells) - _CELLS}", style="yellow")
    if report.checks:
        yield ""
    for task in dict.fromkeys(check.task for check in report.checks):
        yield from _task(
            task, [each for each in report.checks if each.task == task], report, language
        )
    if report.flags:
        yield ""
        for flag in report.flags:
            yield Text(f"{word('flags')}: {flag}", style="yellow")
    yield ""
    yield _closing(report, word)


def _closing(report: Report, word: Callable[[str], str]) -> Text:
    passed = sum(check.status is CheckStatus.PASSED for check in report.checks)
    total = sum(check.max_points for check in report.checks)
    line = Text()
    if total or not report.checks:
        line.append(
            f"{word('score')} {number(report.score)} {word('in')} {number(report.max_score)}",
            style="bold",
        )
    if report.checks:
        line.append("  " if line else "")
        line.append(f"{passed} {word('in')} {len(report.checks)} {word('checks')}")
    if report.execution is not None and report.sandbox is not None:
        line.append(f"  {report.sandbox.backend}, {report.execution.wall_s:.1f} s", style="dim")
    return line


def _cells(report: Report, language: Language) -> Iterator[str]:
    name = _WORDS["cell"].in_language(language)
    for cell in cell_runs_that_failed(report):
        said = CELL_STATUS[cell.status].in_language(language)
        error = f": {cell.error_line}" if cell.error_line else ""
        yield f"{name} {cell.index + 1}: {said}{error}"
    unreached = not_reached(report)
    if unreached:
        yield f"{WORDS['not_reached'].in_language(language)}: {unreached}"


def _task(
    task: str, checks: Sequence[Check], report: Report, language: Language
) -> Iterator[RenderableType]:
    earned = sum(check.points for check in checks) / report.max_score * _PERCENT
    possible = sum(check.max_points for check in checks) / report.max_score * _PERCENT
    passed = all(check.status is CheckStatus.PASSED for check in checks)
    head = Text.assemble(mark(passed), " ", (task, "bold"))
    if possible:
        head.append(f"  {number(earned)}/{number(possible)} %", style="dim" if passed else "")
    yield head
    before: Check | None = None
    for check in checks:
        if check.status is not CheckStatus.PASSED:
            yield from _failure(check, report, language, before)
            before = check
        elif not possible:  # public checks: a student wants to see what was looked at
            yield _indented(Text.assemble(mark(True), " ", check.title), _INDENT)


def _failure(
    check: Check, report: Report, language: Language, before: Check | None
) -> Iterator[RenderableType]:
    """Show a check without points; what was just said of the one `before` is not said again."""
    said, hinted = (before.message, before.hint) if before else (None, None)
    lost = (check.max_points - check.points) / report.max_score * _PERCENT
    title = Text.assemble(mark(False), " ", (check.title, "red"))
    if lost:
        title.append(f"  -{number(lost)} %")
    if check.cause is not None:
        title.append(f"  {CAUSE[check.cause].in_language(language)}", style="dim")
    yield _indented(title, _INDENT)
    if check.message and check.message == said:
        yield _indented(Text(_WORDS["same"].in_language(language), style="dim"), 2 * _INDENT)
    elif check.message:
        yield _indented(Text(check.message), 2 * _INDENT)
    if check.hint and (check.hint != hinted or check.message != said):
        hint = _WORDS["hint"].in_language(language)
        yield _indented(Text(f"{hint}: {check.hint}", style="cyan"), 2 * _INDENT)


def _indented(text: Text, indent: int) -> RenderableType:
    return Padding(text, (0, 0, 0, indent), expand=False)
