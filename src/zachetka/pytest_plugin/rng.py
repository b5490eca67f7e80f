"""The source of a check's inputs: the same for the same submission, unknown to everybody else."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch


class Rng:
    """Random inputs, seeded by the course's secret, the submission's hash and the check's id."""

    def __init__(self, secret: bytes, submission_sha256: str, check_id: str) -> None:
        import numpy as np

        message = f"{submission_sha256}\0{check_id}".encode()
        digest = hmac.new(secret, message, hashlib.sha256).digest()
        self._numpy = np.random.default_rng(int.from_bytes(digest, "big"))

    def normal(
        self, *shape: int, mean: float = 0.0, std: float = 1.0, dtype: torch.dtype | None = None
    ) -> torch.Tensor:
        """Normal values of a shape, float32 unless told otherwise."""
        return self._tensor(self._numpy.normal(mean, std, shape), dtype)

    def uniform(
        self, *shape: int, low: float = 0.0, high: float = 1.0, dtype: torch.dtype | None = None
    ) -> torch.Tensor:
        """Uniform values in [low, high) of a shape, float32 unless told otherwise."""
        return self._tensor(self._numpy.uniform(low, high, shape), dtype)

    def number(self, low: float, high: float) -> float:
        """One uniform number in [low, high)."""
        return float(self._numpy.uniform(low, high))

    def integers(self, low: int, high: int) -> int:
        """One integer in [low, high)."""
        return int(self._numpy.integers(low, high))

    def integer_tensor(self, low: int, high: int, *shape: int) -> torch.Tensor:
        """Integers in [low, high) of a shape, int64."""
        import torch

        return torch.from_numpy(self._numpy.integers(low, high, shape, dtype="int64"))

    def signs(self, count: int) -> torch.Tensor:
        """Values of -1 and +1, `(count,)` float32; both appear when there are two or more."""
        signs = self._numpy.choice([-1.0, 1.0], count)
        if count > 1:
            first, second = self._numpy.choice(count, 2, replace=False)
            signs[first], signs[second] = -1.0, 1.0
        return self._tensor(signs, None)

    def permutation(self, count: int) -> torch.Tensor:
        """A permutation of 0 to count - 1, int64."""
        import torch

        return torch.from_numpy(self._numpy.permutation(count).astype("int64"))

    def choice(self, items: Sequence[Any]) -> Any:
        """One item of a sequence."""
        return items[int(self._numpy.integers(len(items)))]

    def seed(self) -> int:
        """A seed for another generator, below 2**31."""
        return int(self._numpy.integers(1 << 31))

    def moons(self, count: int, noise: float = 0.1) -> tuple[torch.Tensor, torch.Tensor]:
        """Two interleaved half circles: points `(count, 2)` and their side, `(count,)` of -1/+1.

        The same shape as scikit-learn's `make_moons`, in random order.
        """
        import numpy as np

        upper = count // 2
        angle = self._numpy.uniform(0.0, np.pi, count)
        is_lower = np.arange(count) >= upper
        x = np.where(is_lower, 1.0 - np.cos(angle), np.cos(angle))
        y = np.where(is_lower, 0.5 - np.sin(angle), np.sin(angle))
        points = np.stack([x, y], axis=1) + self._numpy.normal(0.0, noise, (count, 2))
        order = self._numpy.permutation(count)
        sides = np.where(is_lower, 1.0, -1.0)
        return self._tensor(points[order], None), self._tensor(sides[order], None)

    def _tensor(self, values: Any, dtype: torch.dtype | None) -> torch.Tensor:
        import numpy as np
        import torch

        return torch.as_tensor(np.asarray(values)).to(dtype or torch.float32)
