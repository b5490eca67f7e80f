"""The memory of a control group, seen from outside through its files.

What the sandbox says of itself is a claim; these files are not. Those of a container exist
only while it runs and only where engine and host are one machine, so they are read as often as
somebody looks, and the last reading counts.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path("/sys/fs/cgroup")

_CURRENT_FILES = ("memory.usage_in_bytes", "memory.current")
# The largest use so far first; kernels before 5.19 have only the current use under version 2.
_USE_FILES = ("memory.max_usage_in_bytes", "memory.peak", "memory.current")
# What is charged at once, and what a few processors hold in stock, may be missing from the peak.
_NEARLY = 0.97


def container_folder(container_id: str, root: Path = ROOT) -> Path | None:
    """Find the control group that counts the memory of a container of Docker or Podman."""
    uid = os.getuid()
    user = f"user.slice/user-{uid}.slice/user@{uid}.service"
    groups = (
        f"docker/{container_id}",
        f"system.slice/docker-{container_id}.scope",
        f"machine.slice/libpod-{container_id}.scope",
        f"libpod_parent/libpod-{container_id}",
        f"{user}/user.slice/libpod-{container_id}.scope",
        f"{user}/user.slice/docker-{container_id}.scope",
        f"{user}/docker-{container_id}.scope",
    )
    for hierarchy in (root / "memory", root):
        for group in groups:
            folder = hierarchy / group
            if any((folder / name).exists() for name in _USE_FILES):
                return folder
    return None


class MemoryGauge:
    """The peak of one group's memory, and the kills for want of it.

    A kill without the group's own limit reached comes from a group around it or from the machine.

    Args:
        find: gives the group's folder once there is one.
    """

    def __init__(self, find: Callable[[], Path | None]) -> None:
        self._find = find
        self._folder: Path | None = None
        self._files: tuple[str, ...] = _USE_FILES
        self.peak_bytes: int | None = None
        self.kills = 0
        self.own_limit_reached = False

    @property
    def limit_has_killed(self) -> bool:
        """Whether something was killed, and the group's own limit was reached."""
        return self.kills > 0 and self.own_limit_reached

    @property
    def host_has_killed(self) -> bool:
        """Whether something was killed, and the group's own limit was not reached."""
        return self.kills > 0 and not self.own_limit_reached

    @property
    def was_short(self) -> bool:
        """Whether something was killed, or the group's own limit was reached."""
        return self.kills > 0 or self.own_limit_reached

    def read(self) -> None:
        """Take a reading; keeps the last one when there is nothing to read any more."""
        if self._folder is None:
            self._folder = self._find()
            if self._folder is None:
                return
        used = _first_number(self._folder, self._files)
        if used is not None:
            self.peak_bytes = max(self.peak_bytes or 0, used)
        self._read_kills(self._folder)

    def forget_peak(self) -> None:
        """Take the peak from here on from what is in use at each reading: no file has it."""
        self.peak_bytes = None
        self._files = _CURRENT_FILES

    def _read_kills(self, folder: Path) -> None:
        with contextlib.suppress(OSError, ValueError):
            self.kills = max(self.kills, _count(folder / "memory.events", "oom_kill"))
            self.own_limit_reached |= _count(folder / "memory.events", "oom") > 0
            return
        with contextlib.suppress(OSError, ValueError):
            self.kills = max(self.kills, _count(folder / "memory.oom_control", "oom_kill"))
            # Version 1 has a count of failures, which newer kernels leave at 0.
            limit_bytes = int((folder / "memory.limit_in_bytes").read_text())
            largest_bytes = _first_number(folder, _USE_FILES) or 0
            self.own_limit_reached |= largest_bytes >= _NEARLY * limit_bytes


def _first_number(folder: Path, names: Sequence[str]) -> int | None:
    for name in names:
        with contextlib.suppress(OSError, ValueError):
            return int((folder / name).read_text())
    return None


def _count(file: Path, word: str) -> int:
    for line in file.read_text().splitlines():
        first, _, second = line.partition(" ")
        if first == word:
            return int(second)
    return 0
