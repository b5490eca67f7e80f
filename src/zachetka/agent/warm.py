"""One process that has everything loaded, and rooms in which one notebook after another runs.

    keeper      the first process of the sandbox; opens rooms when the host asks, tells how they end
    zygote      has imported what notebooks import, runs none, and forks a room for the keeper
    room        a fork of the zygote that confines itself as a sandbox of its own would, and then is
                one: a fork server, its driver, its kernels (see `zachetka.agent.__main__`)

    host   -> {"type": "open", "token": "...", "after": "the token before"}      to the keeper
              ... the session as in a sandbox for one notebook ...
    keeper -> {"type": "closed", "token": "...", "status": 0, "clean": true}

While a room is open the wire is the room's: whoever takes over its driver may say anything to the
host, but not that the room is closed, and may leave anything in the wire, but not what opens the
next one. A token is only ever in the memory of the keeper, of which no room is a fork, and the
keeper speaks when every process of the room is gone.

What is in a room, and what of it may be left, depends on the sandbox:

    namespaces  PID, IPC and mount namespaces and file systems of its own, which all end with the
                room's first process. For this the zygote may mount and unshare; no room may.
    users       a user of its own, whose processes and files the keeper removes. For this the keeper
                may act as any user; no room may.
"""

from __future__ import annotations

import codecs
import contextlib
import ctypes
import os
import select
import signal
import socket
import stat
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, Protocol

from zachetka.agent.confine import confine
from zachetka.agent.forkserver import empty
from zachetka.agent.huge_pages import collapse
from zachetka.agent.syscalls import column
from zachetka.agent.usage import processes
from zachetka.agent.wire import HostGoneError, Wire

if TYPE_CHECKING:
    from collections.abc import Callable

