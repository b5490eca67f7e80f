"""What is asked and told of a notebook's cells: their limits, how each ended, what it printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nbclient import NotebookClient


@dataclass(frozen=True, slots=True)
class CellLimits:
    """What the cells may use: CPU seconds of one (see `patience`), wall seconds of all, and more.

    `output_bytes` is what one may print; `processes` counts threads, too.
    """

    cell_s: float
    total_s: float
    output_bytes: int
    memory_bytes: int
    processes: int


@dataclass(slots=True)
class CellResult:
    """How one cell ended: ok, error, time_limit, memory_limit, crash or skipped."""

    index: int
    status: str
    duration_s: float = 0.0
    error: str | None = None
    traceback: str | None = None
    rescued: list[str] = field(default_factory=list)
    truncated: bool = False

    def as_header(self) -> dict[str, Any]:
        """Give the frame that tells the host."""
        return {
            "type": "cell",
            "index": self.index,
            "status": self.status,
            "duration_s": round(self.duration_s, 4),
            "error": self.error,
            "traceback": self.traceback,
            "rescued": self.rescued[:50],
            "truncated": self.truncated,
        }


class CellReader(NotebookClient):  # type: ignore[misc]
    """Reads what a cell prints and how it ends, and nothing of what it shows.

    Displays and widgets refer to those of earlier cells, and nothing of these is kept.
    """

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Pass on the few kinds of messages that say how a cell went."""
        if msg["msg_type"] in {"status", "stream", "error"}:
            return super().process_message(msg, cell, cell_index)
        return None
