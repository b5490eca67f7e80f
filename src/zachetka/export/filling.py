"""Put the grades of reports into a sheet of a learning management system."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from zachetka.errors import UsageError
from zachetka.export.matching import Match, Person, Register
from zachetka.export.outcome import Left, Outcome, Reason, without_grade
from zachetka.report.clean import some_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from zachetka.export.sheet import Sheet
    from zachetka.report.model import Report
    from zachetka.report.store import ClassRecord

_CENT: Final = Decimal("0.01")
_NAMED: Final = 5
_NOISE: Final = 9  # digits; a product of floats must not round 0.125 down


@dataclass(frozen=True, slots=True)
class GradeSheet:
    """A sheet, who is in it, and which of its columns are to be filled in."""

    sheet: Sheet
    people: tuple[Person, ...]
    grade_column: int
    comment_column: int | None = None
    decimal_comma: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """The sheet with the grades in it, and what is to be said about it."""

    data: bytes
    outcome: Outcome


def fill(
    target: GradeSheet,
    record: ClassRecord,
    *,
    scale: bool = True,
    missing_as_zero: bool = False,
    comment: Callable[[Report], str] | None = None,
) -> Filled:
    """Fill in the grades; what is not filled in is named with the reason.

    Args:
        target: the sheet.
        record: the reports.
        scale: give the grades out of what the sheet says, not out of the reports' own maximum.
        missing_as_zero: write 0 for students without a report and without a grade; nobody gets
            one while a report is there that belongs to no row, since it may be theirs.
        comment: what to write in the column of comments, if at all.

    Raises:
        UsageError: the grades are to be scaled, and the sheet does not say to what.
    """
    register = Register(target.people)
    matches = {stored.name: register.find(stored.report) for stored in record.reports}
    claims: dict[int, list[str]] = defaultdict(list)
    for name, match in matches.items():
        for person in match.people:
            claims[person.row].append(name)
    left: list[Left] = []
    changes: dict[tuple[int, int], str] = {}
    for stored in record.reports:
        report, match = stored.report, matches[stored.name]
        obstacle = _obstacle(report, match, claims)
        if obstacle is not None:
            left.append(obstacle)
            continue
        for person in match.people:
            if not person.closed:
                changes[person.row, target.grade_column] = _grade(target, person, report, scale)
                if comment is not None and target.comment_column is not None:
                    changes[person.row, target.comment_column] = comment(report)
    notes = [*target.notes, *_replaced(target, changes), *_above(target, changes)]
    notes += record.notes
    idle = [person.name or person.number for person in target.people if person.row not in claims]
    if idle:
        notes.append(f"in the sheet without a report ({len(idle)}): {some_of(idle, _NAMED)}")
    if missing_as_zero:
        homeless = record.broken or not all(match.people for match in matches.values())
        zeros = {} if homeless else _zeros(target, claims)
        changes |= zeros
        notes.append(
            "no zeros were written: reports that belong to no row may be theirs"
            if homeless
            else f"zeros for students without a report: {len(zeros)}"
        )
    reports = len(record.reports)
    outcome = Outcome("grades filled in", reports - len(left), reports, tuple(left), tuple(notes))
    return Filled(target.sheet.changed(changes), outcome)


def number_of(text: str) -> float | None:
    """Read a number with a decimal point or comma; None where it is none, or below 0."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def grade_text(grade: float, *, decimal_comma: bool = False) -> str:
    """Write a grade with at most two decimals."""
    rounded = Decimal(repr(round(grade, _NOISE))).quantize(_CENT, ROUND_HALF_UP)
    text = f"{rounded:f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if decimal_comma else text


def _obstacle(report: Report, match: Match, claims: dict[int, list[str]]) -> Left | None:
    """Say why a report's grade cannot be filled in, if it cannot."""
    if not match.people:
        return Left(Reason.ABSENT, report.label, match.why)
    if report.score is None:
        return without_grade(report)
    rivals = {name for person in match.people for name in claims[person.row]}
    if len(rivals) > 1:
        why = f"{len(rivals)} reports are for the same row: {', '.join(sorted(rivals))}"
        return Left(Reason.LEFT, report.label, why)
    if all(person.closed for person in match.people):
        return Left(Reason.LEFT, report.label, match.people[0].closed)
    return None


def _grade(target: GradeSheet, person: Person, report: Report, scale: bool) -> str:
    score = report.score or 0.0
    if scale:
        if not person.maximum:
            raise UsageError(
                "the sheet does not say what a grade is out of: add --no-scale to write the "
                f"points as they are, out of {report.max_score:g}"
            )
        score = score / report.max_score * person.maximum if report.max_score else 0.0
    return grade_text(score, decimal_comma=target.decimal_comma)


def _replaced(target: GradeSheet, changes: dict[tuple[int, int], str]) -> list[str]:
    """Say how many grades and comments were there before and were others."""
    counts = {"grades": 0, "comments": 0}
    for (row, column), text in changes.items():
        before = target.sheet.text(row, column)
        if column == target.grade_column:
            counts["grades"] += bool(before) and number_of(before) != number_of(text)
        else:
            counts["comments"] += before not in {"", text}
    return [
        f"{what} that were in the sheet and are others now: {count}"
        for what, count in counts.items()
        if count
    ]


def _above(target: GradeSheet, changes: dict[tuple[int, int], str]) -> list[str]:
    """Say how many grades the system will refuse; only points that are not scaled can be so."""
    above = 0
    for person in target.people:
        grade = number_of(changes.get((person.row, target.grade_column), ""))
        if grade is not None and person.maximum is not None and grade > person.maximum:
            above += 1
    return [f"grades that are above the maximum of the sheet: {above}"] if above else []


def _zeros(target: GradeSheet, claims: dict[int, list[str]]) -> dict[tuple[int, int], str]:
    """Give a 0 to whoever has neither a report nor a grade, nor a reason to have none."""
    return {
        (person.row, target.grade_column): "0"
        for person in target.people
        if not person.closed
        and person.row not in claims
        and not target.sheet.text(person.row, target.grade_column)
    }
