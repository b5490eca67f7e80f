"""A control group of our own around one sandbox: the kernel holds memory and CPU of all in it.

Under version 1 (a hierarchy per controller) root can make one below the group that we run in. Under
version 2 that is forbidden, since a group holds either processes or groups; it is made beside ours
instead, where the parent hands its controllers on and lets us write: as root, and for the sessions
of a desktop. Elsewhere `systemd-run --user --scope` provides such a place.

See cgroups(7) and the kernel's admin-guide/cgroup-v1 and cgroup-v2.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import itertools
import logging
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zachetka.sandbox.base import Limits
from zachetka.sandbox.gauge import ROOT, MemoryGauge
from zachetka.sandbox.owner import is_dead, owner

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

log = logging.getLogger(__name__)

_PREFIX = "zachetka@"
_PERIOD_US = 100_000
_END_TIMEOUT_S = 10.0
_CONTROLLERS = ("memory", "cpu")
_numbers = itertools.count()
_alive: set[ControlGroup] = set()


@dataclass(frozen=True, slots=True)
class Place:
    """Where groups can be made: the version, and a folder per controller that can be had."""

    version: int
    folders: Mapping[str, Path]


class ControlGroup:
    """One group, from before its first process to its removal.

    Raises:
        OSError: it cannot be made here.
    """

    def __init__(self, place: Place, limits: Limits) -> None:
        name = f"{_PREFIX}{owner().replace('/', '@')}@{next(_numbers)}"
        self._folders = list(dict.fromkeys(folder / name for folder in place.folders.values()))
        self._gauge = MemoryGauge(lambda: self._folders[0])
        self._ended = False
        _alive.add(self)
        try:
            for folder in self._folders:
                folder.mkdir()
            _limit_memory(place, place.folders["memory"] / name, limits.memory_bytes)
            if "cpu" in place.folders:
                # Refused where a group around this one has less, which then bounds it.
                with contextlib.suppress(OSError):
                    _limit_cpu(place, place.folders["cpu"] / name, limits.cpus)
        except OSError:
            self.end()
            raise

    def enter(self) -> None:
        """Move the calling process in; meant for the moment between fork and exec."""
        for folder in self._folders:
            # Not Path.write_text: a child of a process with threads had better do little here.
            descriptor = os.open(folder / "cgroup.procs", os.O_WRONLY)
            os.write(descriptor, b"0")
            os.close(descriptor)

    @property
    def peak_bytes(self) -> int | None:
        """The largest use of memory that was read, None where it cannot be."""
        return self._gauge.peak_bytes

    def limit_has_killed(self) -> bool:
        """Say whether something in it was killed, and its own limit was reached."""
        self.read()
        return self._gauge.limit_has_killed

    def host_has_killed(self) -> bool:
        """Say whether something in it was killed, and its own limit was not reached."""
        self.read()
        return self._gauge.host_has_killed

    def was_short(self) -> bool:
        """Say whether something in it was killed, or its own limit was reached."""
        self.read()
        return self._gauge.was_short

    def forget_peak(self) -> None:
        """Measure its memory from here on."""
        self._gauge.forget_peak()

    def read(self) -> None:
        """Take a reading of its memory; after its end the last one counts."""
        if not self._ended:
            self._gauge.read()

    def end(self) -> None:
        """Kill whatever is left in the group and remove it; idempotent."""
        if not self._ended:
            self.read()
            self._ended = True
            _alive.discard(self)
            for folder in self._folders:
                if not _removed(folder):
                    log.error("the control group %s could not be removed", folder)


@functools.cache
def place() -> Place | None:
    """Find where groups can be made, by making one; None where that is not to be had.

    What runs that were killed have left there is removed on the way.
    """
    for candidate in _candidates():
        _sweep(candidate)
        try:
            group = ControlGroup(candidate, Limits())
        except OSError:
            continue
        try:
            subprocess.run(["true"], preexec_fn=group.enter, check=True)  # noqa: S607
        except (OSError, subprocess.SubprocessError):
            continue
        finally:
            group.end()
        return candidate
    return None


def _candidates(root: Path = ROOT, own: Path = Path("/proc/self/cgroup")) -> Iterator[Place]:
    """List the places that may do, the better ones first."""
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return
    ours: dict[str, Path] = {}
    for line in lines:
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            ours[controller] = Path(path.lstrip("/"))
    if "memory" in ours:
        folders = {name: root / name / ours[name] for name in _CONTROLLERS if name in ours}
        if folders["memory"].is_dir():
            yield Place(1, {name: folder for name, folder in folders.items() if folder.is_dir()})
            yield Place(1, {"memory": folders["memory"]})
    elif "" in ours:
        parent = (root / ours[""]).parent
        if parent.is_relative_to(root):
            handed_on = _words(parent / "cgroup.subtree_control")
            if "memory" in handed_on:
                yield Place(2, {name: parent for name in _CONTROLLERS if name in handed_on})


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:
        return []


def _limit_memory(place: Place, folder: Path, memory_bytes: int) -> None:
    """Bound memory, and let nothing of it be swapped out."""
    if place.version == 1:
        (folder / "memory.limit_in_bytes").write_text(str(memory_bytes))
        # Missing where the kernel does not count swap; without a wish to swap, it does little.
        with contextlib.suppress(OSError):
            (folder / "memory.swappiness").write_text("0")
        with contextlib.suppress(OSError):
            (folder / "memory.memsw.limit_in_bytes").write_text(str(memory_bytes))
    else:
        (folder / "memory.max").write_text(str(memory_bytes))
        with contextlib.suppress(OSError):
            (folder / "memory.swap.max").write_text("0")


def _limit_cpu(place: Place, folder: Path, cpus: float) -> None:
    quota_us = int(cpus * _PERIOD_US)
    if place.version == 1:
        (folder / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
        (folder / "cpu.cfs_quota_us").write_text(str(quota_us))
    else:
        (folder / "cpu.max").write_text(f"{quota_us} {_PERIOD_US}")


def _removed(folder: Path) -> bool:
    deadline = time.monotonic() + _END_TIMEOUT_S
    while time.monotonic() < deadline:
        for pid in _words(folder / "cgroup.procs"):
            # Those of another PID namespace are listed as 0.
            if int(pid) > 1:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(int(pid), signal.SIGKILL)
        try:
            folder.rmdir()
        except FileNotFoundError:
            return True
        except OSError:
            time.sleep(0.005)  # its processes are still on their way out
        else:
            return True
    return False


def _sweep(place: Place) -> None:
    for folder in place.folders.values():
        for group in folder.glob(f"{_PREFIX}*"):
            untrusted_owner = group.name.removeprefix(_PREFIX).rpartition("@")[0].replace("@", "/")
            if is_dead(untrusted_owner):
                _removed(group)


def _end_all() -> None:
    for group in list(_alive):
        group.end()


atexit.register(_end_all)
os.register_at_fork(after_in_child=_alive.clear)
