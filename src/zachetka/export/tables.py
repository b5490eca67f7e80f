"""The reports of a class as plain tables: scores, checks, and who handed in nothing."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zachetka.report.summary import defused, summary_row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from zachetka.report.store import ClassRecord, Stored

CellValue = str | float | None

MISSING: Final = "missing"
_DIGITS: Final = 6
_BEFORE_TASKS: Final = ("student", "name", "group", "status", "score", "max_score")
_AFTER_TASKS: Final = (
    *("checks_passed", "checks_total"),
    *("handed_in_at", "deadline", "late_days", "late_percent", "late_points", "extension"),
    *("wall_s", "flags", "message", "file", "report"),
)
_CHECK_HEAD: Final = (
    *("student", "name", "group", "check", "task", "title", "status", "points", "max_points"),
    *("cause", "message"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A heading and rows as long as it is."""

    head: tuple[str, ...]
    rows: tuple[tuple[CellValue, ...], ...]


def scores_table(record: ClassRecord) -> Table:
    """Give a row per student, those who handed in nothing last, and a column per task."""
    checks = (check for stored in record.reports for check in stored.report.checks)
    tasks = list(dict.fromkeys(check.task for check in checks))
    rows = [_score_row(stored, tasks) for stored in record.reports]
    head = (*_BEFORE_TASKS, *tasks, *_AFTER_TASKS)
    for missing in record.missing:
        known = (missing.student, missing.name, missing.group, MISSING)
        rows.append((*known, *(None for _ in head[len(known) :])))
    return Table(head, tuple(rows))


def checks_table(record: ClassRecord) -> Table:
    """Give a row per check of each student."""
    return Table(
        _CHECK_HEAD,
        tuple(
            (
                *(stored.report.student, stored.report.name, stored.report.group),
                *(check.id, check.task, check.title, check.status.value),
                *(round(check.points, _DIGITS), round(check.max_points, _DIGITS)),
                *(check.cause.value if check.cause else None, check.message),
            )
            for stored in record.reports
            for check in stored.report.checks
        ),
    )


def missing_table(record: ClassRecord) -> Table:
    """Give a row per student who handed in nothing."""
    return Table(
        ("student", "name", "group"),
        tuple((missing.student, missing.name, missing.group) for missing in record.missing),
    )


def to_csv(table: Table) -> str:
    """Give a table as CSV in which no text can become a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    for row in (table.head, *table.rows):
        writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in row])
    return stream.getvalue()


def _score_row(stored: Stored, tasks: Sequence[str]) -> tuple[CellValue, ...]:
    report, row = stored.report, summary_row(stored.report, stored.name)
    late = report.late
    return (
        *(row.student, report.name, report.group, row.status, row.score, row.max_score),
        *(row.tasks.get(task) for task in tasks),
        *(row.checks_passed, row.checks_total),
        time_text(report.submission.handed_in_at or (late.handed_in_at if late else None)),
        *(time_text(late.deadline if late else None), late.days if late else None),
        *(late.percent if late else None, round(late.points_lost, _DIGITS) if late else None),
        *(late.extension if late else None, row.wall_s),
        *(" | ".join(row.flags), row.message, row.file, row.report),
    )


def time_text(at: datetime | None) -> str | None:
    """Give a time as spreadsheets read it."""
    return at.isoformat(sep=" ", timespec="seconds") if at else None
