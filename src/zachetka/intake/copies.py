"""Names that file managers, browsers, Jupyter and Google Drive give to copies of a file."""

from __future__ import annotations

import re
from typing import Final

_BEFORE: Final = re.compile(r"(?:copy[ _]of|копия(?:[ _]блокнота)?)[ _]+(?=\S)", re.IGNORECASE)
# Windows writes a dash of its own between a name and the word.
_AFTER: Final = re.compile(
    r"(?:[ _]?\(\d{1,3}\)|[ _]?-[ _]?copy\d{0,3}|[ _][-–—][ _](?:copy|копия))\Z", re.IGNORECASE
)
_LONGEST: Final = 255  # what a file may be called on a disk


def bare(stem: str) -> str:
    """Give the name that a copy, or a copy of a copy, was made from: `hw` for `hw (1)`."""
    if len(stem) > _LONGEST:
        return stem
    while True:
        shorter = _AFTER.sub("", _BEFORE.sub("", stem, count=1) if _BEFORE.match(stem) else stem)
        if shorter in {stem, ""}:
            return stem
        stem = shorter
