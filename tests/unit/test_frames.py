import struct

import pytest

from zachetka.protocol.frames import (
    MAGIC,
    MAX_HEADER_BYTES,
    MAX_HOST_HEADER_BYTES,
    PREFIX,
    FrameTooLargeError,
    ProtocolError,
    encode_frame,
    parse_header,
    parse_prefix,
)


def test_a_frame_is_a_prefix_a_header_and_a_blob():
    frame = encode_frame({"type": "probe", "имя": "я"}, b"\x00\xff")
    header_bytes, blob_bytes = parse_prefix(frame[: PREFIX.size], max_blob_bytes=2)
    body = frame[PREFIX.size :]
    assert (header_bytes, blob_bytes) == (len(body) - 2, 2)
    assert parse_header(body[:header_bytes]) == {"type": "probe", "имя": "я"}
    assert body[header_bytes:] == b"\x00\xff"


def test_lone_surrogates_travel():
    frame = encode_frame({"type": "fault", "detail": "\ud800"})
    assert parse_header(frame[PREFIX.size :])["detail"] == "\ud800"


def test_a_header_holds_no_nan():
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode_frame({"type": "x", "v": float("nan")})


def test_a_header_past_its_bound_is_not_made():
    with pytest.raises(FrameTooLargeError):
        encode_frame({"type": "x" * MAX_HEADER_BYTES})


def test_the_host_may_send_more_than_it_takes():
    frame = encode_frame({"type": "x" * MAX_HEADER_BYTES}, max_header_bytes=MAX_HOST_HEADER_BYTES)
    with pytest.raises(FrameTooLargeError):
        parse_prefix(frame[: PREFIX.size], max_blob_bytes=0)
    parse_prefix(frame[: PREFIX.size], max_blob_bytes=0, max_header_bytes=MAX_HOST_HEADER_BYTES)


@pytest.mark.parametrize("magic", [b"ZCH2", b"\0\0\0\0", b"HTTP", b"zch1"])
def test_another_magic_is_refused(magic):
    with pytest.raises(ProtocolError, match="magic"):
        parse_prefix(struct.pack(">4sIQ", magic, 2, 0), max_blob_bytes=10)


@pytest.mark.parametrize(
    ("header_bytes", "blob_bytes"),
    [(MAX_HEADER_BYTES + 1, 0), (2**32 - 1, 0), (2, 11), (2, 2**64 - 1)],
)
def test_lengths_past_their_bounds_are_refused_before_anything_is_read(header_bytes, blob_bytes):
    with pytest.raises(FrameTooLargeError):
        parse_prefix(struct.pack(">4sIQ", MAGIC, header_bytes, blob_bytes), max_blob_bytes=10)


def test_lengths_at_their_bounds_are_taken():
    prefix = struct.pack(">4sIQ", MAGIC, MAX_HEADER_BYTES, 10)
    assert parse_prefix(prefix, max_blob_bytes=10) == (MAX_HEADER_BYTES, 10)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nothing",
        b"\xff\xfe\xfd",
        b'{"type": "x", "v": NaN}',
        b'{"type": "x", "v": -Infinity}',
        b'{"type": "x", "v": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"type": "x", "v": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
        b'{"type": "x", "v": ' + b"9" * 5000 + b"}",
        b'{"type": "x"} {"type": "y"}',
        b"[]",
        b'"type"',
        b"null",
        b"{}",
        b'{"type": 1}',
        b'{"type": ["x"]}',
        b'{"Type": "x"}',
    ],
    ids=lambda body: repr(body[:30]),
)
def test_what_is_no_header_is_refused(body):
    with pytest.raises(ProtocolError):
        parse_header(body)
