"""What a student reads beside the grade, where a system takes a few lines and no page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from zachetka.language import Text
from zachetka.pages.words import Speech
from zachetka.report.model import CheckStatus, ReportStatus
from zachetka.report.summary import defused

if TYPE_CHECKING:
    from zachetka.language import Language
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
    """Say the score, what was lost by being late, and what did not pass, in a line each.

    Args:
        report: what is said in it, is in its own language, and so is the rest.
        language: of the rest where a report does not name its own.
    """
    speech = Speech(report.language or language)
    lines = []
    if report.status is ReportStatus.REJECTED:
        lines.append(f"{speech.say(_REJECTED)} {report.message or ''}")
    elif report.message:
        lines.append(report.message)
    if report.score is not None:
        lines.append(_say(_SCORE, speech, report.score, report.max_score))
    if report.late is not None and report.late.points_lost:
        lines.append(_say(_LATE, speech, report.late.days, report.late.points_lost))
    failed = [check for check in report.checks if check.status is not CheckStatus.PASSED]
    lines += [
        _said(check, above, speech)
        for above, check in zip((None, *failed), failed[:_CHECKS], strict=False)
    ]
    if len(failed) > _CHECKS:
        lines.append("…")
    # A sheet with comments is opened in a spreadsheet, and parts of these are a student's words.
    return [defused(" ".join(line.split())) for line in lines]


def _said(check: Check, above: Check | None, speech: Speech) -> str:
    message = check.message or ""
    if message and above is not None and message == above.message:
        message = speech("same")
    return f"{_say(_CHECK, speech, check.title, check.points, check.max_points)} {message}"


def _say(text: Text, speech: Speech, *values: str | float) -> str:
    written = (value if isinstance(value, str) else speech.number(value) for value in values)
    return speech.say(text).format(*written)
