"""What the commands print: tables for a terminal, the same without frames for a pipe.

Texts of students are always `rich.text.Text`, never markup.
"""

from __future__ import annotations

import json
import statistics
import sys
from typing import TYPE_CHECKING, Any, Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from zachetka.report.clean import clean_line, some_of
from zachetka.report.model import ReportStatus
from zachetka.report.summary import PAGE_NAME, by_student, to_json_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from zachetka.batch import Outcome
    from zachetka.manifest import Manifest
    from zachetka.report.summary import Row
    from zachetka.verify import Finding

_PIPE_WIDTH: Final = 1000
_ROWS: Final = 60
_LINE: Final = 2000
_CHANGES: Final = 10
_NAME_LETTERS: Final = 48
_ROUNDING: Final = 1e-6
_PERCENT: Final = 100

_STYLES: Final = {True: "green", False: "red", None: "yellow"}
_MARKS: Final = {True: "✔", False: "✘", None: "–"}


def print_json(document: str | Mapping[str, Any]) -> None:
    """Print a JSON document, or its text, and nothing else, in UTF-8 whatever the terminal is."""
    if not isinstance(document, str):
        document = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    sys.stdout.flush()
    sys.stdout.buffer.write(document.encode("utf-8"))
    sys.stdout.flush()


def make_console() -> Console:
    """Give the console of stdout; in a pipe, no line is broken to fit a terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_PIPE_WIDTH)


def tell(*lines: str) -> None:
    """Say something beside the result: on stderr, so that what is piped stays what it is."""
    console = Console(stderr=True, highlight=False)
    for line in lines:
        console.print(Text(clean_line(line, _LINE)), soft_wrap=True)


def make_table(console: Console, *columns: str | tuple[str, str]) -> Table:
    """Give a table with these columns; a pair is a name and how it is aligned."""
    table = Table(
        box=box.SIMPLE_HEAD if console.is_terminal else None,
        pad_edge=False,
        header_style="bold",
    )
    for column in columns:
        name, justify = column if isinstance(column, tuple) else (column, "left")
        table.add_column(name, justify="right" if justify == "right" else "left", overflow="fold")
    return table


def number(value: float | None) -> str:
    """Give a score without the zeros at its end."""
    return "–" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")


def shortened(name: str) -> str:
    """Give a name that makes no table wide; what tells two apart is often at its end."""
    half = _NAME_LETTERS // 2
    return name if len(name) <= _NAME_LETTERS else f"{name[:half]}…{name[1 - half :]}"


def mark(passed: bool | None) -> Text:
    """Give a tick or a cross; None is neither."""
    return Text(_MARKS[passed], style=_STYLES[passed])


def show_batch(outcome: Outcome, manifest: Manifest, out: Path, *, as_json: bool) -> None:
    """Print the closing table of a batch."""
    rows = by_student(outcome.rows)
    if as_json:
        print_json(to_json_document(manifest.name, rows, submissions=outcome.submissions))
        return
    console = make_console()
    shown = rows if len(rows) <= _ROWS or not console.is_terminal else _needing_attention(rows)
    table = make_table(console, "student", ("score", "right"), "lost, %", "remarks")
    for row in shown:
        table.add_row(
            Text(shortened(row.student)),
            Text(number(row.score), style=_score_style(row)),
            Text(", ".join(_lost(row, manifest))),
            Text("; ".join(_remarks(row))),
        )
    console.print(table)
    if len(shown) < len(rows):
        console.print(f"{len(rows) - len(shown)} more in summary.csv", markup=False)
    for line in _changes(outcome):
        console.print(Text(line, style="yellow"), soft_wrap=True)
    console.print(Text(_totals(outcome, manifest, out)), soft_wrap=True)


def _changes(outcome: Outcome) -> Iterable[str]:
    """Say whose scores are others since they were graded again, the largest changes first."""
    if not outcome.changes:
        return
    ordered = sorted(outcome.changes, key=lambda change: -abs(change.after - change.before))
    shown = [
        f"{shortened(change.student)} {number(change.before)} → {number(change.after)}"
        for change in ordered
    ]
    yield (
        f"{len(ordered)} of {len(outcome.rows)} scores changed by grading again: "
        f"{some_of(shown, _CHANGES)} (the reports before are in previous/)"
    )


def _needing_attention(rows: Sequence[Row]) -> list[Row]:
    """Choose what a teaching assistant looks at first: no verdict, rejected, flagged, lowest."""

    def urgency(row: Row) -> tuple[bool, bool, bool, float]:
        return (
            row.status != ReportStatus.ERROR.value,
            row.status != ReportStatus.REJECTED.value,
            not row.flags,
            row.score or 0.0,
        )

    return by_student(sorted(rows, key=urgency)[:_ROWS])


def _score_style(row: Row) -> str:
    if row.score is None:
        return "bold red"
    if row.score >= row.max_score - _ROUNDING:
        return "green"
    return "red" if row.score < row.max_score / 2 else "yellow"


def _lost(row: Row, manifest: Manifest) -> Iterable[str]:
    if row.status != ReportStatus.GRADED.value:
        return
    for name, task in manifest.tasks.items():
        earned = row.tasks.get(name, 0.0) / manifest.max_score * _PERCENT
        lost = task.weight - earned
        if lost > _ROUNDING * _PERCENT:
            yield f"{name} -{number(lost)}"


def _remarks(row: Row) -> Iterable[str]:
    if row.status != ReportStatus.GRADED.value:
        first, _, _ = (row.message or "").partition("\n")
        yield f"{row.status}: {first}" if first else row.status
    if row.late_percent:
        yield f"late: -{number(row.late_percent)} %"
    if row.report != f"{row.student}.json":
        yield f"report {shortened(row.report)}"
    yield from row.flags


def _totals(outcome: Outcome, manifest: Manifest, out: Path) -> str:
    scores = [row.score for row in outcome.rows if row.score is not None]
    counts = [
        f"{count} {status.value}"
        for status in ReportStatus
        if (count := sum(row.status == status.value for row in outcome.rows))
    ]
    words = [f"{len(outcome.rows)} of {outcome.submissions} submissions", *counts]
    if outcome.kept:
        words.append(f"{outcome.kept} graded before")
    if outcome.interrupted:
        words[0] = f"interrupted after {words[0]}"
    if scores:
        mean, median = statistics.fmean(scores), statistics.median(scores)
        words.append(f"mean {mean:.2f}, median {median:.2f} of {number(manifest.max_score)}")
    words.append(f"reports in {out}")
    if (out / PAGE_NAME).exists():
        words.append(f"overview {out / PAGE_NAME}")
    return " · ".join(words)


def show_findings(findings: Sequence[Finding], *, as_json: bool, partial: bool) -> None:
    """Print what `verify` found; a part of the references does not show what no bug fails."""
    from zachetka.reference import Kind
    from zachetka.verify import never_failed, to_document

    if as_json:
        print_json(to_document(findings))
        return
    console = make_console()
    table = make_table(
        console, "", "assignment", "kind", "name", ("score", "right"), ("must", "right"), "problem"
    )
    for finding in findings:
        trial = finding.trial
        seed = f" (seed {finding.seed})" if finding.seed else ""
        said = [*finding.problems, *([f"no verdict: {finding.error}"] if finding.error else [])]
        table.add_row(
            mark(finding.ok),
            trial.assignment,
            trial.variant.kind.value,
            Text(trial.name + seed),
            number(finding.score),
            number(trial.variant.score),
            Text("\n".join(said)),
        )
    console.print(table)
    for assignment in sorted({finding.trial.assignment for finding in findings}):
        of_assignment = [each for each in findings if each.trial.assignment == assignment]
        blind = never_failed(of_assignment)
        if (
            blind
            and not partial
            and any(each.trial.variant.kind is Kind.BUG for each in of_assignment)
        ):
            console.print(
                Text(f"{assignment}: no planted bug fails {', '.join(blind)}", style="yellow"),
                soft_wrap=not console.is_terminal,
            )
    wrong = sum(not finding.ok for finding in findings)
    console.print(Text(f"{len(findings)} notebooks, {wrong} not as they must be"))


def show_sandboxes(entries: Sequence[dict[str, Any]]) -> None:
    """Print what `sandbox` found."""
    console = make_console()
    for entry in entries:
        title = Text.assemble(mark(entry["available"]), " ", (entry["name"], "bold"))
        if not entry["available"]:
            title.append(f": {entry['reason']}")
        elif entry["image"]:
            title.append(f" ({entry['image']})", style="dim")
        console.print(title)
        if entry["trials"]:
            table = make_table(console, "", "property", "by what means", "tried just now")
            for trial in entry["trials"]:
                table.add_row(
                    mark(trial["held"]),
                    Text(trial["property"]),
                    Text(trial["means"]),
                    Text(trial["evidence"]),
                )
            console.print(table)
