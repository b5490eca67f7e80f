"""Moves the memory of a process to huge pages, so that forking it copies few entries.

A process that has loaded torch has a hundred thousand small pages, and most of what a fork of it
costs is the copy of their table and the end of that copy.
"""

from __future__ import annotations

import contextlib
import ctypes
from pathlib import Path

_COLLAPSE = 25  # of linux/mman.h, since Linux 6.1; see madvise(2)
_HUGE_BYTES = 2 << 20
_MAPS = Path("/proc/self/maps")


def collapse() -> None:
    """Move what can be moved, in half a second; nothing happens where there is no such call."""
    madvise = ctypes.CDLL(None, use_errno=True).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    with contextlib.suppress(OSError):
        for line in _MAPS.read_text(errors="replace").splitlines():
            start, end = _whole_pages(line)
            if start < end:
                madvise(start, end - start, _COLLAPSE)  # what it refuses stays as it is


def _whole_pages(line: str) -> tuple[int, int]:
    """Give the huge pages that a mapping without a file has room for; see proc(5)."""
    addresses, mode, _, _, _, *name = line.split()
    if not mode.startswith("rw-p") or name not in ([], ["[heap]"]):
        return 0, 0
    start, end = (int(address, 16) for address in addresses.split("-"))
    return -(-start // _HUGE_BYTES) * _HUGE_BYTES, end // _HUGE_BYTES * _HUGE_BYTES
