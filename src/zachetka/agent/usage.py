"""What a process has used so far, as /proc tells it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def stat_fields(pid: int) -> list[str]:
    """Give what /proc tells of a process behind its name: the state first; see proc(5).

    Raises:
        OSError: there is no such process.
    """
    # A name may be anything, and is cut off in the middle of a letter.
    stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    return stat.rpartition(")")[2].split()


def usage_of(pid: int | None) -> tuple[float, int]:
    """Give the CPU seconds and the peak resident bytes of a process, as far as /proc tells."""
    if pid is None:
        return 0.0, 0
    try:
        fields = stat_fields(pid)
        ticks = os.sysconf("SC_CLK_TCK")
        cpu_s = sum(int(fields[position]) for position in (11, 12, 13, 14)) / ticks
        # A name may hold whatever else ends a line in a text, but for this.
        status = Path(f"/proc/{pid}/status").read_bytes().split(b"\n")
        peak = next(line for line in status if line.startswith(b"VmHWM"))
        return cpu_s, int(peak.split()[1]) * 1024
    except (OSError, StopIteration, ValueError, IndexError):
        return 0.0, 0


def processes_running() -> int:
    """Count the processes of this sandbox with their threads, as its limit does.

    Where there is no PID namespace of its own nothing is counted: the others are strangers.
    """
    if os.getppid() != 1:
        return 0
    running = 0
    for name in os.listdir("/proc"):  # noqa: PTH208 - names, not paths
        if name.isdigit():
            with contextlib.suppress(OSError):
                running += int(stat_fields(int(name))[17])
    return running
