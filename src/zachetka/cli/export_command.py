"""The command that brings grades and feedback back: export."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Final

import typer

from zachetka.cli.options import check_output, write_result
from zachetka.errors import UsageError
from zachetka.language import Language
from zachetka.report.clean import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zachetka.export.filling import Filled, GradeSheet
    from zachetka.export.outcome import Outcome
    from zachetka.export.sheet import Sheet
    from zachetka.report.model import Report
    from zachetka.report.store import ClassRecord

_INCOMPLETE: Final = 1
_LINE: Final = 4000


class Format(StrEnum):
    """What can be asked for with --format."""

    CSV = "csv"
    XLSX = "xlsx"
    MOODLE = "moodle"
    MOODLE_FEEDBACK = "moodle-feedback"
    CANVAS = "canvas"
    GRADESCOPE = "gradescope"
    NBGRADER = "nbgrader"
    JUNIT = "junit"


_FILLED: Final = (Format.MOODLE, Format.CANVAS)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(
        epilog="Example: `zachetka export reports/ --format moodle --sheet worksheet.csv "
        "--out filled.csv`",
    )(export)


def export(
    reports: Annotated[
        Path, typer.Argument(metavar="REPORTS", help="The folder that a batch wrote.")
    ],
    *,
    format_: Annotated[Format, typer.Option("--format", "-f", help="Who is to read it.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The file to write; for gradescope, a folder."),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", help="For moodle and canvas: the CSV that you downloaded there."),
    ] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Fill in the sheet itself, instead of --out.")
    ] = False,
    grade_column: Annotated[
        str,
        typer.Option("--grade-column", metavar="NAME", help="For moodle: the heading of grades."),
    ] = "",
    assignment_column: Annotated[
        str,
        typer.Option(
            "--assignment-column", metavar="NAME", help="For canvas: the assignment's heading."
        ),
    ] = "",
    comments: Annotated[
        bool, typer.Option("--comments", help="For moodle: fill in the comments, too.")
    ] = False,
    no_scale: Annotated[
        bool,
        typer.Option("--no-scale", help="In a sheet, points as they are, not out of its maximum."),
    ] = False,
    missing_as_zero: Annotated[
        bool,
        typer.Option(
            "--missing-as-zero",
            help="In a sheet and for nbgrader: a 0 for whoever has neither report nor grade.",
        ),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Leave with 1 if a report is not in the result.")
    ] = False,
    lang: Annotated[
        Language,
        typer.Option(
            "--lang",
            help="Language of comments on reports that do not name their own, as those of older "
            "versions: all others are commented on in the language of their messages.",
        ),
    ] = Language.EN,
) -> int:
    """Bring grades and feedback back: fill in your own sheet, or write one for others to read.

    Of a sheet from Moodle or Canvas only the cells of grades change. Whoever is not in it, or has
    no grade because of an error of ours, is named.
    """
    from zachetka.report.store import read_class_record

    _refuse_idle(
        format_,
        [
            ("--sheet", sheet, _FILLED),
            ("--in-place", in_place, _FILLED),
            ("--no-scale", no_scale, _FILLED),
            ("--grade-column", grade_column, (Format.MOODLE,)),
            ("--comments", comments, (Format.MOODLE,)),
            ("--assignment-column", assignment_column, (Format.CANVAS,)),
            ("--missing-as-zero", missing_as_zero, (*_FILLED, Format.NBGRADER)),
        ],
    )
    target = _target(format_, out, sheet, in_place=in_place)
    record = read_class_record(reports)
    unfinished = _unfinished(record)
    if missing_as_zero and unfinished:
        raise UsageError(
            f"{unfinished}, so nobody can say yet who handed in nothing: finish the batch, or "
            "leave out --missing-as-zero"
        )
    if format_ in _FILLED and sheet is not None:
        filled = _filled(
            _grade_sheet(
                sheet, record, format_, grade_column, assignment_column, comments=comments
            ),
            sheet,
            record,
            scale=not no_scale,
            missing_as_zero=missing_as_zero,
            lang=lang if comments else None,
        )
        write_result(target, filled.data)
        outcome = filled.outcome
    else:
        outcome = _written(format_, record, target, missing_as_zero=missing_as_zero, lang=lang)
    first = f"{target}: {outcome.summary()}"
    for line in (first, *outcome.details(), *filter(None, (unfinished,))):
        typer.echo(clean_line(line, _LINE))  # a sheet and a file's name can say anything
    return _INCOMPLETE if strict and (outcome.left or record.broken) else 0


def _unfinished(record: ClassRecord) -> str:
    """Say that a batch has more submissions than reports; nothing if it is finished."""
    from zachetka.report.summary import JSON_NAME

    if record.complete is None:
        return f"{record.folder} has no {JSON_NAME} that says whether the batch is finished"
    return "" if record.complete else f"the batch in {record.folder} is not finished"


def _refuse_idle(
    format_: Format, options: Iterable[tuple[str, object, tuple[Format, ...]]]
) -> None:
    """Refuse an option that would silently do nothing: each is for some formats alone."""
    for option, given, formats in options:
        if given and format_ not in formats:
            raise UsageError(f"{option} is for {' and '.join(formats)}, not for {format_}")


def _target(format_: Format, out: Path | None, sheet: Path | None, *, in_place: bool) -> Path:
    """Say where to write, and see to it that nobody's own sheet is overwritten by mistake."""
    if format_ in _FILLED and sheet is None:
        raise UsageError(
            f"--format {format_} fills in your own sheet: download it there and give it as --sheet"
        )
    if in_place and out is not None:
        raise UsageError("--in-place writes to the sheet itself: leave out --out, or --in-place")
    target = sheet if in_place else out
    if target is None:
        raise UsageError("say with --out where to write")
    if sheet is not None and not in_place and target.resolve() == sheet.resolve():
        raise UsageError(f"{target} is your own sheet: give another --out, or add --in-place")
    if format_ is Format.GRADESCOPE:
        if target.exists() and not target.is_dir():
            raise UsageError(f"cannot write results to {target}: it is no folder")
    else:
        check_output(target)
    return target


