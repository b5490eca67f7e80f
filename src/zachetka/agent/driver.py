"""The process that answers the host: runs the cells, passes probes to copies of the kernel."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import select
import signal
import socket
import struct
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zachetka.agent.cells import CellLimits, CellResult
from zachetka.agent.forkserver import protect_from_siblings
from zachetka.agent.notebook import NotebookRun
from zachetka.agent.patience import WALL_FACTOR, Patience
from zachetka.agent.probing import encode_request
from zachetka.agent.usage import has_ended, is_ending, stat_fields, usage_of
from zachetka.agent.wire import Frame, HostGoneError, Wire
from zachetka.protocol import frames
from zachetka.protocol.frames import PREFIX, FrameTooLargeError, ProtocolError
from zachetka.protocol.identity import agent_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zachetka.agent.forkserver import Client

FORK_TIMEOUT_S = 30.0  # generous: the machine may be loaded many times over
_FORK_TRIES = 2
_TICK_S = 0.1
_TELL_S = 2.0
_SPARE_FILES = 32
_END_S, _ENDING_S, _END_TICK_S = 0.4, 10.0, 0.02
_MAX_PID = 1 << 22  # of Linux
_PEERCRED = struct.Struct("3i")


def serve(wire: Wire, forkserver: Client) -> None:
    """Answer the host until it hangs up, or is done with this notebook."""
    protect_from_siblings()
    asyncio.run(_serve(wire, forkserver))


async def _serve(wire: Wire, forkserver: Client) -> None:
    wire.write(hello())
    run = NotebookRun(forkserver)
    while True:
        try:
            frame = wire.read()
        except HostGoneError:
            return
        match frame.header["type"]:
            case "run":
                await _run(wire, run, frame.header)
            case "probe":
                await _probe(wire, run, frame)
            case "end":
                return
            case other:
                raise ProtocolError(f"the host asked for {other!r}")


def hello() -> dict[str, Any]:
    """Say who answers."""
    import torch

    return {
        "type": "hello",
        "protocol": frames.VERSION,
        "agent": agent_sha256(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


async def _run(wire: Wire, run: NotebookRun, header: dict[str, Any]) -> None:
    limits = CellLimits(**header["limits"])

    lost = {
        int(cell["index"]): CellResult(int(cell["index"]), str(cell["status"]))
        for cell in header["lost"]
    }
    with _spare_files():
        await run.execute(header["cells"], limits, lost, wire.write)
    cpu_s, peak_memory_bytes = usage_of(run.kernel.pid)
    wire.write({"type": "ran", "cpu_s": cpu_s, "peak_memory_bytes": peak_memory_bytes})


@contextlib.contextmanager
def _spare_files() -> Iterator[None]:
    """Keep for the answers as many files as they take, where a notebook makes all that it may."""
    with tempfile.TemporaryDirectory(prefix="p", ignore_cleanup_errors=True) as folder:
        for number in range(_SPARE_FILES):
            Path(folder, str(number)).touch()
        yield


async def _probe(wire: Wire, run: NotebookRun, frame: Frame) -> None:
    """Pass a probe to a copy of the kernel: a `fresh` one, or the one that was kept for more."""
    if frame.header["fresh"]:
        _end_copy(run)
    if run.copy is None:
        run.copy = await _copy_of_kernel(run, str(frame.header["source"]))
    if run.copy is None:
        wire.write({"type": "lost"})
        return
    connection, pid = run.copy
    keep = False
    try:
        wire.write_raw(_ask_copy(connection, frame, Patience(pid, _timeout_s(frame))))
        keep = bool(frame.header["keep"])
    except TimeoutError:
        wire.write(_fault("time_limit", ""))
    except FrameTooLargeError:
        wire.write(_fault("output_limit", ""))
    except (HostGoneError, ProtocolError, OSError):
        wire.write(_fault(*_why_no_answer(pid)))
    finally:
        if not keep:
            _end_copy(run)


def _timeout_s(frame: Frame) -> float:
    return float(frame.header["timeout_s"])


def _end_copy(run: NotebookRun) -> None:
    """End the copy that was kept, if there is one, and what it has started."""
    if run.copy is not None:
        connection, pid = run.copy
        run.copy = None
        connection.close()
        _kill_group(pid)


async def _copy_of_kernel(run: NotebookRun, source: str) -> tuple[socket.socket, int] | None:
    """Get a copy of the kernel that waits for a probe and its pid, or None without a kernel."""
    deadline = time.monotonic() + FORK_TIMEOUT_S
    # Where the home is no mount, a notebook may have deleted it.
    os.makedirs(tempfile.gettempdir(), exist_ok=True)  # noqa: PTH103 - nobody else runs here
    with tempfile.TemporaryDirectory(prefix="p", ignore_cleanup_errors=True) as folder:
        for number in range(_FORK_TRIES):
            if run.probes is None:
                run.probes = await _probe_server(run, f"{folder}/c{number}", deadline)
            if run.probes is None:
                return None
            path = f"{folder}/{number}"
            with _listener(path, socket.SOCK_STREAM) as listener, contextlib.suppress(OSError):
                run.probes.send(encode_request(path, source))
                copy = _accept_copy(listener, run.probes, deadline)
                if copy is not None:
                    return copy
            # An earlier probe has killed the copy that forks; the kernel can make another.
            run.probes.close()
            run.probes = None
    return None


def _accept_copy(
    listener: socket.socket, probes: socket.socket, deadline: float
) -> tuple[socket.socket, int] | None:
    """Wait until a copy connects and its parent has told which process it is.

    Who connects is asked first. What the parent tells is waited for all the same, for a moment:
    read with the next request, it would name a copy that has ended long ago.
    """
    connection: socket.socket | None = None
    told: int | None = None
    is_told, answer, tell_until = False, b"", deadline
    while time.monotonic() < deadline:
        watched = [probes, listener] if connection is None else [probes]
        ready = select.select(watched, [], [], _TICK_S)[0]
        if listener in ready:
            connection = listener.accept()[0]
            tell_until = time.monotonic() + _TELL_S
        if probes in ready:
            answer = probes.recv(32)
            is_told = True
            told = int(answer) if answer.isdigit() and 1 < int(answer) < _MAX_PID else None
        elif connection is None and told is not None and has_ended(told) and not ready:
            break  # a hook of the student's has ended it
        if connection is not None and (is_told or time.monotonic() > tell_until):
            pid = _peer(connection) or told
            if pid is not None:
                return connection, pid
        if is_told and (connection is not None or not answer):
            break
    if connection is not None:
        connection.close()
    return None


def _peer(connection: socket.socket) -> int | None:
    """Give the process at the other end, as the kernel tells it; gVisor's says that it is us."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEERCRED.size)
    pid = int(_PEERCRED.unpack(credentials)[0])
    return None if pid == os.getpid() else pid


