"""The process that imports what notebooks import, and forks kernels that have it already.

It stays single-threaded, so that forking is safe. It forks the driver, and kernels on the driver's
request; it makes room for another notebook when the host asks for that; and it ends the sandbox
when the host hangs up or the driver ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zachetka.agent import no_compiler
from zachetka.agent.usage import processes_of_own_user, stat_fields, threads_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zachetka.agent.wire import Wire

PRELOAD = (
    "torch",
    "numpy",
    "matplotlib",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "zachetka.agent.kernel",
    "zachetka.agent.probing",
    "zachetka.agent.notebook",
)
# What many notebooks import, and not all: worth its time in a sandbox that serves several.
OFTEN_USED = (
    "sklearn.datasets",
    "sklearn.model_selection",
    "sklearn.svm",
    "torch.utils.data",
)
# What these would import themselves and nobody here has asked for: a second and 25 MB.
_NOT_LOADED = ("debugpy", "pandas")
_REAP_INTERVAL_S = 0.5
_SPARE_FILES = 64
_ROUNDS = 100
_PR_SET_DUMPABLE = 4
_PR_SET_PDEATHSIG = 1


def preload(*, often_used: bool = False) -> None:
    """Import once what every kernel would import again, and with `often_used` many.

    A module that this sandbox does not have is left to the notebook to miss. What is loaded here
    is no garbage, and looking for some there would make copies of its pages in every fork.
    """
    gc.disable()
    os.environ["MPLBACKEND"] = "agg"
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    for name in _NOT_LOADED:
        sys.modules[name] = None  # type: ignore[assignment]
    for module in (*PRELOAD, *(OFTEN_USED if often_used else ())):
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    for name in _NOT_LOADED:
        del sys.modules[name]
    no_compiler.install()
    gc.freeze()
    gc.enable()


def channel() -> tuple[socket.socket, socket.socket]:
    """Make the two ends over which the driver asks for kernels."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


@dataclass(frozen=True, slots=True)
class Client:
    """The driver's side: ask for kernels and for what became of them."""

    socket: socket.socket

    def fork_kernel(self, connection_file: str, memory_bytes: int) -> int:
        """Fork a kernel that serves on `connection_file`; give its process id."""
        return int(self._ask({"fork": connection_file, "memory_bytes": memory_bytes})["pid"])

    def exit_status(self, pid: int) -> int | None:
        """Give the exit code of a kernel (negative for a signal), or None while it runs."""
        status: int | None = self._ask({"poll": pid})["status"]
        return status

    def start_over(self) -> None:
        """End everything that kernels have left in the sandbox, and remove their files."""
        self._ask({"start_over": os.getpid()})

    def threads_running(self) -> int:
        """Count what the limit on processes counts; 0 where others of this user are strangers."""
        return self._ask({"count": 0})["threads"]

    def _ask(self, question: dict[str, object]) -> dict[str, int]:
        self.socket.send(json.dumps(question).encode())
        answer: dict[str, int] = json.loads(self.socket.recv(4096))
        return answer


def protect_from_siblings() -> None:
    """Keep other processes of the same user from our descriptors and our memory."""
    _prctl(_PR_SET_DUMPABLE, 0)


def _prctl(option: int, argument: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(option, argument, 0, 0, 0)


def serve(wire: Wire, drive: Callable[[Wire, Client], None], *, alone: bool = False) -> int:
    """Fork a driver, and kernels for it, until the host or the driver is gone.

    Args:
        wire: to the host.
        drive: what the driver does.
        alone: whether no other process has our user; as the first of a PID namespace we know.

    Returns:
        the exit code of the sandbox.
    """
    protect_from_siblings()
    # Of all signals from inside, the first process of a namespace gets those that it handles, and
    # Python handles this one. The driver inherits it; a kernel has handlers of its own.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with_driver, with_forkserver = channel()
    driver_pid = os.fork()
    if driver_pid == 0:
        with_driver.close()
        _become_driver(wire, Client(with_forkserver), drive)
    with_forkserver.close()
    return _serve_driver(with_driver, driver_pid, wire, alone=alone or os.getpid() == 1)


def _become_driver(wire: Wire, client: Client, drive: Callable[[Wire, Client], None]) -> None:
    status = 1
    try:
        drive(wire, client)
        status = 0
    except BaseException:  # noqa: BLE001 - the traceback goes to the host's log, then we end
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status)


