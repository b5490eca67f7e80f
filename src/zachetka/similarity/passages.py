"""Where two notebooks have the same code: lines of the one beside lines of the other."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zachetka.similarity.fingerprints import Fingerprints

PASSAGES: Final = 100
# Below, a passage is one idiom; it only hides the telling ones.
_LEAST_WEIGHT: Final = 3.0
# Lines that may differ inside a passage: somebody put a print there.
_GAP: Final = 2
_PLACES: Final = 8


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a cell: `cell` counts from 0, `first` and `last` from 1, and both belong to it."""

    cell: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Code that two notebooks share; `weight` counts its fingerprints, each by its rarity."""

    first: Lines
    second: Lines
    weight: float


def common_passages(
    first: Fingerprints, second: Fingerprints, weights: Mapping[int, float]
) -> tuple[Passage, ...]:
    """Find the passages that two notebooks share, the heaviest first.

    Args:
        first: one notebook.
        second: the other.
        weights: what each hash that both have weighs.
    """
    runs = list(_runs(first, second, weights))
    runs.sort(key=lambda run: (_key(run.first), _key(run.second)))
    joined: list[Passage] = []
    for run in runs:
        if joined and _goes_on(joined[-1], run):
            joined[-1] = _joined(joined[-1], run)
        else:
            joined.append(run)
    telling = [passage for passage in joined if passage.weight >= _LEAST_WEIGHT]
    telling.sort(key=lambda passage: (-passage.weight, _key(passage.first)))
    return tuple(telling[:PASSAGES])


def _runs(
    first: Fingerprints, second: Fingerprints, weights: Mapping[int, float]
) -> Iterator[Passage]:
    here, there = _keyed(first), _keyed(second)
    places: dict[int, list[int]] = defaultdict(list)
    for place, (value, _) in enumerate(there):
        if value in weights and len(places[value]) < _PLACES:
            places[value].append(place)
    counted: set[int] = set()
    start = 0
    while start < len(here):
        candidates = places.get(here[start][0], [])
        lengths = [_length(here, there, start, place) for place in candidates]
        length = max(lengths, default=0)
        if length:
            end, place = start + length, candidates[lengths.index(length)]
            values = {value for value, _ in here[start:end]} - counted
            counted |= values
            yield Passage(
                _lines(first, start, end),
                _lines(second, place, place + length),
                math.fsum(weights.get(value, 0.0) for value in values),
            )
        start += max(length, 1)


def _keyed(notebook: Fingerprints) -> list[tuple[int, int]]:
    return list(zip(notebook.hashes.tolist(), notebook.cells.tolist(), strict=True))


def _length(
    here: Sequence[tuple[int, int]], there: Sequence[tuple[int, int]], start: int, place: int
) -> int:
    """Count how far both go on alike without leaving their cells."""
    cell, other_cell = here[start][1], there[place][1]
    length = 0
    while (
        start + length < len(here)
        and place + length < len(there)
        and here[start + length] == (there[place + length][0], cell)
        and there[place + length][1] == other_cell
    ):
        length += 1
    return length


def _lines(notebook: Fingerprints, start: int, end: int) -> Lines:
    return Lines(
        int(notebook.cells[start]),
        int(notebook.first_lines[start:end].min()),
        int(notebook.last_lines[start:end].max()),
    )


def _key(lines: Lines) -> tuple[int, int, int]:
    return lines.cell, lines.first, lines.last


def _goes_on(before: Passage, after: Passage) -> bool:
    return _follows(before.first, after.first) and _follows(before.second, after.second)


def _follows(before: Lines, after: Lines) -> bool:
    return before.cell == after.cell and before.first <= after.first <= before.last + 1 + _GAP


def _joined(before: Passage, after: Passage) -> Passage:
    return Passage(
        _spanned(before.first, after.first),
        _spanned(before.second, after.second),
        before.weight + after.weight,
    )


def _spanned(before: Lines, after: Lines) -> Lines:
    return Lines(before.cell, before.first, max(before.last, after.last))
