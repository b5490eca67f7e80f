"""The command that compares two batches: whose score an edit of a grader changes."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Final

import typer

from zachetka.cli.options import JsonOption  # noqa: TC001 - Typer reads the annotations
from zachetka.report.clean import some_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zachetka.diff import Change, Difference

_DIFFERENT: Final = 1
_ROWS: Final = 60
_CHECKS: Final = 6
_NAMES: Final = 20


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog="Example: `zachetka diff reports-before/ reports/`")(diff)


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The folder of an earlier batch.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The folder of a later one.")],
    *,
    json_: JsonOption = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Leave with 1 if any verdict or student differs.")
    ] = False,
) -> int:
    """Compare two folders of reports: how many scores change, whose, and by which checks."""
    from zachetka.cli.display import print_json
    from zachetka.diff import compare, to_document
    from zachetka.report.store import read_class_record

    difference = compare(read_class_record(old), read_class_record(new))
    if json_:
        print_json(to_document(difference))
    else:
        _show(difference)
    return _DIFFERENT if exit_code and not difference.is_empty else 0


def _show(difference: Difference) -> None:
    from rich.text import Text

    from zachetka.cli.display import make_console, make_table, number

    console = make_console()
    console.print(Text(difference.summary, style="bold"), soft_wrap=True)
    changes = difference.of_verdicts
    shown = changes[:_ROWS] if console.is_terminal else changes
    if shown:
        table = make_table(
            console, "student", ("old", "right"), ("new", "right"), ("change", "right"), "what"
        )
        for change in shown:
            table.add_row(
                Text(_label(change)),
                Text(number(change.old_score)),
                Text(number(change.new_score)),
                Text(*_by(change)),
                Text("; ".join(_reasons(change))),
            )
        console.print(table)
    if len(shown) < len(changes):
        console.print(f"{len(changes) - len(shown)} more with --json", markup=False)
    for line in _remarks(difference):
        console.print(Text(line), soft_wrap=True)


def _label(change: Change) -> str:
    from zachetka.cli.display import shortened

    student = shortened(change.student)
    return f"{shortened(change.name)} ({student})" if change.name else student


def _by(change: Change) -> tuple[str, str]:
    """Give the change of the score, and its style."""
    from zachetka.cli.display import number

    if change.by is None:
        return "–", "yellow"
    if change.by > 0:
        return f"+{number(change.by)}", "green"
    return number(change.by), "red" if change.by else "dim"


def _reasons(change: Change) -> Iterator[str]:
    if change.old_status != change.new_status:
        yield f"{change.old_status} → {change.new_status}"
    if change.old_late_percent != change.new_late_percent:
        yield f"late {change.old_late_percent:g} % → {change.new_late_percent:g} %"
    for check in change.checks[:_CHECKS]:
        if check.old_status != check.new_status:
            yield f"{check.id} {check.old_status or 'no check'} → {check.new_status or 'no check'}"
        else:
            yield f"{check.id} {check.old_points:g} → {check.new_points:g} points"
    if len(change.checks) > _CHECKS:
        yield f"{len(change.checks) - _CHECKS} more checks"
    if change.submission_differs:
        yield "another submission"


def _remarks(difference: Difference) -> Iterator[str]:
    if difference.old_max_scores != difference.new_max_scores:
        old, new = map(_numbers, (difference.old_max_scores, difference.new_max_scores))
        yield f"the scores are not of the same maximum: {old} → {new}"
    silent = [each for each in difference.changes if not each.is_of_verdict]
    resubmitted = [_label(each) for each in silent if each.submission_differs]
    if resubmitted:
        yield f"another submission with the same verdict: {some_of(resubmitted, _NAMES)}"
    graders = sum(each.grader_differs for each in difference.changes)
    if graders:
        yield f"another grader: {graders} of {len(difference.changes)}"
    for what, names in (
        ("new", difference.appeared),
        ("gone", difference.gone),
        ("unreadable", difference.unreadable),
    ):
        if names:
            yield f"{what}: {some_of(names, _NAMES)}"


def _numbers(values: Iterable[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)
