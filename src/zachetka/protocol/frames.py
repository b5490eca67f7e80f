"""Length-prefixed frames: a small JSON header, then a blob (`safetensors`, often empty).

    magic "ZCH1" | header length, u32 | blob length, u64 | header, JSON object | blob

All integers are big-endian. Both lengths are checked against their bounds before a byte of what
they announce is read, so that a hostile peer cannot make the other side allocate.
"""

from __future__ import annotations

import json
import struct
from typing import Any, NoReturn

from zachetka.errors import ZachetkaError

MAGIC = b"ZCH1"
PREFIX = struct.Struct(">4sIQ")
MAX_HEADER_BYTES = 4 << 20
# The host is trusted, and sends whole notebooks.
MAX_HOST_HEADER_BYTES = 64 << 20
VERSION = 1


class ProtocolError(ZachetkaError):
    """The peer sent something that no honest peer sends."""


class FrameTooLargeError(ProtocolError):
    """The peer announced a frame larger than its bound."""


def encode_frame(
    header: dict[str, Any], blob: bytes = b"", *, max_header_bytes: int = MAX_HEADER_BYTES
) -> bytes:
    """Make the bytes of one frame; `header` must be plain JSON.

    Raises:
        FrameTooLargeError: the header is larger than the other side takes.
    """
    body = json.dumps(header, allow_nan=False, separators=(",", ":")).encode("ascii")
    if len(body) > max_header_bytes:
        raise FrameTooLargeError(f"a header of {len(body)} bytes, at most {max_header_bytes}")
    return PREFIX.pack(MAGIC, len(body), len(blob)) + body + blob


def parse_prefix(
    untrusted: bytes, *, max_blob_bytes: int, max_header_bytes: int = MAX_HEADER_BYTES
) -> tuple[int, int]:
    """Give the header's and the blob's length announced by the first `PREFIX.size` bytes.

    Raises:
        ProtocolError: not a frame.
        FrameTooLargeError: a length is past its bound.
    """
    magic, header_bytes, blob_bytes = PREFIX.unpack(untrusted)
    if magic != MAGIC:
        raise ProtocolError("not a frame: wrong magic")
    if header_bytes > max_header_bytes:
        raise FrameTooLargeError(f"a header of {header_bytes} bytes, at most {max_header_bytes}")
    if blob_bytes > max_blob_bytes:
        raise FrameTooLargeError(f"a blob of {blob_bytes} bytes, at most {max_blob_bytes}")
    return header_bytes, blob_bytes


def parse_header(untrusted: bytes) -> dict[str, Any]:
    """Parse a header; its values stay untrusted, only its shape (an object with a `type`) is sure.

    Raises:
        ProtocolError: not JSON, NaN literals, too deep, or no object with a `type`.
    """
    try:
        header = json.loads(untrusted, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"a header that is no JSON: {type(error).__name__}") from error
    if not isinstance(header, dict) or not isinstance(header.get("type"), str):
        raise ProtocolError("a header without a type")
    return header


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
