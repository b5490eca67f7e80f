"""How long to wait for student code: by the time that it computes, not by the clock alone.

On a machine that is busy with ten other notebooks an honest cell takes ten times as long. It has
used no more of the processor for that, so what is limited is CPU time. The clock only ends what
sleeps or waits.
"""

from __future__ import annotations

import time

from zachetka.agent.usage import usage_of

WALL_FACTOR = 3.0


class Patience:
    """Runs out after `limit_s` of CPU time, or `WALL_FACTOR` times that by the clock."""

    def __init__(self, pid: int | None, limit_s: float) -> None:
        self._pid = pid
        self._limit_s = limit_s
        self._started = time.monotonic()
        self._cpu_at_start = usage_of(pid)[0]

    def elapsed_s(self) -> float:
        """Give the seconds by the clock."""
        return time.monotonic() - self._started

    def is_over(self) -> bool:
        """Whether the process has had its time."""
        elapsed_s = self.elapsed_s()
        if elapsed_s < self._limit_s:
            return False  # it cannot have used more than that with one thread
        used_s = usage_of(self._pid)[0] - self._cpu_at_start
        return used_s >= self._limit_s or elapsed_s >= WALL_FACTOR * self._limit_s
