"""A table as `nbgrader export` writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zachetka.export.tables import CellValue, Table, time_text

if TYPE_CHECKING:
    from zachetka.report.store import ClassRecord, Stored

_HEAD: Final = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)
_DIGITS: Final = 6


def nbgrader_table(record: ClassRecord, *, missing_as_zero: bool = False) -> Table:
    """Give a row per student; whoever has no score because of an error of ours has an empty one."""
    rows = [_row(record.assignment, stored) for stored in record.reports]
    if missing_as_zero:
        most = max(stored.report.max_score for stored in record.reports)
        rows += [
            (
                *(record.assignment, None, None, missing.student, *_last_first(missing.name)),
                *(None, 0.0, 0.0, 0.0, most),
            )
            for missing in record.missing
        ]
    return Table(_HEAD, tuple(rows))


def _row(assignment: str, stored: Stored) -> tuple[CellValue, ...]:
    report = stored.report
    late, email = report.late, report.student if "@" in report.student else None
    lost = late.points_lost if late else 0.0
    score = report.score
    return (
        *(assignment, time_text(late.deadline if late else None)),
        time_text(report.submission.handed_in_at or (late.handed_in_at if late else None)),
        *(report.student, *_last_first(report.name or ""), email),
        None if score is None else round(score + lost, _DIGITS),
        None if score is None else round(lost, _DIGITS),
        None if score is None else round(score, _DIGITS),
        report.max_score,
    )


def _last_first(name: str) -> tuple[str, str]:
    """Divide a name at its comma; without one nobody knows which word is which."""
    last, _, first = name.partition(",")
    return last.strip(), first.strip()
