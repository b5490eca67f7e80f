"""Submissions that are close to each other beyond what the template and the class explain.

What is found is a hint for a teaching assistant who then reads both, never a verdict.
"""

from zachetka.similarity.normal_form import lines_of
from zachetka.similarity.pairs import LEAST_SHARED, THRESHOLD, Pair, similar_pairs
from zachetka.similarity.passages import Lines, Passage

__all__ = [
    "LEAST_SHARED",
    "THRESHOLD",
    "Lines",
    "Pair",
    "Passage",
    "lines_of",
    "similar_pairs",
]
