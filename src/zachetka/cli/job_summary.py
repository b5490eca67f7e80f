"""What a job of GitHub Actions says on its summary page, where no text of a student is markup.

The scripts in docs/github, which courses copy into repositories, are made of these functions.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zachetka.cli.display import number
from zachetka.language import Language, Text
from zachetka.pages.feedback import cell_runs_that_failed, not_reached
from zachetka.pages.words import CELL_STATUS, WORDS
from zachetka.report.clean import clean_text
from zachetka.report.model import CheckStatus, ReportStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from zachetka.report.model import Check, Report

SUMMARY_VARIABLE: Final = "GITHUB_STEP_SUMMARY"

# GitHub drops a summary of more than 1 MiB whole, and other scripts of the step may write, too.
_SUMMARY_BYTES: Final = 900_000
_TEXT_LIMIT: Final = 600
_CELLS: Final = 10
_NAMES: Final = 20

_MARKS: Final = re.compile(r"""[\\`*_\[\]<>&|~$!"']""")
# Mentions, references and addresses become links without any mark; a space of no width after
# their first letters prevents that, and cleaning has left no other such space.
_LINKED: Final = re.compile(
    r"(?<=[@#])(?=\w)|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=gh-)(?=\d)", re.IGNORECASE
)
_NO_WIDTH: Final = "\N{ZERO WIDTH SPACE}"
_CODE: Final = re.compile(r"`([^`\n]+)`")

_CHECKS_WORD: Final = Text("Public checks passed", "Открытых проверок пройдено")
_OF: Final = Text("of", "из")
_TASKS_HEAD: Final = (Text("task", "задача"), Text("passed", "пройдено"))
_POINTS_HEAD: Final = Text("points", "баллы")
_CHECKS_HEAD: Final = (
    Text("result", "итог"),
    Text("check", "проверка"),
    Text("what is wrong", "что не так"),
)
_TOTAL: Final = Text("total", "всего")
_HINT: Final = Text("hint", "подсказка")
_RESULT: Final = {
    CheckStatus.PASSED: Text("✅ passed", "✅ пройдена"),
    CheckStatus.FAILED: Text("❌ failed", "❌ не пройдена"),
}
_CELL: Final = Text("Cell {} did not run to its end", "Ячейка {} не выполнена до конца")
_STATUS: Final = {
    ReportStatus.REJECTED: Text("The notebook was not accepted", "Ноутбук не принят"),
    ReportStatus.ERROR: Text(
        "The checks could not be run, and it is not your fault",
        "Проверки не удалось запустить, и это не ваша вина",
    ),
}
_NO_REPORT: Final = Text("The checks could not be run", "Проверки не удалось запустить")
_ABOUT: Final = Text(
    "These are the public checks. Points come from the hidden ones, which ask more.",
    "Это открытые проверки. Баллы дают скрытые: они спрашивают о большем.",
)
_CUT: Final = Text(
    "… The rest is in the reports of this run.", "… Остальное в отчётах этого запуска."
)
_NOT_FOUND: Final = Text("There is no notebook", "Ноутбук не найден")
_LOOKED_FOR: Final = Text("Nothing in the repository is called", "В репозитории нет файла")
_FOUND: Final = Text("The notebooks that are here", "Ноутбуки, которые здесь есть")
_FOUND_NONE: Final = Text(
    "There is no `*.ipynb` here at all: has the notebook been committed and pushed?",
    "Здесь нет ни одного файла `*.ipynb`: сделаны ли commit и push ноутбука?",
)


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of the public checks of one notebook; without a report, `failure` says why."""

    path: str
    language: Language
    report: Report | None
    failure: str = ""

    @property
    def passed(self) -> bool:
        """Whether every public check has passed; where there is none, nothing has."""
        return (
            self.report is not None
            and self.report.status is ReportStatus.GRADED
            and 0 < len(self.report.checks) == _passed(self.report.checks)
        )


def publish(markdown: str) -> None:
    """Add the text to the summary of the running step; outside of a job, print it.

    Raises:
        OSError: the file of the summary cannot be written.
    """
    path = os.environ.get(SUMMARY_VARIABLE)
    if path:
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(markdown)
    else:
        sys.stdout.write(markdown)


def escaped(untrusted_text: str) -> str:
    """Give a text as Markdown that shows it: no markup, no link, no mention, one cell of a table.

    What stands between two backticks is shown as code, as the messages of graders mean it.
    """
    parts = _CODE.split(clean_text(untrusted_text, _TEXT_LIMIT).strip())
    shown = [
        f"<code>{_literal(part)}</code>" if place % 2 else _literal(part)
        for place, part in enumerate(parts)
    ]
    return "".join(shown).replace("\n", "<br>").replace("\t", " ")


def checks_summary(notebooks: Sequence[Tried]) -> str:
    """Say of every notebook which public checks it passes, in the notebook's language."""
    share = _SUMMARY_BYTES // max(1, len(notebooks))
    return "".join(
        _cut(_notebook_lines(each), share, _CUT.in_language(each.language)) for each in notebooks
    )


def not_found_summary(patterns: Sequence[str], present: Sequence[str]) -> str:
    """Say which notebooks are missing, and which are there; in both languages, for want of one.

    Args:
        patterns: what was looked for.
        present: the notebooks that the repository has.
    """
    lines = [f"## ❌ {_both(_NOT_FOUND)}", ""]
    lines += [f"- {_both(_LOOKED_FOR)}: {escaped(pattern)}" for pattern in patterns[:_NAMES]]
    lines.append("")
    if present:
        names = ", ".join(map(escaped, present[:_NAMES]))
        lines.append(f"{_both(_FOUND)}: {names}{' …' if len(present) > _NAMES else ''}")
    else:
        lines.append(_both(_FOUND_NONE))
    return _cut(lines, _SUMMARY_BYTES, _CUT.en)


def verification_summary(document: Mapping[str, Any], *, partial: bool) -> str:
    """Say what `zachetka verify` found.

    Args:
        document: what it printed with --json.
        partial: whether it tried a part of the references, which does not show what no bug fails.
    """
    return _cut(_verification_lines(document, partial=partial), _SUMMARY_BYTES, _CUT.en)


def unfinished_verification(exit_code: int) -> str:
    """Say that `zachetka verify` left without its findings."""
    return (
        f"## ❌ `zachetka verify` did not finish (exit code {exit_code})\n\n"
        "The last lines in the log of this step say why.\n"
    )


def _literal(text: str) -> str:
    unlinked = _LINKED.sub(_NO_WIDTH, text)
    return _MARKS.sub(lambda found: f"&#{ord(found[0])};", unlinked)


def _both(text: Text) -> str:
    return f"{text.en} / {text.ru}"


def _cut(lines: Iterable[str], limit_bytes: int, remark: str) -> str:
    """Join the lines that fit, and say so where some do not."""
    kept: list[str] = []
    left = limit_bytes - len(remark.encode()) - 4
    for line in lines:
        left -= len(line.encode()) + 1
        if left < 0:
            kept += ["", remark]
            break
        kept.append(line)
    return "\n".join([*kept, "", ""])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _head(*columns: str) -> list[str]:
    return [_row(*columns), _row(*("---" for _ in columns))]


def _notebook_lines(tried: Tried) -> Iterator[str]:
    language, report = tried.language, tried.report
    yield f"## {'✅' if tried.passed else '❌'} {escaped(tried.path)}"
    yield ""
    if report is None:
        yield f"{_NO_REPORT.in_language(language)}: {escaped(tried.failure)}"
        return
    if report.status in _STATUS:
        yield f"{_STATUS[report.status].in_language(language)}: {escaped(report.message or '')}"
        return
    if report.message:
        yield escaped(report.message)
        yield ""
    passed = _passed(report.checks)
    of = _OF.in_language(language)
    yield f"{_CHECKS_WORD.in_language(language)}: **{passed} {of} {len(report.checks)}**"
    yield ""
    yield from _check_lines(report, language)
    yield ""
    yield from _task_lines(report, language)
    yield ""
    yield from _cell_lines(report, language)
    if not any(check.max_points for check in report.checks):
        yield _ABOUT.in_language(language)


def _check_lines(report: Report, language: Language) -> Iterator[str]:
    yield from _head(*(text.in_language(language) for text in _CHECKS_HEAD))
    for check in report.checks:
        yield _row(
            _RESULT[check.status].in_language(language),
            f"**{escaped(check.task)}**: {escaped(check.title)}",
            _said(check, language),
        )


def _said(check: Check, language: Language) -> str:
    if check.status is CheckStatus.PASSED:
        return ""
    said = [escaped(check.message or (check.cause.value if check.cause else ""))]
    if check.hint:
        said.append(f"{_HINT.in_language(language)}: {escaped(check.hint)}")
    return "<br>".join(filter(None, said))


def _task_lines(report: Report, language: Language) -> Iterator[str]:
    """Add up by task; most courses give no points for public checks, and then none are shown."""
    columns = [text.in_language(language) for text in _TASKS_HEAD]
    pointed = any(check.max_points for check in report.checks)
    if pointed:
        columns.append(_POINTS_HEAD.in_language(language))
    yield from _head(*columns)
    of = _OF.in_language(language)

    def row(name: str, checks: Sequence[Check]) -> str:
        cells = [name, f"{_passed(checks)} {of} {len(checks)}"]
        if pointed:
            earned = sum(check.points for check in checks)
            cells.append(f"{number(earned)} {of} {number(sum(one.max_points for one in checks))}")
        return _row(*cells)

    for task in dict.fromkeys(check.task for check in report.checks):
        yield row(escaped(task), [check for check in report.checks if check.task == task])
    yield row(f"**{_TOTAL.in_language(language)}**", report.checks)


def _passed(checks: Iterable[Check]) -> int:
    return sum(check.status is CheckStatus.PASSED for check in checks)


def _cell_lines(report: Report, language: Language) -> Iterator[str]:
    stopped, unreached = cell_runs_that_failed(report), not_reached(report)
    for cell in stopped[:_CELLS]:
        why = cell.error_line or CELL_STATUS[cell.status].in_language(language)
        yield f"- ⚠️ {_CELL.in_language(language).format(cell.index + 1)}: {escaped(why)}"
    if len(stopped) > _CELLS:
        yield f"- ⚠️ … +{len(stopped) - _CELLS}"
    if unreached:
        yield f"- ⚠️ {WORDS['not_reached'].in_language(language)}: {unreached}"
    if stopped or unreached:
        yield ""


def _verification_lines(document: Mapping[str, Any], *, partial: bool) -> Iterator[str]:
    results = document["results"]
    wrong = [result for result in results if not result["ok"]]
    yield f"## {'❌' if wrong else '✅'} `zachetka verify`"
    yield ""
    yield f"**{len(results)}** notebooks, **{len(wrong)}** not as they must be"
    yield ""
    yield from _head("assignment", "notebooks", "not as they must be", "of these without a verdict")
    for assignment in sorted({result["assignment"] for result in results}):
        of_assignment = [each for each in results if each["assignment"] == assignment]
        yield _row(
            escaped(assignment),
            str(len(of_assignment)),
            str(sum(not each["ok"] for each in of_assignment)),
            str(sum(each["error"] is not None for each in of_assignment)),
        )
    yield ""
    if not partial:
        for assignment, blind in document["never_failed"].items():
            tried_bugs = any(
                each["kind"] == "bug" for each in results if each["assignment"] == assignment
            )
            if blind and tried_bugs:
                names = ", ".join(map(escaped, blind))
                yield f"- ⚠️ {escaped(assignment)}: no planted bug fails {names}"
        yield ""
    if wrong:
        yield from _head("assignment", "kind", "name", "score", "must", "problem")
    for result in wrong:
        said = [*result["problems"]]
        if result["error"] is not None:
            said.append(f"no verdict: {result['error']}")
        seed = f" (seed {result['seed']})" if result["seed"] else ""
        yield _row(
            escaped(result["assignment"]),
            escaped(result["kind"]),
            escaped(result["name"] + seed),
            number(result["score"]),
            number(result["expected_score"]),
            "<br>".join(map(escaped, said[:_NAMES])),
        )
