"""The agent's end of the wire: blocking frames on private descriptors."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from zachetka.protocol.frames import (
    MAX_HOST_HEADER_BYTES,
    PREFIX,
    encode_frame,
    parse_header,
    parse_prefix,
)

# What the host may send: the inputs of a probe, the cells of a notebook.
MAX_INPUT_BYTES = 256 << 20


class HostGoneError(Exception):
    """The host closed the wire: the session is over."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, with the bytes it came in so that it can be passed on as it is."""

    header: dict[str, Any]
    blob: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class Wire:
    """A pair of descriptors that frames travel over."""

    input_fd: int
    output_fd: int

    def read(self, max_blob_bytes: int = MAX_INPUT_BYTES) -> Frame:
        """Wait for the next frame.

        Raises:
            HostGoneError: the other end is closed.
            ProtocolError: what came is no frame.
        """
        prefix = self._exactly(PREFIX.size)
        header_bytes, blob_bytes = parse_prefix(
            prefix, max_blob_bytes=max_blob_bytes, max_header_bytes=MAX_HOST_HEADER_BYTES
        )
        body = self._exactly(header_bytes)
        blob = self._exactly(blob_bytes)
        return Frame(parse_header(body), blob, prefix + body + blob)

    def write(self, header: dict[str, Any], blob: bytes = b"") -> None:
        """Send one frame."""
        self.write_raw(encode_frame(header, blob))

    def write_raw(self, data: bytes) -> None:
        """Send the bytes of a frame made elsewhere."""
        view = memoryview(data)
        while view:
            view = view[os.write(self.output_fd, view) :]

    def _exactly(self, count: int) -> bytes:
        chunks = bytearray()
        while len(chunks) < count:
            chunk = os.read(self.input_fd, min(count - len(chunks), 1 << 20))
            if not chunk:
                raise HostGoneError
            chunks += chunk
        return bytes(chunks)


def take_over_stdio() -> Wire:
    """Move the wire off descriptors 0 and 1 and leave nothing of it there."""
    wire = Wire(os.dup(0), os.dup(1))  # os.dup makes them close-on-exec
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 0)
    os.dup2(silence, 1)
    os.close(silence)
    return wire
