"""What Gradescope reads from an autograder: a results.json per submission."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from zachetka.export.comments import comment_lines
from zachetka.export.outcome import Outcome, without_grade
from zachetka.report.model import CheckStatus

if TYPE_CHECKING:
    from zachetka.language import Language
    from zachetka.report.model import Check, Report
    from zachetka.report.store import ClassRecord


def results_files(record: ClassRecord, language: Language) -> tuple[dict[str, str], Outcome]:
    """Give each results.json under the name of its report, without those that have no score."""
    files = {
        stored.stem: json.dumps(results(stored.report, language), ensure_ascii=False, indent=2)
        + "\n"
        for stored in record.reports
        if stored.report.score is not None
    }
    left = tuple(
        without_grade(stored.report) for stored in record.reports if stored.report.score is None
    )
    return files, Outcome("results written", len(files), len(record.reports), left, record.notes)


def results(report: Report, language: Language) -> dict[str, Any]:
    """Give what one results.json says; the score is there, so that of the tests does not count."""
    return {
        "score": report.score,
        "execution_time": report.execution.wall_s if report.execution else 0.0,
        "output": "\n".join(comment_lines(report, language)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "after_published",
        "stdout_visibility": "hidden",
        "extra_data": {
            "assignment": report.assignment,
            "student": report.student,
            "max_score": report.max_score,
            "late_points": report.late.points_lost if report.late else 0.0,
        },
        "tests": [_test(number, check) for number, check in enumerate(report.checks, start=1)],
        "leaderboard": [],
    }


def _test(number: int, check: Check) -> dict[str, Any]:
    return {
        "score": check.points,
        "max_score": check.max_points,
        "status": "passed" if check.status is CheckStatus.PASSED else "failed",
        "name": f"{check.task}: {check.title}",
        "name_format": "text",
        "number": str(number),
        "output": "\n".join(filter(None, (check.message, check.hint))),
        "output_format": "text",
        "tags": [check.task],
        "visibility": "after_published",
        "extra_data": {"id": check.id},
    }
