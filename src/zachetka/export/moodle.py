"""Moodle's grading worksheet: which of its columns is which, in the language of the site.

Headings and their order are those of mod/assign/gradingtable.php; what is read back are the
identifier, the grade, its time and the comments (mod/assign/feedback/offline).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zachetka.errors import UsageError
from zachetka.export.filling import GradeSheet, number_of
from zachetka.export.matching import Person
from zachetka.intake.roster import plain
from zachetka.intake.worksheet import WORKSHEET

if TYPE_CHECKING:
    from zachetka.export.sheet import Sheet

_NO: Final = frozenset({"no", "нет", "nein"})
_NUMBER_AT_END: Final = re.compile(r"(\d+)\s*\Z")


def read_worksheet(sheet: Sheet, *, grade_column: str = "", comments: bool = False) -> GradeSheet:
    """Find out who is in a grading worksheet and where the grades go.

    Args:
        sheet: the worksheet.
        grade_column: the heading of the grades, for a language that is not known here.
        comments: whether the comments are wanted, too.

    Raises:
        UsageError: it is none, or is graded in words.
    """
    heads = [plain(cell.text) for cell in sheet.rows[0]] if sheet.rows else []
    columns = _columns(heads, grade_column)
    shown = ", ".join(cell.text for cell in sheet.rows[0]) if sheet.rows else "none"
    if "grade" not in columns:
        wanted = repr(grade_column) if grade_column else "of grades that is known"
        raise UsageError(
            f"the sheet has no column {wanted}: name it with --grade-column; its columns: {shown}"
        )
    if "scale" in columns:
        raise UsageError("the sheet is graded in words of a scale, which points do not say")
    if comments and "comments" not in columns:
        raise UsageError(
            "the sheet has no column of comments that is known: leave out --comments, or switch on "
            f"feedback comments in Moodle; its columns are: {shown}"
        )
    grade = columns["grade"]
    body = range(1, len(sheet.rows))
    if "identifier" not in columns and all(
        _NUMBER_AT_END.search(sheet.text(row, 0)) for row in body if sheet.text(row, 0)
    ):
        columns["identifier"] = 0
    if "maximum" not in columns and all(number_of(sheet.text(row, grade + 1)) for row in body):
        columns["maximum"] = grade + 1
    people = tuple(
        _person(sheet, row, columns, len(heads))
        for row in body
        if any(cell.text.strip() for cell in sheet.rows[row])
    )
    figures = [sheet.text(row, columns.get(what)) for row in body for what in ("grade", "maximum")]
    return GradeSheet(
        sheet,
        people,
        grade,
        columns["comments"] if comments else None,
        decimal_comma=any("," in figure for figure in figures),
        notes=()
        if "changeable" in columns
        else ("the sheet does not say, in a language known here, which grades are locked",),
    )


def _columns(heads: list[str], grade_column: str) -> dict[str, int]:
    """Say where each known heading stands; the first of two that are the same counts."""
    columns: dict[str, int] = {}
    for what, names in WORKSHEET.items():
        for name in names:
            if name in heads:
                columns.setdefault(what, heads.index(name))
    if grade_column:
        columns.pop("grade", None)
        if plain(grade_column) in heads:
            columns["grade"] = heads.index(plain(grade_column))
    return columns


def _person(sheet: Sheet, row: int, columns: dict[str, int], width: int) -> Person:
    def text(what: str) -> str:
        return sheet.text(row, columns.get(what))

    number = _NUMBER_AT_END.search(text("identifier"))
    email = plain(text("email"))
    keys = {email, email.partition("@")[0], plain(text("id_number"))}
    closed = ""
    if text("changeable").casefold() in _NO:
        closed = "the sheet says that its grade cannot be changed"
    if len(sheet.rows[row]) != width:
        closed = f"its row {row + 1} has {len(sheet.rows[row])} cells, not {width}"
    return Person(
        row,
        number=number[1] if number else "",
        identifiers=frozenset(keys - {""}),
        name=text("name") or f"{text('first')} {text('last')}".strip(),
        team=text("team"),
        closed=closed,
        maximum=number_of(text("maximum")),
    )
