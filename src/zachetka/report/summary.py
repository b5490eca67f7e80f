"""A batch in one table: summary.csv for a spreadsheet, summary.json for a program."""

from __future__ import annotations

import csv
import io
import json
import re
import statistics
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from zachetka.report.atomic import write_atomically
from zachetka.report.clean import some_of
from zachetka.report.model import CheckStatus, ReportStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from zachetka.report.model import Report
    from zachetka.report.store import Missing

SCHEMA: Final = "zachetka.summary/1"
CSV_NAME: Final = "summary.csv"
JSON_NAME: Final = "summary.json"
PAGE_NAME: Final = "class.html"

_BEFORE_TASKS: Final = ("student", "status", "score", "max_score")
_AFTER_TASKS: Final = (
    *("checks_passed", "checks_total", "wall_s", "late_percent", "name", "group"),
    *("flags", "message", "file", "report"),
)
_DIGITS: Final = 6
_NAMED: Final = 3
# A spreadsheet takes a cell that starts so for a formula. After a separator it counts too: which
# separator divides cells is the reader's setting, and in Russia it is the semicolon.
_FORMULA: Final = re.compile(r"(?:^|(?<=[;,|\t\r\n]))(?=[\s\"']*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])")


@dataclass(frozen=True, slots=True)
class Row:
    """What the summary keeps of one report."""

    student: str
    file: str
    report: str
    status: str
    score: float | None
    max_score: float
    tasks: dict[str, float]
    checks_passed: int
    checks_total: int
    wall_s: float | None
    flags: tuple[str, ...]
    message: str | None
    name: str | None = None
    group: str | None = None
    late_percent: float | None = None


@dataclass(frozen=True, slots=True)
class ClassNotes:
    """What is said of a class beside its reports.

    `layout` is how the submissions were laid out, `missing` are students who handed in nothing,
    `strays` are files of nobody with the reason.
    """

    layout: str = ""
    missing: tuple[Missing, ...] = ()
    strays: tuple[tuple[str, str], ...] = ()


NO_NOTES: Final = ClassNotes()


def summary_row(report: Report, report_name: str) -> Row:
    """Keep of a report what a line of the summary needs."""
    tasks: dict[str, float] = {}
    for check in report.checks:
        tasks[check.task] = tasks.get(check.task, 0.0) + check.points
    return Row(
        student=report.student,
        file=report.submission.file,
        report=report_name,
        status=report.status.value,
        score=None if report.score is None else round(report.score, _DIGITS),
        max_score=report.max_score,
        tasks={task: round(points, _DIGITS) for task, points in tasks.items()},
        checks_passed=sum(check.status is CheckStatus.PASSED for check in report.checks),
        checks_total=len(report.checks),
        wall_s=None if report.execution is None else round(report.execution.wall_s, 3),
        flags=(*report.flags, *_others(report)),
        message=report.message,
        name=report.name,
        group=report.group,
        late_percent=None if report.late is None else report.late.percent,
    )


def _others(report: Report) -> tuple[str, ...]:
    others = report.submission.others
    if not others:
        return ()
    return (f"{report.submission.file} was graded, not {some_of(others, _NAMED)}",)


def by_student(rows: Iterable[Row]) -> list[Row]:
    """Sort the rows by student, whatever the case of the names."""
    return sorted(rows, key=lambda row: (row.student.casefold(), row.student, row.report))


def write_summary(
    folder: Path,
    assignment: str,
    rows: Sequence[Row],
    *,
    submissions: int,
    task_names: Sequence[str] = (),
    notes: ClassNotes = NO_NOTES,
) -> None:
    """Write summary.csv and summary.json into `folder`.

    Args:
        folder: where the reports are.
        assignment: its name.
        rows: what is finished.
        submissions: how many there are; more than `rows` when the batch was interrupted.
        task_names: the order of the columns of tasks.
        notes: what else is to be said of the class.

    Raises:
        OSError: the folder cannot be written.
    """
    ordered = by_student(rows)
    write_atomically(folder / CSV_NAME, to_csv(ordered, task_names))
    document = {
        **to_json_document(assignment, ordered, submissions=submissions),
        "layout": notes.layout,
        "missing": [asdict(each) for each in notes.missing],
        "strays": [{"path": path, "why": why} for path, why in notes.strays],
    }
    write_atomically(folder / JSON_NAME, json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def to_csv(rows: Sequence[Row], task_names: Sequence[str] = ()) -> str:
    """Give the rows as CSV in which no text of a student can become a formula."""
    tasks = list(dict.fromkeys([*task_names, *(task for row in rows for task in row.tasks)]))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*_BEFORE_TASKS, *map(defused, tasks), *_AFTER_TASKS])
    for row in rows:
        names = (row.name or "", row.group or "")
        texts = (*names, " | ".join(row.flags), row.message or "", row.file, row.report)
        writer.writerow(
            [
                *(defused(row.student), row.status, row.score, row.max_score),
                *(row.tasks.get(task) for task in tasks),
                *(row.checks_passed, row.checks_total, row.wall_s, row.late_percent),
                *map(defused, texts),
            ]
        )
    return stream.getvalue()


def to_json_document(assignment: str, rows: Sequence[Row], *, submissions: int) -> dict[str, Any]:
    """Give the rows and their totals as a JSON object."""
    scores = [row.score for row in rows if row.score is not None]
    return {
        "schema": SCHEMA,
        "assignment": assignment,
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "submissions": submissions,
        "finished": len(rows),
        "complete": len(rows) == submissions,
        "totals": {
            status.value: sum(row.status == status.value for row in rows) for status in ReportStatus
        },
        "score_mean": round(statistics.fmean(scores), _DIGITS) if scores else None,
        "score_median": round(statistics.median(scores), _DIGITS) if scores else None,
        "students": [asdict(row) for row in rows],
    }


def defused(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula."""
    return _FORMULA.sub("'", text)
