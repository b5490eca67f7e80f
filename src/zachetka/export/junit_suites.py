"""The reports of a class as JUnit XML: a suite per submission, a case per check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zachetka.report.junit import Case, Suite, to_junit
from zachetka.report.model import CheckStatus, ReportStatus

if TYPE_CHECKING:
    from zachetka.report.model import Check, Report
    from zachetka.report.store import ClassRecord, Stored


def class_junit(record: ClassRecord) -> str:
    """Give the document; it says when the last of the reports was made."""
    at = max(stored.report.graded_at for stored in record.reports)
    return to_junit((_suite(stored) for stored in record.reports), at)


def _suite(stored: Stored) -> Suite:
    report, classname = stored.report, f"{stored.report.assignment}.{stored.stem}"
    cases = [_case(check, classname) for check in report.checks]
    if report.status is not ReportStatus.GRADED:
        cases.append(_whole(report, classname))
    return Suite(stored.stem, cases)


def _case(check: Check, classname: str) -> Case:
    failure = None
    if check.status is not CheckStatus.PASSED:
        said = check.message or (check.cause.value if check.cause else check.status.value)
        failure = f"{said} ({check.points:g} of {check.max_points:g} points)"
    return Case(check.id, classname, check.duration_s or 0.0, failure)


def _whole(report: Report, classname: str) -> Case:
    said = report.message or report.status.value
    if report.status is ReportStatus.ERROR:
        return Case("submission", classname, error=said)
    return Case("submission", classname, failure=said)
