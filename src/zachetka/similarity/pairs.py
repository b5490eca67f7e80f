"""The pairs of a class whose notebooks are close to each other."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zachetka.similarity.fingerprints import fingerprints
from zachetka.similarity.normal_form import given_vocabulary
from zachetka.similarity.passages import common_passages
from zachetka.similarity.rarity import make_index, shared_weights
from zachetka.similarity.remarks import remarks_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zachetka.similarity.fingerprints import Fingerprints
    from zachetka.similarity.passages import Passage
    from zachetka.similarity.rarity import Index

# Solutions written apart reach 0.2, the same approach with small differences 0.46; a copy in which
# every name, comment and line break is changed stays above 0.8.
THRESHOLD: Final = 0.5
# What two notebooks that were written apart have in common by chance reaches some 60.
LEAST_SHARED: Final = 80.0
# More pairs than anybody reads; the strongest stay.
PAIRS: Final = 1000

_REMARKS_SHOWN: Final = 30
# Of the class: a remark of more students comes from where all of them learn.
_RARE_REMARK: Final = 0.02


@dataclass(frozen=True, slots=True)
class Pair:
    """Two submissions that are close; `score` is the share of the smaller one, from 0 to 1.

    `weight` is what is shared, in fingerprints that only these two have. `remarks` are comments and
    strings that both have and hardly anybody else; they do not count in the score. `page` is the
    file name of the pair's page, where there is one.
    """

    first: str
    second: str
    score: float
    shared: tuple[Passage, ...]
    page: str = ""
    weight: float = 0.0
    remarks: tuple[str, ...] = ()


class _Given:
    """What all students started from."""

    def __init__(self, template: Sequence[Sequence[str]]) -> None:
        cells = [source for notebook in template for source in notebook]
        self.vocabulary = given_vocabulary(cells)
        self._sources = {source.strip() for source in cells}

    def fingerprints_beyond(self, cells: Sequence[str]) -> Fingerprints:
        """Fingerprint a notebook but for the cells that are the template's, letter by letter."""
        own = ["" if source.strip() in self._sources else source for source in cells]
        return fingerprints(own, self.vocabulary)


@dataclass(frozen=True, slots=True)
class _Close:
    first: int
    second: int
    score: float
    weight: float


def similar_pairs(
    sources: Mapping[str, Sequence[str]],
    template: Sequence[Sequence[str]],
    *,
    references: Sequence[Sequence[str]] = (),
    threshold: float = THRESHOLD,
    least_shared: float = LEAST_SHARED,
) -> list[Pair]:
    """Find the pairs of submissions that share more than their tasks explain, strongest first.

    Args:
        sources: the cells' sources of every submission.
        template: the cells of what the students started from, a notebook per language.
        references: the cells of correct solutions by others. They count like members of the class
            when it is asked how rare something is, which matters in small classes.
        threshold: the least score.
        least_shared: the least weight of what is shared, in fingerprints that only two have: with
            less, the likeness of two short solutions can be chance.
    """
    names = sorted(sources)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Python thinks of the backslashes in a string
        given = _Given(template)
        notebooks = [given.fingerprints_beyond(sources[name]) for name in names]
        background = [given.fingerprints_beyond(cells).hashes for cells in references]
        known = [fingerprints(cells, given.vocabulary).hashes for cells in template]
    index = make_index([notebook.hashes for notebook in notebooks], background, known)
    found = sorted(
        _close_ones(index, threshold, least_shared),
        key=lambda close: (-close.score, close.first, close.second),
    )[:PAIRS]
    remarks = _rare_remarks([sources[name] for name in names], [*template, *references], found)
    return [
        Pair(
            first=names[close.first],
            second=names[close.second],
            score=round(close.score, 4),
            shared=common_passages(
                notebooks[close.first],
                notebooks[close.second],
                index.weights_of_shared(close.first, close.second),
            ),
            weight=round(close.weight, 1),
            remarks=common,
        )
        for close, common in zip(found, remarks, strict=True)
    ]


def _close_ones(index: Index, threshold: float, least_shared: float) -> Iterable[_Close]:
    totals = [float(index.weights[places].sum()) for places in index.of_student]
    for first, second, weight in shared_weights(index):
        if weight < least_shared:
            continue
        score = min(1.0, weight / min(totals[first], totals[second]))
        if score >= threshold:
            yield _Close(first, second, score, weight)


def _rare_remarks(
    students: Sequence[Sequence[str]], others: Sequence[Sequence[str]], found: Sequence[_Close]
) -> list[tuple[str, ...]]:
    """Give for every pair the remarks that it shares with hardly anybody else."""
    if not found:
        return []
    known = {plain for cells in others for plain in remarks_in(cells)}
    remarks = [remarks_in(cells) for cells in students]
    frequencies = Counter(plain for each in remarks for plain in each)
    most = max(2, _RARE_REMARK * len(students))
    return [
        tuple(
            written
            for plain, written in remarks[close.first].items()
            if plain in remarks[close.second] and plain not in known and frequencies[plain] <= most
        )[:_REMARKS_SHOWN]
        for close in found
    ]
