"""What a process has used so far, as /proc tells it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_EXITING = 0x4  # PF_EXITING of Linux, include/linux/sched.h


def stat_fields(pid: int) -> list[str]:
    """Give what /proc tells of a process behind its name: the state first; see proc(5).

    Raises:
        OSError: there is no such process.
    """
    # A name may be anything, and is cut off in the middle of a letter.
    stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    return stat.rpartition(")")[2].split()


def is_ending(pid: int) -> bool:
    """Say whether a process has no more to do than to give back what it has, if /proc tells."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return bool(int(stat_fields(pid)[6]) & _EXITING)
    return False


def has_ended(pid: int) -> bool:
    """Say whether a process is a zombie or not there at all."""
    try:
        return stat_fields(pid)[0] in {"Z", "X"}
    except (OSError, IndexError):
        return True


def usage_of(pid: int | None) -> tuple[float, int]:
    """Give the CPU seconds and the peak resident bytes of a process, as far as /proc tells."""
    if pid is None:
        return 0.0, 0
    try:
        fields = stat_fields(pid)
        ticks = os.sysconf("SC_CLK_TCK")
        cpu_s = sum(int(fields[position]) for position in (11, 12, 13, 14)) / ticks
        return cpu_s, int(_status(pid, b"VmHWM:")[0]) * 1024
    except (OSError, StopIteration, ValueError, IndexError):
        return 0.0, 0


def data_bytes_of(pid: int | None) -> int:
    """Give what `RLIMIT_DATA` bounds of a process, as far as /proc tells."""
    try:
        return 0 if pid is None else int(_status(pid, b"VmData:")[0]) * 1024
    except (OSError, StopIteration, ValueError, IndexError):
        return 0


def _status(pid: int, title: bytes) -> list[bytes]:
    # A process's own name stands there, too: nothing but this ends a line in it.
    lines = Path(f"/proc/{pid}/status").read_bytes().split(b"\n")
    return next(line for line in lines if line.startswith(title)).split()[1:]


def processes() -> list[int]:
    """Give all that can be seen, zombies and this one, too."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - names


def processes_of_own_user() -> list[int]:
    """Give those of them that have this process's user."""
    found = []
    for pid in processes():
        with contextlib.suppress(OSError, StopIteration):
            if int(_status(pid, b"Uid:")[0]) == os.getuid():
                found.append(pid)
    return found


def threads_of(pids: list[int]) -> int:
    """Count the threads of processes, as the limit on processes does."""
    running = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            running += int(stat_fields(pid)[17])
    return running
