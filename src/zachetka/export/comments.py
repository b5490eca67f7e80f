"""What a student reads beside the grade, where a system takes a few lines and no page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from zachetka.language import Language, Text
from zachetka.report.model import CheckStatus, ReportStatus
from zachetka.report.summary import defused

if TYPE_CHECKING:
    from zachetka.report.model import Check, Report

_SCORE: Final = Text("Points: {} of {}.", "Баллы: {} из {}.")
_LATE: Final = Text("Late, days: {}; {} points less.", "Опоздание, дней: {}; снято баллов: {}.")
_REJECTED: Final = Text("The file could not be checked.", "Файл не удалось проверить.")
_CHECK: Final = Text("{}: {} of {}.", "{}: {} из {}.")
_CHECKS: Final = 50


def comment_html(report: Report, language: Language) -> str:
    """Give the comment as HTML, which is what Moodle takes comments for."""
    return "<br>".join(escape(line, quote=False) for line in comment_lines(report, language))


def comment_lines(report: Report, language: Language) -> list[str]:
    """Say the score, what was lost by being late, and what did not pass, in a line each."""
    lines = []
    if report.status is ReportStatus.REJECTED:
        lines.append(f"{_REJECTED.in_language(language)} {report.message or ''}")
    elif report.message:
        lines.append(report.message)
    if report.score is not None:
        lines.append(_say(_SCORE, language, _figure(report.score), _figure(report.max_score)))
    if report.late is not None and report.late.points_lost:
        late = report.late
        lines.append(_say(_LATE, language, str(late.days), _figure(late.points_lost)))
    failed = [check for check in report.checks if check.status is not CheckStatus.PASSED]
    lines += [_said(check, language) for check in failed[:_CHECKS]]
    if len(failed) > _CHECKS:
        lines.append("…")
    # A sheet with comments is opened in a spreadsheet, and parts of these are a student's words.
    return [defused(" ".join(line.split())) for line in lines]


def _said(check: Check, language: Language) -> str:
    points = (_figure(check.points), _figure(check.max_points))
    return f"{_say(_CHECK, language, check.title, *points)} {check.message or ''}"


def _say(text: Text, language: Language, *values: str) -> str:
    return text.in_language(language).format(*values)


def _figure(points: float) -> str:
    return f"{round(points, 2):g}"
