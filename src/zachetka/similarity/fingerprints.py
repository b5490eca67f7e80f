"""Runs of tokens as numbers that can be looked up, each with its place in the notebook."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from zachetka.similarity.normal_form import normal_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from zachetka.similarity.normal_form import Token, Vocabulary

# One to two lines of code. Shorter runs are idioms, longer ones break at every small change.
RUN: Final = 12

_TOKENS: Final = 100_000
# Odd and without a pattern, so that the powers of it differ modulo 2**64.
_BASE: Final = 0x9E3779B97F4A7C15
_MODULUS: Final = 2**64


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """All runs of a notebook in their order; the arrays are equally long."""

    hashes: NDArray[np.uint64]
    cells: NDArray[np.int32]
    first_lines: NDArray[np.int32]
    last_lines: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.hashes)


def fingerprints(cells: Sequence[str], given: Vocabulary) -> Fingerprints:
    """Give the fingerprints of a notebook's cells; a run never leaves its cell."""
    parts = [_empty()]
    left = _TOKENS
    for number, tokens in enumerate(normal_form(cells, given)):
        if min(len(tokens), left) >= RUN:
            parts.append(_of_cell(number, tokens[:left]))
        left -= min(len(tokens), left)
    return Fingerprints(
        np.concatenate([part.hashes for part in parts]),
        np.concatenate([part.cells for part in parts]),
        np.concatenate([part.first_lines for part in parts]),
        np.concatenate([part.last_lines for part in parts]),
    )


def _empty() -> Fingerprints:
    numbers = np.empty(0, np.int32)
    return Fingerprints(np.empty(0, np.uint64), numbers, numbers, numbers)


def _of_cell(number: int, tokens: Sequence[Token]) -> Fingerprints:
    values = np.array([_value(token.text) for token in tokens], np.uint64)
    lines = np.array([token.line for token in tokens], np.int32)
    count = len(values) - RUN + 1
    hashes = np.zeros(count, np.uint64)
    for offset in range(RUN):
        # Sums of products that overflow are what a rolling hash is.
        hashes += values[offset : offset + count] * np.uint64(pow(_BASE, offset + 1, _MODULUS))
    windows = np.lib.stride_tricks.sliding_window_view(lines, RUN)
    return Fingerprints(
        hashes, np.full(count, number, np.int32), windows.min(axis=1), windows.max(axis=1)
    )


@lru_cache(maxsize=65_536)
def _value(text: str) -> int:
    # Python's own hash differs from one process to the next.
    encoded = text.encode("utf-8", errors="replace")
    return int.from_bytes(hashlib.blake2b(encoded, digest_size=8).digest(), "little")
