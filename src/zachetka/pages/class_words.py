"""How the page of a class says numbers and causes, the same in its charts as in its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zachetka.errors import Cause
from zachetka.pages.words import CAUSE

if TYPE_CHECKING:
    from zachetka.pages.class_statistics import Bin

# Ebel's rule of thumb, which item analysis has kept.
WEAK_DISCRIMINATION: Final = 0.2


def points(value: float, max_score: float) -> str:
    """Give points with as many digits as the score of the assignment needs."""
    fine, usual = 1.0, 20.0
    digits = 3 if max_score <= fine else 2 if max_score <= usual else 1
    return f"{value:.{digits}f}"


def score_range(scores: Bin, max_score: float) -> str:
    """Give the scores that are counted together."""
    if scores.exact:
        return f"{scores.low:g}"
    return f"{points(scores.low, max_score)} to {points(scores.high, max_score)}"


def cause(word: str) -> str:
    """Say why a check gave no points."""
    return CAUSE[Cause(word)].en if word in CAUSE else word.replace("_", " ")


def signed(value: float) -> str:
    """Give a number with its sign, and a minus of the same width as a plus."""
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def tone(discrimination: float) -> str:
    """Give the colour of a check by how well it separates."""
    if discrimination < 0:
        return "bad"
    return "warn" if discrimination < WEAK_DISCRIMINATION else "accent"
