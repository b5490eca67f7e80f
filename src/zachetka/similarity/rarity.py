"""How much something that two students share says, given how many others have it too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

# In a smaller class, what two have in common would be what half of the class has.
LEAST_CLASS: Final = 30
_PAIR: Final = 2


@dataclass(frozen=True, slots=True)
class Index:
    """Which of the students' things are whose.

    `things` are hashes in ascending order, and `weights` theirs: 1 for what at most two have, 0 for
    what half of the class has. `owners` are numbers of students: those who have `things[i]` stand
    from `starts[i]` on, and are `counts[i]`. `of_student` says where in `things` each one's are.
    """

    things: NDArray[np.uint64]
    weights: NDArray[np.float64]
    owners: NDArray[np.int64]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    of_student: tuple[NDArray[np.int64], ...]

    def weights_of_shared(self, first: int, second: int) -> dict[int, float]:
        """Give what two students both have, and what each thing weighs."""
        shared = np.intersect1d(self.of_student[first], self.of_student[second])
        return dict(zip(self.things[shared].tolist(), self.weights[shared].tolist(), strict=True))


def make_index(
    students: Sequence[NDArray[np.uint64]],
    background: Sequence[NDArray[np.uint64]],
    known: Sequence[NDArray[np.uint64]],
) -> Index:
    """Weigh what students have by how rare it is.

    Args:
        students: the hashes of each.
        background: the hashes of solutions that are no student's; they count like students when
            it is asked how rare something is.
        known: what weighs nothing since everybody was given it.
    """
    nothing = np.empty(0, np.uint64)
    subtracted = np.concatenate([*known, nothing])
    own = [np.setdiff1d(hashes, subtracted) for hashes in students]
    everything = np.concatenate([*own, nothing])
    whose = np.repeat(np.arange(len(own)), [len(hashes) for hashes in own])
    order = np.argsort(everything, kind="stable")
    things, starts, counts = np.unique(everything[order], return_index=True, return_counts=True)
    others = np.zeros(len(things), np.int64)
    for hashes in background:
        others += np.isin(things, hashes)
    return Index(
        things,
        _weights(counts + others, len(students) + len(background)),
        whose[order],
        starts,
        counts,
        tuple(np.searchsorted(things, hashes) for hashes in own),
    )


def shared_weights(index: Index) -> Iterator[tuple[int, int, float]]:
    """Give for every two students who share anything rare: their numbers, and what it weighs.

    The cost grows with what is shared, not with the square of the class.
    """
    for student, places in enumerate(index.of_student):
        rare = places[(index.counts[places] > 1) & (index.weights[places] > 0)]
        counts = index.counts[rare]
        before = np.concatenate([[0], np.cumsum(counts)])
        posts = np.arange(before[-1]) + np.repeat(index.starts[rare] - before[:-1], counts)
        weights = np.repeat(index.weights[rare], counts)
        sums = np.bincount(index.owners[posts], weights, minlength=len(index.of_student))
        for other in np.flatnonzero(sums[student + 1 :]) + student + 1:
            yield student, int(other), float(sums[other])


def _weights(frequencies: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    half = max(size, LEAST_CLASS) / 2
    weights: NDArray[np.float64] = np.log(half / frequencies) / np.log(half / _PAIR)
    return weights.clip(0.0, 1.0)
