"""Resource limits that a child process inherits, for sandboxes without a cgroup."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zachetka.sandbox.base import Limits

OPEN_FILES = 1024


def apply_rlimits(limits: Limits, *, data: bool) -> None:
    """Set them on the calling process; meant for the moment between fork and exec.

    `data` bounds the private writable memory of each single process (`RLIMIT_DATA`), so that one
    large request fails inside the notebook with an error that says so.
    """
    cpu_s = int(limits.total_s) + 60
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_FSIZE: limits.disk_bytes,
        resource.RLIMIT_NOFILE: OPEN_FILES,
    }
    if data and hasattr(resource, "RLIMIT_DATA"):
        wanted[resource.RLIMIT_DATA] = limits.memory_bytes
    for which, value in wanted.items():
        _, hard = resource.getrlimit(which)
        bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (bounded, bounded))
