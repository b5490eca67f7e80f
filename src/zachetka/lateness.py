"""What a submission loses by being late, and the file of those who may hand in later.

The rule stands in the assignment's `[late]` table; the time is the one that the learning
management system recorded.
"""

from __future__ import annotations

import contextlib
import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from zachetka.errors import UsageError
from zachetka.intake.roster import decode_table, numbered_rows, plain
from zachetka.intake.times import read_time
from zachetka.manifest import FIRST_YEAR, LAST_YEAR
from zachetka.report.clean import clean_line, some_of
from zachetka.report.model import LINE_LIMIT, Late, Report, ReportStatus
from zachetka.submission.file import read_capped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import tzinfo
    from pathlib import Path

    from zachetka.manifest import LateRule

UNKNOWN_TIME: Final = "when it was handed in is not known: the late rule was not applied"

_DAY: Final = timedelta(days=1)
_DIGITS: Final = 6
_PERCENT: Final = 100

_BYTES: Final = 5_000_000
_ROWS: Final = 20_000
_COMPLAINTS: Final = 5
_LONGEST: Final = {"days": 366.0, "hours": 366.0 * 24}
_MEANS: Final = ("deadline", "days", "hours")
_COLUMNS: Final[tuple[str, ...]] = ("student", *_MEANS, "reason")


@dataclass(frozen=True, slots=True)
class Extension:
    """A student's own deadline; `place` is where it is written, for messages."""

    untrusted_student: str
    deadline: datetime
    reason: str = ""
    place: str = ""


