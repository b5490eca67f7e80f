"""Watches and kills a whole tree of processes, seen from the host through /proc."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from zachetka.sandbox.failure import out_of_memory

if TYPE_CHECKING:
    from collections.abc import Callable

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_INTERVAL_S = 0.1
_EXACT_INTERVAL_S = 1.0
_LISTS_CHILDREN = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").exists()


class ProcessTree:
    """The descendants of one process. The sum of their memory is held below a limit."""

    def __init__(self, root_pid: int, memory_bytes: int) -> None:
        self._root_pid = root_pid
        self._memory_bytes = memory_bytes
        self._next_check = 0.0
        self._next_exact_look = 0.0
        self.peak_bytes = 0
        self.over_limit = False

    def check(self, kill: Callable[[], None]) -> None:
        """Measure at most every 0.1 s, and kill the tree when it is over its limit.

        Raises:
            StudentFault: it was.
        """
        now = time.monotonic()
        if now < self._next_check:
            return
        self._next_check = now + _INTERVAL_S
        pids = self.pids()
        used = sum(map(_resident_bytes, pids))
        if used > self.peak_bytes:
            # Pages shared by forks were counted once per process. To count them once takes long,
            # so that for the record alone it is not done at every look.
            if used <= self._memory_bytes and now < self._next_exact_look:
                return
            self._next_exact_look = now + _EXACT_INTERVAL_S
            used = sum(map(_proportional_bytes, pids))
        self.peak_bytes = max(self.peak_bytes, used)
        if used > self._memory_bytes:
            self.over_limit = True
            kill()
            raise out_of_memory(self._memory_bytes)

    def pids(self) -> list[int]:
        """Give the root and all its living descendants."""
        children_of = _listed_children if _LISTS_CHILDREN else _scanned_children()
        found, waiting = [], [self._root_pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            waiting.extend(children_of(pid))
        return found

    def kill(self) -> None:
        """Kill every process of the tree, however it grew meanwhile."""
        for _ in range(20):
            pids = self.pids() if Path("/proc/self").exists() else [self._root_pid]
            for pid in pids:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            if len(pids) <= 1:
                return
            time.sleep(0.01)


def _listed_children(pid: int) -> list[int]:
    """Give the children of a process, whichever of its threads made them."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in os.scandir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                found.extend(map(int, Path(task.path, "children").read_text().split()))
    return found


def _scanned_children() -> Callable[[int], list[int]]:
    """Look at every process once, where the system keeps no lists (CONFIG_PROC_CHILDREN)."""
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                stat = Path(entry.path, "stat").read_text(errors="replace")
                parent = int(stat.rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    return lambda pid: children.get(pid, [])


def _resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES
    except (OSError, IndexError, ValueError):
        return 0


def _proportional_bytes(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, IndexError, ValueError):
        pass
    return _resident_bytes(pid)
