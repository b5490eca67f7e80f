import json
import struct

from fuzzing import KIB, fuzzed, outcome
from hypothesis import example, given
from hypothesis import strategies as st
from mutations import damaged, spliced, to_json

from zachetka.protocol.frames import (
    MAGIC,
    MAX_HEADER_BYTES,
    PREFIX,
    ProtocolError,
    encode_frame,
    parse_header,
    parse_prefix,
)

HEADERS = [
    {"type": "ran", "cpu_s": 1.5, "peak_memory_bytes": 10},
    {"type": "value", "value": {"k": "dict", "v": {"имя": [1, None, True, "\ud800"]}}},
]
KEYS = ("type", "k", "v", "", "Type")
TOKENS = (
    b'"type"', b":", b",", b"{", b"}", b"[", b"]", b'"', b"\\", b"\\u0000", b"\\ud800", b"NaN",
    b"1e999", b"-0", b"9" * 5000, b"[" * 2000, b'{"a":' * 2000, b"\xff\xfe", b"\xef\xbb\xbf", b"\0",
)  # fmt: skip
BODIES = spliced([json.dumps(header).encode() for header in HEADERS], TOKENS) | damaged(
    HEADERS, KEYS
).map(to_json)


@fuzzed
@given(
    spliced([MAGIC + b"\0" * 12], [MAGIC, b"\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"]),
    st.integers(0, 1 << 40),
)
@example(MAGIC + b"\0" * 12, 0)
@example(struct.pack(">4sIQ", MAGIC, MAX_HEADER_BYTES + 1, 0), 0)
def test_any_prefix_is_parsed_within_bounds_or_refused(data, bound):
    prefix = data[: PREFIX.size].ljust(PREFIX.size, b"\0")
    found = outcome(
        lambda: parse_prefix(prefix, max_blob_bytes=bound),
        errors=ProtocolError,
        at_most_bytes=16 * KIB,
    )
    if isinstance(found, ProtocolError):
        return
    header_bytes, blob_bytes = found
    assert prefix == struct.pack(">4sIQ", MAGIC, header_bytes, blob_bytes)
    assert header_bytes <= MAX_HEADER_BYTES
    assert blob_bytes <= bound


@fuzzed
@given(BODIES)
@example(b'{"type": "x", "v": ' + b"[" * 2000 + b"]" * 2000 + b"}")
@example(b'{"type": 1}')
def test_any_header_is_an_object_with_a_type_or_refused(body):
    header = outcome(
        lambda: parse_header(body),
        errors=ProtocolError,
        at_most_bytes=64 * KIB + 40 * len(body),
    )
    if isinstance(header, ProtocolError):
        return
    assert isinstance(header["type"], str)
    if "inf" in repr(header):
        return  # 1e999 stands on the wire like any number, and is never sent back
    frame = encode_frame(header, b"blob")
    header_bytes, blob_bytes = parse_prefix(frame[: PREFIX.size], max_blob_bytes=4)
    assert blob_bytes == 4
    assert repr(parse_header(frame[PREFIX.size : PREFIX.size + header_bytes])) == repr(header)