_NEW_MOUNTS, _NEW_IPC, _NEW_PIDS = 0x00020000, 0x08000000, 0x20000000  # of linux/sched.h
_READ_ONLY, _NOSUID, _NODEV, _NOEXEC = 1, 2, 4, 8  # of linux/mount.h
_REMOUNT, _BIND = 32, 4096
_PR_SET_CHILD_SUBREAPER = 36
_SHARED: Final = "/dev/shm"  # noqa: S108 - the sandbox's own
# Whoever may write to them may set their times, which others would see.
_DEVICES = [f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty")]
_MOUNTS = Path("/proc/self/mountinfo")
_UID_MAP = Path("/proc/self/uid_map")
_TICK_MS = 500
_USERS = 1_000_000  # far more than a batch has submissions
_KILL_ROUNDS = 200
_KILL_PAUSE_S = 0.005


class Rooms(Protocol):
    """How rooms are kept apart."""

    def next_name(self) -> str:
        """Give a word for the next room, which `enter` gets; in the keeper."""

    def enter(self, name: str) -> None:
        """Become the first process of a new room; called in a fork of the zygote.

        Raises:
            OSError: the sandbox does not let us.
        """

    def clear(self, kept: set[int]) -> bool:
        """Remove what the room has left, and say whether nothing of it is left; in the keeper.

        Args:
            kept: the processes that were there before it.
        """


@dataclass(frozen=True, slots=True)
class Namespaces:
    """Rooms that are namespaces of their own, but for the network of the sandbox, a loopback."""

    home_bytes: int
    shared_bytes: int

    def next_name(self) -> str:
        """Give nothing: they need no names."""
        return ""

    def enter(self, name: str) -> None:
        """Make the namespaces, and fork into them: a process is never moved into a new one."""
        del name
        _checked(_libc().unshare(_NEW_MOUNTS | _NEW_IPC | _NEW_PIDS), "unshare")
        pid = os.fork()
        if pid:
            _wait_as(pid)
        for folder, size in ((os.environ["HOME"], self.home_bytes), (_SHARED, self.shared_bytes)):
            _mount("tmpfs", folder, _NOSUID | _NODEV, f"size={size},mode=1777")
        _mount("proc", "/proc", _NOSUID | _NODEV | _NOEXEC, "")
        flags = _REMOUNT | _BIND | _READ_ONLY | _NOSUID | _NOEXEC
        for path in _DEVICES:
            _checked(_libc().mount(None, path.encode(), None, flags, None), path)

    def clear(self, kept: set[int]) -> bool:
        """Look for connections: the kernel has removed everything else."""
        del kept
        return not _sockets_left()


def _times_of_devices() -> list[tuple[int, int]]:
    found = [os.stat(path) for path in _DEVICES]  # noqa: PTH116 - no gain in a path
    return [(each.st_mtime_ns, each.st_atime_ns) for each in found]


@dataclass(slots=True)
class Users:
    """Rooms that are users of their own, one after another."""

    uid: int
    device_times: list[tuple[int, int]] = field(default_factory=_times_of_devices)

    def next_name(self) -> str:
        """Give the number of a user who has had no room."""
        self.uid += 1
        return str(self.uid)

    def enter(self, name: str) -> None:
        """Let `confine` become the room's user."""
        if column() is None:
            raise OSError("no filter of system calls is known for this machine")
        os.environ["ZACHETKA_UID"] = name
        _libc().prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def clear(self, kept: set[int]) -> bool:
        """End all other processes and remove all files: the zygote has left none."""
        gone = _end_all_but(kept)
        folders = _folders_for_everybody()
        empty(folders)
        touched = _times_of_devices() != self.device_times
        return gone and not any(map(os.listdir, folders)) and not (touched or _sockets_left())


def _folders_for_everybody() -> list[str]:
    """List the file systems in which anybody may write, whatever the engine has mounted there."""
    points = [line.split()[4] for line in _MOUNTS.read_text().splitlines()]
    # Spaces and the like stand there as octal numbers; see proc(5).
    paths = [codecs.escape_decode(point.encode())[0].decode() for point in points]
    return [path for path in paths if _is_for_everybody(path)]


def _is_for_everybody(path: str) -> bool:
    with contextlib.suppress(OSError):
        mode = os.stat(path).st_mode  # noqa: PTH116 - a path object per mount is no gain
        is_read_only = os.statvfs(path).f_flag & os.ST_RDONLY
        return stat.S_ISDIR(mode) and bool(mode & stat.S_IWOTH) and not is_read_only
    return False


def rooms_asked_for() -> Rooms | None:
    """Read from the environment how rooms are to be kept apart; None for a single notebook."""
    kind, _, rest = os.environ.pop("ZACHETKA_ROOMS", "").partition(":")
    if kind == "namespaces":
        home_bytes, shared_bytes = rest.split(":")
        return Namespaces(int(home_bytes), int(shared_bytes))
    if kind == "users":
        return Users(_first_user(int(rest)))
    return None


def _first_user(wanted: int) -> int:
    """Give the first of many users that exist here: in a user namespace not all do."""
    ranges = [
        (int(first), int(count))
        for first, _, count in map(str.split, _UID_MAP.read_text().splitlines())
    ]
    if any(first <= wanted < first + count - _USERS for first, count in ranges):
        return wanted
    first, count = max(ranges, key=lambda found: found[1])
    return first + count // 2


def keep(wire: Wire, rooms: Rooms, load: Callable[[], None], live: Callable[[], int]) -> int:
    """Open a room whenever the host asks, until it hangs up.

    Args:
        wire: to the host.
        rooms: how they are kept apart.
        load: imports what notebooks import; run once, in the zygote.
        live: serves one notebook in a room, and gives the room's exit status.

    Returns:
        the exit code of the sandbox.
    """
    # Of all signals from inside, the first process of a namespace gets those that it handles.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    zygote = os.fork()
    if zygote == 0:
        ours.close()
        _breed(theirs, rooms, load, live)
    theirs.close()
    kept = {os.getpid(), zygote}
    traffic = _traffic()
    last = ""
    try:
        while True:
            # A room may have left the descriptors that it shares with us in another state.
            os.set_blocking(wire.input_fd, True)
            os.set_blocking(wire.output_fd, True)
            header = wire.read().header
            if header["after"] != last:
                return 1  # a room wrote that
            last = str(header["token"])
            ours.send(f"open {rooms.next_name()}".encode())
            status = _wait_for_end(ours, wire)
            clean = rooms.clear(kept) and _traffic() == traffic
            wire.write({"type": "closed", "token": last, "status": status, "clean": clean})
    except (HostGoneError, EOFError):
        return 0


def _wait_for_end(zygote: socket.socket, wire: Wire) -> int:
    poller = select.poll()
    poller.register(zygote, select.POLLIN)
    poller.register(wire.input_fd, 0)  # hang-up is always reported; the data are the room's
    while True:
        events = dict(poller.poll(_TICK_MS))
        _reap_orphans()
        if zygote.fileno() in events:
            answer = zygote.recv(16)
            if not answer:
                raise EOFError
            return int(answer)
        if wire.input_fd in events:
            raise HostGoneError


def _reap_orphans() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _breed(
    keeper: socket.socket,
    rooms: Rooms,
    load: Callable[[], None],
    live: Callable[[], int],
) -> NoReturn:
    status = 1
    try:
        load()
        empty([os.environ["HOME"]])
        is_first = True
        while request := keeper.recv(64):
            pid = os.fork()
            if pid == 0:
                keeper.close()
                _live(rooms, request.decode().partition(" ")[2], live)
            keeper.send(str(_status_of(pid)).encode())
            if is_first:  # before, it would keep the first notebook waiting
                collapse()
                is_first = False
        status = 0
    except BaseException:  # noqa: BLE001 - the traceback goes to the host's log, then we end
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status)


