"""The process that imports what notebooks import, and forks kernels that have it already.

It stays single-threaded, so that forking is safe, and does two things: forks on request, and ends
the sandbox when the host hangs up or the driver ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass

PRELOAD = (
    "torch",
    "numpy",
    "matplotlib",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "ipykernel.ipkernel",
    "zachetka.agent.kernel",
    "zachetka.agent.probing",
    "zachetka.agent.notebook",
)
_REAP_INTERVAL_S = 0.5
_PR_SET_DUMPABLE = 4
_PR_SET_PDEATHSIG = 1


def preload() -> None:
    """Import once what every kernel would import again.

    A module that this sandbox does not have is left to the notebook to miss.
    """
    os.environ["MPLBACKEND"] = "agg"
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    # debugpy costs 0.4 s and nothing here debugs.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    for module in PRELOAD:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    del sys.modules["debugpy"]


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

    def _ask(self, question: dict[str, object]) -> dict[str, int]:
        self.socket.send(json.dumps(question).encode())
        answer: dict[str, int] = json.loads(self.socket.recv(4096))
        return answer


def protect_from_siblings() -> None:
    """Keep other processes of the same user from our descriptors and our memory."""
    _prctl(_PR_SET_DUMPABLE, 0)


def _prctl(option: int, argument: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(option, argument, 0, 0, 0)


def serve(with_driver: socket.socket, driver_pid: int, *, hangup_fd: int) -> int:
    """Fork kernels until the host or the driver is gone; give the exit code of the sandbox."""
    protect_from_siblings()
    poller = select.poll()
    poller.register(with_driver, select.POLLIN)
    poller.register(hangup_fd, 0)  # hang-up is always reported; the data are the driver's
    exits: dict[int, int] = {}
    while True:
        events = dict(poller.poll(_REAP_INTERVAL_S * 1000))
        _reap(exits)
        if driver_pid in exits:
            return max(0, exits[driver_pid]) if exits[driver_pid] >= 0 else 1
        if hangup_fd in events:
            return _let_driver_finish(driver_pid, exits)
        if with_driver.fileno() in events:
            request = with_driver.recv(4096)
            if not request:
                poller.unregister(with_driver)
                continue
            _answer(with_driver, json.loads(request), exits, hangup_fd)


def _answer(
    with_driver: socket.socket, request: dict[str, object], exits: dict[int, int], wire_fd: int
) -> None:
    if "fork" in request:
        pid = os.fork()
        if pid == 0:
            with_driver.close()
            os.close(wire_fd)
            _become_kernel(str(request["fork"]), int(str(request["memory_bytes"])))
        exits.pop(pid, None)  # of an orphan that had the same number
        with_driver.send(json.dumps({"pid": pid}).encode())
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
