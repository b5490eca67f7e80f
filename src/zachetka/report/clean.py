"""Make text from a submission safe to store, to print on a terminal and to open in a browser."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ELLIPSIS: Final = " […]"

_KEPT_CONTROLS: Final = frozenset("\n\t")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"

# Cc: control characters and ANSI's escape; Cs: lone surrogates, which no UTF-8 file can hold;
# Cf is narrowed to the bidirectional ones, since joiners are part of honest emoji and scripts.
_BIDI: Final = frozenset(
    map(chr, (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
_INVISIBLE: Final = frozenset(
    map(chr, (0x200B, 0x2028, 0x2029, 0x2060, 0xFEFF, *range(0xE0000, 0xE0080)))
)
_ANSI: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours and cursor movements
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles and links of a terminal
    r"|\x1b[@-Z\\^_]"
)


def clean_text(text: str, limit: int) -> str:
    """Give `text` without what could deceive or break its reader, in at most `limit` characters.

    Colour sequences of terminals vanish whole, other control characters, lone surrogates and
    bidirectional overrides become U+FFFD, line ends become newlines. Cleaning again
    changes nothing.

    Args:
        text: whatever a submission produced.
        limit: the most characters to give back, with the mark of a cut included.
    """
    if len(text) <= limit and text.isprintable():
        return text  # nothing below is printable
    # Only so much is looked at: a message of 200 MB must not cost 200 MB of work.
    window = text[: 4 * limit + 4096]
    cleaned = "".join(map(_clean_character, _without_ansi(window)))
    if len(cleaned) <= limit and len(window) == len(text):
        return cleaned
    return cleaned[: max(0, limit - len(ELLIPSIS))] + ELLIPSIS[:limit]


def clean_line(text: str, limit: int) -> str:
    """Like `clean_text`, for what must stay on one line."""
    return " ".join(clean_text(text, limit).split())


def some_of(names: Sequence[str], most: int) -> str:
    """Name the first few, and say how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _clean_character(character: str) -> str:
    if character in _KEPT_CONTROLS:
        return character
    if character in _BIDI or unicodedata.category(character) in {"Cc", "Cs"}:
        return _REPLACEMENT
    return "" if character in _INVISIBLE else character


def _without_ansi(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ANSI.sub("", text)