def late_of(
    rule: LateRule | None,
    handed_in_at: datetime | None,
    extension: Extension | None = None,
    *,
    earned: float = 0.0,
) -> Late | None:
    """Say how late a submission is, and what of the points earned that costs.

    It is late from the first moment after the deadline and its grace on. The days are then counted
    from the deadline, not from the end of the grace: each started 24 hours of real time are one,
    whatever the clocks are set to in between.

    Returns:
        None where there is no rule, or the time is not known.
    """
    if rule is None or handed_in_at is None:
        return None
    deadline = rule.deadline if extension is None else extension.deadline
    # From UTC, since times of one zone are subtracted as its clocks show them.
    overdue = handed_in_at - deadline.astimezone(UTC)
    is_late = overdue > timedelta(minutes=rule.grace_minutes)
    days = -(-overdue // _DAY) if is_late else 0
    percent = round(min(days * rule.percent_per_day, rule.cap_percent), _DIGITS)
    return Late(
        deadline=deadline,
        handed_in_at=handed_in_at,
        days=days,
        percent=percent,
        points_lost=round(earned * percent / _PERCENT, _DIGITS),
        extension=None if extension is None else extension.reason or "extension",
    )


def with_lateness(
    report: Report,
    rule: LateRule | None,
    handed_in_at: datetime | None,
    extension: Extension | None = None,
) -> Report:
    """Give the report with what being late costs, instead of what it said about that before.

    Points are lost from the sum of the checks only, so that it may be done again, with another
    rule or none. A report without a verdict, or of a rejected file, says how late it was and
    loses nothing. Where the time is not known, a flag says so.
    """
    is_graded = report.status is ReportStatus.GRADED
    earned = round(sum(check.points for check in report.checks), _DIGITS) if is_graded else 0.0
    late = late_of(rule, handed_in_at, extension, earned=earned)
    flags = tuple(flag for flag in report.flags if flag != UNKNOWN_TIME)
    if rule is not None and late is None:
        flags = (*flags, UNKNOWN_TIME)
    changes: dict[str, object] = {"late": late, "flags": flags}
    # Where there is no rule and was none, the score is the grader's alone.
    if is_graded and (late is not None or report.late is not None):
        lost = 0.0 if late is None else late.points_lost
        changes["score"] = round(max(0.0, earned - lost), _DIGITS)
    return report.model_copy(update=changes)


def read_extensions(path: Path, rule: LateRule) -> tuple[Extension, ...]:
    """Read who may hand in later: a CSV as a spreadsheet saves it.

    Its columns are `student` and one or more of `deadline`, `days` and `hours`, of which each line
    fills in one; `reason` is optional. A deadline without a zone is in the zone of the
    assignment's, a date alone is the end of that day. Days keep the time of the clock in the zone
    of the deadline, hours are real ones.

    Raises:
        UsageError: the file cannot be read, or some of its lines cannot be followed.
    """
    columns, rows = _table(path)
    found: dict[str, Extension] = {}
    complaints: list[str] = []
    for number, row in rows:
        cells = {
            name: clean_line(row[column], LINE_LIMIT) if column < len(row) else ""
            for name, column in columns.items()
        }
        try:
            extension = Extension(
                cells["student"],
                _own_deadline(cells, rule),
                cells.get("reason", ""),
                f"{path}, line {number}",
            )
            _refuse_second(extension, found.get(_key(extension.untrusted_student)))
        except ValueError as error:
            complaints.append(f"line {number}: {error}")
        else:
            found[_key(extension.untrusted_student)] = extension
    if complaints:
        more = len(complaints) - _COMPLAINTS
        shown = complaints[:_COMPLAINTS] + ([f"and {more} more lines"] if more > 0 else [])
        raise UsageError(f"{path}: {'; '.join(shown)}")
    return tuple(found.values())


def extensions_by_student(
    extensions: Iterable[Extension], untrusted_names: Mapping[str, Iterable[str]]
) -> tuple[dict[str, Extension], tuple[str, ...]]:
    """Find whom the extensions are for.

    Args:
        extensions: what `read_extensions` gave.
        untrusted_names: by the key of each student all that the student is called: id, name,
            e-mail. Case, underscores and the order of words do not matter.

    Returns:
        The extensions by the students' keys, and a line for each that is nobody's or could be
        several students'.

    Raises:
        UsageError: two lines are for one student.
    """
    called: defaultdict[str, set[str]] = defaultdict(set)
    for student, names in untrusted_names.items():
        for name in (student, *names):
            called[_key(name)].add(student)
    found: dict[str, Extension] = {}
    notes: list[str] = []
    for extension in extensions:
        students = sorted(called.get(_key(extension.untrusted_student), ()))
        name = extension.untrusted_student
        if not students:
            notes.append(f"{extension.place}: nobody here is called {name!r}")
        elif len(students) > 1:
            notes.append(
                f"{extension.place}: {name!r} may be {' or '.join(students)}: write the id instead"
            )
        else:
            try:
                _refuse_second(extension, found.get(students[0]))
            except ValueError as error:
                raise UsageError(f"{extension.place}: {error}") from error
            found[students[0]] = extension
    return found, tuple(notes)


def extensions_of_before(
    reports: Mapping[str, Report], rule: LateRule | None
) -> tuple[dict[str, Extension], tuple[str, ...]]:
    """Give the extensions that reports were graded with, by student, and a line that says so."""
    found = {
        student: Extension(student, late.deadline, late.extension)
        for student, report in reports.items()
        if (late := report.late) and late.extension and rule and late.deadline > rule.deadline
    }
    if not found:
        return {}, ()
    note = (
        f"no --extensions: the reports keep theirs ({len(found)}): "
        f"{some_of(sorted(found), _COMPLAINTS)}; give the file again for whoever is new"
    )
    return found, (note,)


def _refuse_second(extension: Extension, first: Extension | None) -> None:
    if first is not None:
        raise ValueError(
            f"{extension.untrusted_student!r} has a line already ({first.place}): keep one of them"
        )


def _table(path: Path) -> tuple[dict[str, int], list[tuple[int, list[str]]]]:
    """Give the places of the columns, and the rows with the numbers of their lines."""
    data = read_capped(path, "extensions", _BYTES)
    try:
        rows = list(numbered_rows(decode_table(data)))
    except csv.Error as error:
        raise UsageError(f"the extensions {path} are no CSV: {error}") from error
    if len(rows) > _ROWS:
        raise UsageError(f"the extensions {path} have more than {_ROWS} lines")
    header = [name.casefold() for name in rows[0][1]] if rows else []
    columns = {name: header.index(name) for name in _COLUMNS if name in header}
    if "student" not in columns or not columns.keys() & set(_MEANS):
        has = clean_line(", ".join(header), LINE_LIMIT) or "nothing"
        raise UsageError(
            f"{path}, line 1: the columns must be student, one of deadline, days and hours, and "
            f"reason if you like; there is {has}"
        )
    return columns, rows[1:]


def _own_deadline(cells: Mapping[str, str], rule: LateRule) -> datetime:
    if not cells["student"]:
        raise ValueError("it names no student: fill in the column student, or remove the line")
    given = [name for name in _MEANS if cells.get(name)]
    if len(given) != 1:
        filled = " and ".join(given) or "none"
        raise ValueError(f"one of deadline, days and hours must be filled in, not {filled}")
    if given == ["deadline"]:
        deadline = _read_deadline(cells["deadline"], rule)
    else:
        amount = _read_amount(given[0], cells[given[0]])
        if given == ["days"]:
            deadline = rule.deadline + timedelta(days=amount)
        else:
            later = rule.deadline.astimezone(UTC) + timedelta(hours=amount)
            deadline = later.astimezone(rule.deadline.tzinfo)
    if deadline.astimezone(UTC) < rule.deadline.astimezone(UTC):
        raise ValueError(
            f"{deadline.isoformat()} is before the deadline of the assignment, "
            f"{rule.deadline.isoformat()}"
        )
    return deadline


def _read_amount(what: str, untrusted_amount: str) -> float:
    try:
        amount = float(untrusted_amount.replace(",", "."))
    except ValueError:
        amount = 0.0
    if not 0 < amount <= _LONGEST[what]:
        raise ValueError(
            f"{what} must be a number above 0 and at most {_LONGEST[what]:g}, "
            f"not {untrusted_amount!r}"
        )
    return amount


def _read_deadline(untrusted_deadline: str, rule: LateRule) -> datetime:
    zone = rule.deadline.tzinfo or UTC
    deadline = _read_day(untrusted_deadline, zone) or read_time(untrusted_deadline, zone)
    if deadline is None:
        raise ValueError(
            f"{untrusted_deadline!r} is no time: write 2026-12-08 or 2026-12-08T23:59:00+03:00"
        )
    if not FIRST_YEAR <= deadline.year <= LAST_YEAR:
        raise ValueError(f"the year {deadline.year} cannot be meant")
    return deadline


def _read_day(text: str, zone: tzinfo) -> datetime | None:
    """Read a date alone; it lasts until its last moment."""
    for form in (date.fromisoformat, lambda said: datetime.strptime(said, "%d.%m.%Y")):  # noqa: DTZ007
        with contextlib.suppress(ValueError):
            return datetime.combine(form(text), time.max, zone)
    return None


def _key(name: str) -> str:
    """Give a name as it is compared: without case, marks of ё, and the order of its words."""
    return " ".join(sorted(plain(name).split()))