def _grade_sheet(
    path: Path,
    record: ClassRecord,
    format_: Format,
    grade_column: str,
    assignment_column: str,
    *,
    comments: bool,
) -> GradeSheet:
    from zachetka.export.canvas import read_gradebook
    from zachetka.export.moodle import read_worksheet
    from zachetka.export.sheet import read_sheet

    sheet: Sheet = read_sheet(path)
    if format_ is Format.MOODLE:
        return read_worksheet(sheet, grade_column=grade_column, comments=comments)
    return read_gradebook(sheet, assignment=record.assignment, assignment_column=assignment_column)


def _filled(
    grade_sheet: GradeSheet,
    path: Path,
    record: ClassRecord,
    *,
    scale: bool,
    missing_as_zero: bool,
    lang: Language | None,
) -> Filled:
    from zachetka.export.comments import comment_html
    from zachetka.export.filling import fill

    def comment(report: Report) -> str:
        return comment_html(report, lang or Language.EN)

    if not grade_sheet.people:
        raise UsageError(f"the sheet {path} has no row of a student")
    return fill(
        grade_sheet,
        record,
        scale=scale,
        missing_as_zero=missing_as_zero,
        comment=comment if lang else None,
    )


def _written(
    format_: Format, record: ClassRecord, target: Path, *, missing_as_zero: bool, lang: Language
) -> Outcome:
    from zachetka.export.outcome import Outcome

    if format_ is Format.MOODLE_FEEDBACK:
        from zachetka.export.feedback import feedback_zip

        archive = feedback_zip(record)
        write_result(target, archive.data)
        return archive.outcome
    if format_ is Format.GRADESCOPE:
        from zachetka.export.gradescope import results_files

        files, outcome = results_files(record, lang)
        for name, text in files.items():
            write_result(target / name / "results.json", text, make_folder=True)
        return outcome
    write_result(target, _content(format_, record, missing_as_zero=missing_as_zero))
    reports = len(record.reports)
    return Outcome("reports are in it", reports, reports, notes=record.notes)


def _content(format_: Format, record: ClassRecord, *, missing_as_zero: bool) -> str | bytes:
    from zachetka.export import tables

    if format_ is Format.CSV:
        return tables.to_csv(tables.scores_table(record))
    if format_ is Format.XLSX:
        from zachetka.export.workbook import to_workbook

        return to_workbook(
            {
                "Scores": tables.scores_table(record),
                "Checks": tables.checks_table(record),
                "Missing": tables.missing_table(record),
            }
        )
    if format_ is Format.NBGRADER:
        from zachetka.export.nbgrader import nbgrader_table

        return tables.to_csv(nbgrader_table(record, missing_as_zero=missing_as_zero))
    from zachetka.export.junit_suites import class_junit

    return class_junit(record)
