"""The student's feedback as Markdown, short enough for a mail.

Markdown is read by many programs in as many ways. So every sign that means something to any of
them is escaped, and a word that one of them could take for an address becomes code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zachetka.pages.feedback import cell_runs_that_failed, late_facts, not_reached, tasks_of
from zachetka.pages.words import CELL_STATUS, STATUS, Speech, pieces
from zachetka.report.model import CheckStatus, ReportStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zachetka.language import Language
    from zachetka.manifest import Manifest
    from zachetka.pages.feedback import CheckResult, TaskResult
    from zachetka.report.model import CellRun, Report

FAILED_CELLS: Final = 10

_SIGNS: Final = re.compile(r"([\\*_{}\[\]<>#|~&$])")
# What makes a list or a heading of a line that begins with it.
_START: Final = re.compile(r"^(\d+(?=[.)](?:\s|$))|(?=[-+=]))")
# "evil.example", "a@b.example", "https://evil.example", "www.evil.example", but not "0.25".
_ADDRESS: Final = re.compile(r"://|@|\w\.[^\W\d]")
_PUNCTUATION: Final = ".,;:!?()[]«»\"'"
_MARKS: Final = {CheckStatus.PASSED: "✓", CheckStatus.FAILED: "✗"}


def feedback_markdown(report: Report, manifest: Manifest, language: Language) -> str:
    """Give what a student should read of a report, as Markdown without links and images."""
    return "\n".join(_lines(report, manifest, Speech(language))) + "\n"


def escaped(text: str) -> str:
    """Give a text on one line that no Markdown reader takes for anything but text."""
    safe = "".join(
        _as_code(piece) if is_code else _prose(piece)
        for piece, is_code in pieces(" ".join(text.split()))
    )
    return _START.sub(r"\1\\", safe)


def _lines(report: Report, manifest: Manifest, word: Speech) -> Iterator[str]:
    yield f"# {escaped(word.say(manifest.title_text))}"
    yield ""
    yield f"{escaped(report.label)} — {escaped(report.submission.file)}"
    yield ""
    if report.status is ReportStatus.ERROR or report.score is None:
        yield f"**{word('no_score')}.** {word('ours')}"
    else:
        score = f"{word.number(report.score)} {word('of')} {word.number(report.max_score)}"
        yield f"**{word('score')}: {score}** ({word.say(STATUS[report.status])})"
        if report.message:
            yield ""
            yield escaped(report.message)
    late = late_facts(report, word)
    if late:
        yield ""
        yield from (f"- {name}: {escaped(value)}" for name, value in late)
    tasks = tasks_of(report, manifest, word)
    if tasks:
        yield from ("", f"## {word('tasks')}")
    for task in tasks:
        yield from _task(task, word)
    yield from _cells(report, word)
    if report.repairs:
        yield from ("", f"## {word('repairs')}", "")
        yield from (f"- {escaped(word.repair(repair))}" for repair in report.repairs)


def _task(task: TaskResult, word: Speech) -> Iterator[str]:
    share = f"{word.number(task.points)} {word('of')} {word.number(task.max_points)}"
    yield from ("", f"### {escaped(task.name)}" + (f" — {share}" if task.max_points else ""), "")
    for result in task.checks:
        yield from _check(result, word)


def _check(result: CheckResult, word: Speech) -> Iterator[str]:
    check = result.check
    cause = f" — {result.cause}" if result.cause else ""
    yield f"- {_MARKS[check.status]} {escaped(check.title)}{cause}"
    if check.status is CheckStatus.PASSED:
        return
    if result.repeated:
        yield f"  - {word('same')}"
        return
    if check.message:
        yield f"  - {escaped(check.message)}"
    if check.hint:
        yield f"  - {word('hint')}: {escaped(check.hint)}"


def _cells(report: Report, word: Speech) -> Iterator[str]:
    failed = cell_runs_that_failed(report)
    unreached = not_reached(report)
    if failed or unreached:
        yield from ("", f"## {word('cells')}", "")
    for run in failed[:FAILED_CELLS]:
        yield _cell(run, word)
    if len(failed) > FAILED_CELLS:
        yield f"- {word('more_cells')}: {len(failed) - FAILED_CELLS}"
    if unreached:
        yield f"- {word('not_reached')}: {unreached}"


def _cell(run: CellRun, word: Speech) -> str:
    said = f"- {word('cell')} {run.index + 1}: {word.say(CELL_STATUS[run.status])}"
    return f"{said}: {_as_code(run.error_line)}" if run.error_line else said


def _prose(text: str) -> str:
    return " ".join(map(_word, text.split(" ")))


def _word(word: str) -> str:
    core = word.strip(_PUNCTUATION)
    if not _ADDRESS.search(core):
        return _signs(word)
    before, _, after = word.partition(core)
    return _signs(before) + _as_code(core) + _signs(after)


def _signs(text: str) -> str:
    # A backtick that belongs to no code could still end or begin some.
    return _SIGNS.sub(r"\\\1", text.replace("`", "'"))


def _as_code(text: str) -> str:
    """Give code in which no backtick ends it early, and no address is whole."""
    plain = " ".join(text.split()).replace("`", "'").replace("://", "[:]//")
    if not plain:
        return ""
    # Some readers take a backslash before the last backtick for its escape.
    return f"`{plain} `" if plain.endswith("\\") else f"`{plain}`"
