"""Frames to and from one sandbox. Whoever waits has a deadline, and sees to the limits meanwhile.

What arrives is untrusted. An end that nobody asked for becomes the error that says who is to blame.
"""

from __future__ import annotations

import os
import select
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zachetka.errors import InfrastructureError, StudentFault
from zachetka.protocol.frames import (
    MAX_HOST_HEADER_BYTES,
    PREFIX,
    FrameTooLargeError,
    ProtocolError,
    encode_frame,
    parse_header,
    parse_prefix,
)
from zachetka.sandbox.failure import Phase, Stop, blame

if TYPE_CHECKING:
    from zachetka.sandbox.base import Limits, SandboxProcess

TICK_S = 0.1
MAX_NOTEBOOK_BYTES = 1 << 30
_READ_BYTES = 1 << 20


class Channel:
    """The two pipes of a running sandbox, which ends with it. `phase` decides who is to blame."""

    def __init__(self, process: SandboxProcess, limits: Limits) -> None:
        self.phase = Phase.STARTING
        self.closed = False
        self._process = process
        self._limits = limits
        self._received_bytes = 0
        self._buffer = bytearray()
        self._next_look = 0.0
        os.set_blocking(process.stdin_fd, False)
        os.set_blocking(process.stdout_fd, False)

    def close(self) -> None:
        """End the sandbox; idempotent."""
        self.closed = True
        self._process.kill()

    def start_anew(self) -> None:
        """Let another notebook say as much as the last one could."""
        self.phase = Phase.STARTING
        self._received_bytes = 0

    def is_drained(self) -> bool:
        """Say whether nothing has arrived that was not asked for."""
        return not self._buffer

    def send(self, header: dict[str, Any], blob: bytes = b"", *, deadline: float) -> None:
        """Send a frame.

        Raises:
            FrameTooLargeError: the header is larger than an agent takes.
            StudentFault: the sandbox does not take it, or has ended.
            InfrastructureError: the same, by our fault.
        """
        view = memoryview(encode_frame(header, blob, max_header_bytes=MAX_HOST_HEADER_BYTES))
        fd = self._process.stdin_fd
        while view:
            self._wait(deadline, write_fd=fd)
            try:
                view = view[os.write(fd, view[:_READ_BYTES]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise self.lost() from error

    def receive(self, *, deadline: float, max_blob_bytes: int = 0) -> tuple[dict[str, Any], bytes]:
        """Wait for a frame, and give its header and its blob.

        Raises:
            StudentFault: none comes, or one that is none or too large.
            InfrastructureError: the same, by our fault.
        """
        try:
            prefix = self._exactly(PREFIX.size, deadline)
            header_bytes, blob_bytes = parse_prefix(prefix, max_blob_bytes=max_blob_bytes)
            self._count(header_bytes + blob_bytes)
            header = parse_header(self._exactly(header_bytes, deadline))
            return header, self._exactly(blob_bytes, deadline)
        except FrameTooLargeError as error:
            raise self._stopped(Stop.OUTPUT) from error
        except ProtocolError as error:
            raise self._stopped(Stop.PROTOCOL, str(error)) from error

    def lost(self, room_status: int | None = None) -> StudentFault | InfrastructureError:
        """Say who is to blame for the end of the sandbox, or of a room in it; it is closed."""
        if room_status is not None:
            self._process.kill()
        death = self._process.death()
        if room_status is not None:
            death = replace(death, exit_code=room_status)
        self.close()
        return blame(death, phase=self.phase, limits=self._limits)

    def _count(self, received_bytes: int) -> None:
        self._received_bytes += received_bytes
        if self._received_bytes > MAX_NOTEBOOK_BYTES:
            raise FrameTooLargeError("too many bytes of one notebook")

    def _exactly(self, count: int, deadline: float) -> bytes:
        fd = self._process.stdout_fd
        while len(self._buffer) < count:
            self._wait(deadline, read_fd=fd)
            try:
                chunk = os.read(fd, min(_READ_BYTES, max(count - len(self._buffer), 4096)))
            except BlockingIOError:
                continue
            except OSError as error:
                raise self.lost() from error
            if not chunk:
                raise self.lost()
            self._buffer += chunk
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def _wait(
        self, deadline: float, *, read_fd: int | None = None, write_fd: int | None = None
    ) -> None:
        """Wait until a descriptor is ready, enforcing what only polling can enforce."""
        # Not select(): it fails in a process with more than a thousand descriptors.
        poller = select.poll()
        if read_fd is not None:
            poller.register(read_fd, select.POLLIN)
        if write_fd is not None:
            poller.register(write_fd, select.POLLOUT)
        while True:
            now = time.monotonic()
            if now >= self._next_look:
                self._look()
                self._next_look = now + TICK_S
            if now >= deadline:
                raise self._stopped(Stop.DEADLINE)
            if poller.poll(1000 * (min(self._next_look, deadline) - now)):
                return  # also where the other end is gone: reading or writing will tell

    def _look(self) -> None:
        try:
            self._process.watch()
        except StudentFault as fault:
            raise self._stopped(Stop.MEMORY) from fault

    def _stopped(self, why: Stop, detail: str = "") -> StudentFault | InfrastructureError:
        self.close()
        return blame(why, phase=self.phase, limits=self._limits, detail=detail)
