"""Comments and strings: what two students do not word alike by chance."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zachetka.similarity.normal_form import CELL_CHARACTERS, NOTEBOOK_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Iterable

_REMARK: Final = re.compile(
    r"#(?P<comment>[^\n\r]*)"
    r"|\"\"\"(?P<long>.*?)\"\"\"|'''(?P<long_single>.*?)'''"
    r"|\"(?P<double>[^\"\n\r]*)\"?|'(?P<single>[^'\n\r]*)'?",
    re.DOTALL,
)
_WORD: Final = re.compile(r"\w+")
# "forward pass" and "loss per epoch" are anybody's.
_LEAST_WORDS: Final = 3
_LEAST_LETTERS: Final = 16
_MOST_LETTERS: Final = 300
_COUNT: Final = 2000


def remarks_in(cells: Iterable[str]) -> dict[str, str]:
    """Give the remarks of a notebook: from their words alone to the way they were written."""
    found: dict[str, str] = {}
    left = NOTEBOOK_CHARACTERS
    for source in cells:
        text = source[: min(left, CELL_CHARACTERS)]
        left -= len(text)
        for match in _REMARK.finditer(text):
            written = match[match.lastgroup or 0][:_MOST_LETTERS]
            words = _WORD.findall(written.casefold())
            plain = " ".join(words)
            if len(words) >= _LEAST_WORDS and len(plain) >= _LEAST_LETTERS and len(found) < _COUNT:
                found.setdefault(plain, " ".join(written.split()))
    return found