def _live(rooms: Rooms, name: str, live: Callable[[], int]) -> NoReturn:
    status = 1
    try:
        rooms.enter(name)
        os.setsid()  # a group of processes reaches across namespaces
        confine(drop_capabilities=True)
        os.chdir(os.environ["HOME"])
        # Matplotlib has seen it before the room was made, and writes there.
        os.makedirs(os.environ.get("MPLCONFIGDIR", "."), exist_ok=True)  # noqa: PTH103
        from zachetka.agent import probing  # loaded by the zygote alone

        probing.seed_generators(int.from_bytes(os.urandom(7)))  # the last room had the same ones
        status = live()
    except BaseException:  # noqa: BLE001 - the same
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status)


def _wait_as(pid: int) -> NoReturn:
    """End as another process ends, once it has."""
    for fd in range(3, 256):
        with contextlib.suppress(OSError):
            os.close(fd)
    os._exit(_status_of(pid))


def _status_of(pid: int) -> int:
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return code if code >= 0 else 128 - code


def _end_all_but(kept: set[int]) -> bool:
    """Kill all other processes, stopped first: what runs could start others meanwhile."""
    for _ in range(_KILL_ROUNDS):
        _reap_orphans()
        pids = set(processes()) - kept
        if not pids:
            return True
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        time.sleep(_KILL_PAUSE_S)
    return False


def _sockets_left() -> bool:
    for table in ("tcp", "tcp6", "udp", "udp6", "udplite", "icmp", "raw", "packet"):
        with contextlib.suppress(FileNotFoundError):
            if len(Path("/proc/net", table).read_text().splitlines()) > 1:
                return True
    return False


def _traffic() -> list[str]:
    """Give the counts of what was sent, which stay when all that sent it has gone."""
    counts = []
    for table in ("dev", "snmp", "snmp6", "netstat"):
        with contextlib.suppress(FileNotFoundError):
            counts.append(Path("/proc/net", table).read_text())
    return counts


def _mount(kind: str, folder: str, flags: int, options: str) -> None:
    source = kind.encode()
    _checked(_libc().mount(source, folder.encode(), source, flags, options.encode()), "mount")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
