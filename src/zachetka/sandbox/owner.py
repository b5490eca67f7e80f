"""Who started something, so exactly that a later run can tell whether that process still lives.

Machine, boot, PID namespace, PID and start time: whatever we leave behind when we are killed
carries this name, and the next run cleans up after the dead.
"""

from __future__ import annotations

import contextlib
import os
import platform
from pathlib import Path


def owner() -> str:
    """Name this process."""
    pid = os.getpid()
    return f"{_machine()}/{pid}/{start_time(pid)}"


def is_dead(untrusted_owner: str) -> bool:
    """Say whether the process that is named is certainly gone; in doubt it is not."""
    machine, _, rest = untrusted_owner.partition("/")
    pid_text, _, start = rest.partition("/")
    if machine != _machine() or not (pid_text.isascii() and pid_text.isdecimal()):
        return False
    pid = int(pid_text)
    if pid < 1:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return start_time(pid) != start


def start_time(pid: int) -> str:
    """Give when a process was started, in ticks since the boot; empty if it is gone."""
    try:
        # The command in parentheses may hold anything, spaces and parentheses too.
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _machine() -> str:
    parts = [platform.node()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return ",".join(parts)
