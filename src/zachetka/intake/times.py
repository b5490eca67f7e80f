"""Times as learning management systems write them."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import tzinfo

_LETTERS: Final = 80
_YEARS: Final = range(1990, 2200)
_ZONE: Final = re.compile(r"\s*(?:UTC|GMT|Z|([+-]\d\d:?\d\d)(?:\s*[A-Z]{1,5})?)$")
# Moodle in English, Russian and German: "Saturday, 21 November 2026, 11:59 PM".
_WORDS: Final = re.compile(
    r"(?:[^\W\d]+,?\s+)?(?P<day>\d{1,2})\.?\s+(?P<month>[^\W\d]{3})[^\W\d]*\.?,?\s+(?P<year>\d{4})"
    r"(?:\s*г\.)?,?\s+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s*(?P<half>[AP]M)?",
    re.IGNORECASE,
)
_MONTHS: Final = {
    name: number
    for names in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "янв фев мар апр мая июн июл авг сен окт ноя дек",
        "jan feb mär apr mai jun jul aug sep okt nov dez",
    )
    for number, name in enumerate(names.split(), start=1)
}
_NOON: Final = 12


def read_time(untrusted_text: str, zone: tzinfo = UTC) -> datetime | None:
    """Read a time: ISO 8601, what Gradescope and nbgrader make of it, Moodle's words, with dots.

    Args:
        untrusted_text: as it stands in the file.
        zone: that of a time which names none.

    Returns:
        The time with its zone; None where it cannot be understood.
    """
    text = " ".join(untrusted_text[:_LETTERS].split())
    at: datetime | None
    try:
        at = datetime.fromisoformat(_ZONE.sub(lambda zone: zone[1] or "+00:00", text))
    except ValueError:
        at = _in_named_zone(text, zone) or _from_words(text) or _from_dotted(text)
    if at is None or at.year not in _YEARS:
        return None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _in_named_zone(text: str, local: tzinfo) -> datetime | None:
    """Read what nbgrader lets a server write: "2026-11-21 20:00:00.000000 Europe/Moscow"."""
    time, _, name = text.rpartition(" ")
    try:
        at = datetime.fromisoformat(time)
    except ValueError:
        return None
    if at.tzinfo is not None:
        return None
    # Abbreviations such as MSK or CST name no zone by themselves, but the server knows its own.
    for fold in (0, 1):
        here = at.replace(tzinfo=local, fold=fold)
        if here.tzname() == name:
            return here
    try:
        return at.replace(tzinfo=ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        return None


def _from_words(text: str) -> datetime | None:
    match = _WORDS.fullmatch(text)
    if match is None:
        return None
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % _NOON + (_NOON if match["half"].upper() == "PM" else 0)
    month = _MONTHS.get(match["month"].casefold(), 0)
    minute, second = int(match["minute"]), int(match["second"] or 0)
    try:
        # The zone is that of the caller.
        return datetime(int(match["year"]), month, int(match["day"]), hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None


def _from_dotted(text: str) -> datetime | None:
    """Read what a spreadsheet set to Russian or German makes of a time: "21.11.2026 23:59"."""
    for form in ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S"):
        with contextlib.suppress(ValueError):
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is that of the caller
    return None