def _serve_driver(with_driver: socket.socket, driver_pid: int, wire: Wire, *, alone: bool) -> int:
    poller = select.poll()
    poller.register(with_driver, select.POLLIN)
    poller.register(wire.input_fd, 0)  # hang-up is always reported; the data are the driver's
    exits: dict[int, int] = {}
    while True:
        events = dict(poller.poll(_REAP_INTERVAL_S * 1000))
        _reap(exits)
        if driver_pid in exits:
            return max(0, exits[driver_pid]) if exits[driver_pid] >= 0 else 1
        if wire.input_fd in events:
            return _let_driver_finish(driver_pid, exits)
        if with_driver.fileno() in events:
            request = with_driver.recv(4096)
            if not request:
                poller.unregister(with_driver)
                continue
            _answer(with_driver, json.loads(request), exits, wire, alone=alone)


def _end_all_but(kept: set[int]) -> None:
    """End the processes of the sandbox, until a look finds none that can still start another."""
    for _ in range(_ROUNDS):
        others = [pid for pid in processes_of_own_user() if pid not in kept and not _is_dead(pid)]
        if not others:
            return
        for pid in others:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def end_children() -> None:
    """End the kernels, which would go on for a moment when this process is gone."""
    with contextlib.suppress(OSError):
        listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
        for pid in map(int, listed.split()):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _is_dead(pid: int) -> bool:
    try:
        return stat_fields(pid)[0] in "ZX"
    except OSError:
        return True


def empty(folders: Iterable[str]) -> None:
    """Remove what is in folders, as far as that can be removed."""
    for folder in folders:
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)  # noqa: PTH108 - a path object per file is no gain


def _answer(
    with_driver: socket.socket,
    request: dict[str, object],
    exits: dict[int, int],
    wire: Wire,
    *,
    alone: bool,
) -> None:
    if "fork" in request:
        pid = os.fork()
        if pid == 0:
            with_driver.close()
            os.close(wire.input_fd)
            os.close(wire.output_fd)
            _become_kernel(str(request["fork"]), int(str(request["memory_bytes"])))
        exits.pop(pid, None)  # of an orphan that had the same number
        with_driver.send(json.dumps({"pid": pid}).encode())
    elif "start_over" in request:
        if alone:
            _end_all_but({os.getpid(), int(str(request["start_over"]))})
            _reap(exits)
            empty((os.environ["HOME"], "/dev/shm"))  # noqa: S108 - the sandbox's own
        with_driver.send(json.dumps({}).encode())
    elif "count" in request:
        threads = threads_of(processes_of_own_user()) if alone else 0
        with_driver.send(json.dumps({"threads": threads}).encode())
    else:
        with_driver.send(json.dumps({"status": exits.get(int(str(request["poll"])))}).encode())


def _become_kernel(connection_file: str, memory_bytes: int) -> None:
    status = 1
    try:
        from zachetka.agent.kernel import run_kernel

        os.setsid()
        # On the sandbox's stderr the host reads why it failed; no notebook may speak there.
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 2)
        os.close(silence)
        # Where this sandbox has no PID namespace of its own, a kernel must not outlive it.
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        _prctl(_PR_SET_DUMPABLE, 1)
        # One large request then fails inside the notebook, with an error that says so, where the
        # sandbox's own limit could only kill.
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
        # A notebook that keeps all its files open leaves these to the copies that serve probes.
        _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(64, files - _SPARE_FILES), files))
        # Where the sandbox as a whole has no memory left, the kernel goes and the agent tells.
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500")
        run_kernel(connection_file)
        status = 0
    except BaseException:  # noqa: BLE001 - for the host's log; this process ends here
        sys.excepthook(*sys.exc_info())
    finally:
        # An interpreter that has loaded torch takes over a second to leave politely.
        os._exit(status)


def _reap(exits: dict[int, int]) -> None:
    # As PID 1 we inherit every orphan of the sandbox; zombies would use up its processes.
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            exits[pid] = os.waitstatus_to_exitcode(status)
            if len(exits) > 1000:  # noqa: PLR2004 - orphans are not worth remembering
                exits.pop(next(iter(exits)))


def _let_driver_finish(driver_pid: int, exits: dict[int, int]) -> int:
    # The driver sees the same end of the wire; it gets a moment, the rest of the sandbox none.
    for _ in range(20):
        if driver_pid in exits:
            break
        time.sleep(0.01)
        _reap(exits)
    with contextlib.suppress(ProcessLookupError):
        os.kill(driver_pid, signal.SIGKILL)
    return 0