async def _probe_server(run: NotebookRun, path: str, deadline: float) -> socket.socket | None:
    with _listener(path, socket.SOCK_SEQPACKET) as listener:
        await run.kernel.request_probes(path)
        return listener.accept()[0] if await _connected(listener, run, deadline) else None


def _listener(path: str, kind: socket.SocketKind) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, kind)
    listener.bind(path)
    listener.listen(1)
    return listener


async def _connected(listener: socket.socket, run: NotebookRun, deadline: float) -> bool:
    """Wait until somebody connects, or the kernel is gone, or its copy."""
    pid: int | None = None
    while time.monotonic() < deadline:
        if select.select([listener], [], [], 0.2)[0]:
            return True
        if not await run.kernel.alive():
            return False
        pid = pid or await run.kernel.pid_of_copy()
        if pid is not None and has_ended(pid):
            return bool(select.select([listener], [], [], 0)[0])
    return False


def _ask_copy(connection: socket.socket, frame: Frame, patience: Patience) -> bytes:
    """Hand the probe to the forked copy and wait for the whole of its answer."""
    connection.settimeout(WALL_FACTOR * _timeout_s(frame))
    connection.sendall(frame.raw)
    prefix = _receive(connection, PREFIX.size, patience)
    max_blob_bytes = int(frame.header["reply_bytes"]) + (1 << 20)
    header_bytes, blob_bytes = frames.parse_prefix(prefix, max_blob_bytes=max_blob_bytes)
    return prefix + _receive(connection, header_bytes + blob_bytes, patience)


def _receive(connection: socket.socket, count: int, patience: Patience) -> bytes:
    received = bytearray()
    connection.settimeout(_TICK_S)
    while len(received) < count:
        if patience.is_over():
            raise TimeoutError
        try:
            chunk = connection.recv(min(count - len(received), 1 << 20))
        except TimeoutError:
            continue
        if not chunk:
            raise HostGoneError
        received += chunk
    return bytes(received)


def _why_no_answer(pid: int) -> tuple[str, str]:
    """Tell a copy that was killed from one that ended by itself.

    Its parent does not reap it before the next probe: its exit status stands in /proc.
    """
    # Shared memory is given back after the socket has been closed, and that may take seconds.
    deadline = time.monotonic() + (_ENDING_S if is_ending(pid) else _END_S)
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = stat_fields(pid)
            if fields[0] == "Z":
                number = int(fields[-1]) & 0x7F
                if number == signal.SIGKILL:  # not ours: we kill after the answer
                    return "memory_limit", ""
                return "crash", f"signal {number}" if number else "it ended by itself"
        time.sleep(_END_TICK_S)
    return "crash", ""


def _kill_group(pid: int) -> None:
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def _fault(cause: str, detail: str) -> dict[str, Any]:
    return {"type": "fault", "cause": cause, "detail": detail}
