"""Canvas's gradebook: its rows above the students, and which column is the assignment's.

The headings are those of lib/gradebook_exporter.rb, which are the same in every language.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zachetka.errors import UsageError
from zachetka.export.filling import GradeSheet, number_of
from zachetka.export.matching import Person
from zachetka.intake.roster import plain

if TYPE_CHECKING:
    from zachetka.export.sheet import Sheet

_IDENTIFIERS: Final = ("sis user id", "sis login id", "integration id")
_POINTS: Final = "points possible"
_ASSIGNMENT: Final = re.compile(r"(?P<title>.*) \(\d+\)", re.DOTALL)
# Excused, and not assigned to the student.
_NO_GRADE: Final = frozenset({"ex", "n/a"})


def read_gradebook(sheet: Sheet, *, assignment: str, assignment_column: str = "") -> GradeSheet:
    """Find out who is in a gradebook and where the grades of an assignment go.

    Args:
        sheet: the gradebook.
        assignment: its name, which finds the column where one title alone contains it.
        assignment_column: the heading, with or without the number behind it.

    Raises:
        UsageError: it is no gradebook, or the column is not found.
    """
    heads = [plain(cell.text) for cell in sheet.rows[0]] if sheet.rows else []
    if "id" not in heads or "section" not in heads or not {"student", "lastname"} & set(heads):
        raise UsageError(
            "the sheet is no gradebook of Canvas: it has no columns Student, ID and Section"
        )
    body = range(1, len(sheet.rows))
    points_row = next((row for row in body if plain(sheet.text(row, 0)) == _POINTS), None)
    column = _assignment(sheet, points_row, assignment_column or assignment)
    points = "" if points_row is None else sheet.text(points_row, column)
    people = tuple(
        _person(sheet, row, heads, column, number_of(points))
        for row in body
        if sheet.text(row, heads.index("id")).isdecimal()
    )
    figures = (sheet.text(row, column) for row in body)
    return GradeSheet(
        sheet,
        people,
        column,
        decimal_comma=any("," in figure and number_of(figure) is not None for figure in figures),
    )


def _assignment(sheet: Sheet, points_row: int | None, wanted: str) -> int:
    """Find the column whose heading, else title, is the wanted one; else the one that has it."""
    titles: dict[int, str] = {}
    for column, cell in enumerate(sheet.rows[0]):
        match = _ASSIGNMENT.fullmatch(cell.text.strip())
        said = "" if points_row is None else sheet.text(points_row, column)
        # What Canvas computes itself says "(read only)" there, in the language of the site.
        if match is not None and (not said or number_of(said) is not None):
            titles[column] = match["title"]
    key = _spoken(wanted)
    for found in (
        [column for column in titles if _spoken(sheet.rows[0][column].text) == key],
        [column for column, title in titles.items() if _spoken(title) == key],
        [column for column, title in titles.items() if f" {key} " in f" {_spoken(title)} "],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            break
    shown = ", ".join(sheet.rows[0][column].text for column in titles) or "none"
    raise UsageError(
        f"{len(found)} columns of the sheet are about {wanted!r}: name one with "
        f"--assignment-column; the columns that take grades are: {shown}"
    )


def _spoken(title: str) -> str:
    return " ".join(re.findall(r"\w+", plain(title)))


def _person(sheet: Sheet, row: int, heads: list[str], column: int, maximum: float | None) -> Person:
    def text(*names: str) -> str:
        return " ".join(sheet.text(row, heads.index(name)) for name in names if name in heads)

    keys = {plain(text(name)) for name in _IDENTIFIERS}
    keys |= {key.partition("@")[0] for key in keys}
    closed = ""
    if sheet.text(row, column).casefold() in _NO_GRADE:
        closed = f"the sheet says {sheet.text(row, column)}"
    if len(sheet.rows[row]) != len(heads):
        closed = f"its row {row + 1} has {len(sheet.rows[row])} cells, not {len(heads)}"
    return Person(
        row,
        number=text("id"),
        identifiers=frozenset(keys - {""}),
        name=text("student", "firstname", "lastname"),
        closed=closed,
        maximum=maximum,
    )
