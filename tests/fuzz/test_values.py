import contextlib
import json
import math
import struct

import numpy as np
import torch
from fuzzing import KIB, fuzzed, outcome
from hypothesis import example, given
from hypothesis import strategies as st
from mutations import damaged, spliced, to_json

from zachetka.errors import StudentFault
from zachetka.protocol.frames import ProtocolError, parse_header
from zachetka.protocol.values import (
    _DTYPES,
    MAX_DEPTH,
    MAX_TEXT_CHARS,
    Other,
    decode_value,
    encode_value,
)
from zachetka.pytest_plugin import (
    AnyOf,
    Bool,
    Float,
    Integer,
    ListOf,
    Nothing,
    Number,
    Str,
    Tensor,
    TupleOf,
)
from zachetka.pytest_plugin.specs import validate

VALUE = {
    "out": torch.arange(6.0).reshape(2, 3),
    "losses": [1.0, math.inf, 3],
    "pair": (True, None, "имя"),
    "array": np.arange(4),
    "mask": torch.tensor([True, False]),
    "other": {1, 2},
}
TREE, BLOB = encode_value(VALUE, max_bytes=1000)
SPECS = (
    {name: AnyOf(Tensor(...), ListOf(Number()), Nothing()) for name in VALUE},
    {"out": Float(2, None), "losses": ListOf(Number(), length=3)},
    ListOf({"a": Bool()}),
    TupleOf(Integer(), Str()),
    Number(),
    Str(),
    Float(...),
)
KINDS = ("k", "v", "i", "list", "tuple", "dict", "tensor", "array", "float", "other", "")
TREES = damaged(
    [TREE, {"k": "list", "v": [TREE, {"k": "tensor", "i": 0}]}, {"k": "array", "i": 0}], KINDS
)


def safetensors(header, data=b""):
    body = to_json(header)
    return struct.pack("<Q", len(body)) + body + data


HEADER_BYTES = struct.unpack("<Q", BLOB[:8])[0]
HEADER = json.loads(BLOB[8 : 8 + HEADER_BYTES])
DATA = BLOB[8 + HEADER_BYTES :]


def entry(dtype, shape, size):
    return {"dtype": dtype, "shape": shape, "data_offsets": [0, size]}


ENTRIES = [
    {"0": entry(dtype, shape, size)}
    for dtype, shape, size in (
        ("F32", [1], 4),
        ("BF16", [2], 4),
        ("F8_E4M3", [4], 4),
        ("F4", [8], 4),
        ("U64", [1], 8),
        ("C64", [1, 1], 8),
        ("BOOL", [8], 8),
        ("F64", [0, 5], 0),
        ("F32", [1] * 65, 4),
        ("F32", [1 << 31, 0, 1 << 31], 0),
    )
]
KEYS = ("0", "1", "2", "True", "__metadata__", "dtype", "shape", "data_offsets", "")
HEADERS = damaged([HEADER, *ENTRIES], KEYS)
BLOBS = (
    spliced(
        [BLOB, safetensors(ENTRIES[0], b"\0\0\x80?")],
        (
            b"\xff",
            b"\0" * 8,
            b"[",
            b"]",
            b"0",
            b"9",
            b",",
            b'"F64"',
            b'"BOOL"',
            b"-1",
            b"\0\0\0\x7f",
        ),
    )
    | HEADERS.map(lambda header: safetensors(header, DATA))
    | HEADERS.map(lambda header: safetensors(header, b"\1\2\3\4"))
)


def parts(value):
    yield value
    inner = value.values() if isinstance(value, dict) else value
    if isinstance(value, list | tuple | dict):
        for item in inner:
            yield from parts(item)


def check(value, blob_bytes):
    """Check what specs and graders take for granted."""
    tensor_bytes = 0
    for part in parts(value):
        assert type(part) in {
            type(None), bool, int, float, str, list, tuple, dict, Other, torch.Tensor, np.ndarray
        }  # fmt: skip
        if isinstance(part, torch.Tensor):
            assert str(part.dtype).removeprefix("torch.") in _DTYPES
            assert part.device.type == "cpu"
            assert not part.requires_grad
            tensor_bytes += part.nbytes
        if isinstance(part, np.ndarray):
            assert part.dtype.name in _DTYPES
            tensor_bytes += part.nbytes
        if isinstance(part, dict):
            assert all(type(key) is str for key in part)
        if type(part) is int:
            assert -(1 << 63) <= part < 1 << 63
        if isinstance(part, str):
            assert len(part) <= MAX_TEXT_CHARS
        if isinstance(part, Other):
            assert len(part.description) <= 200
    assert tensor_bytes <= blob_bytes


def plain(value):
    """Give a value in a form that equals itself, NaN included."""
    if isinstance(value, list | tuple):
        return type(value)(map(plain, value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, torch.Tensor):
        # Any byte but 0 is true, to torch as well; a copy has 1 for it.
        flat = value.reshape(-1).view(torch.uint8)
        raw = (flat.bool() if value.dtype is torch.bool else flat).numpy().tobytes()
        return "tensor", value.dtype, tuple(value.shape), raw
    if isinstance(value, np.ndarray):
        return "array", plain(torch.from_numpy(value))
    if isinstance(value, Other):
        return "other"  # and described anew when it is sent again
    return repr(value)


def depth(value):
    if not isinstance(value, list | tuple | dict):
        return 0
    return 1 + max(map(depth, value.values() if isinstance(value, dict) else value), default=0)


def decoded(tree, blob):
    """Do as a session does with an answer."""
    header = parse_header(to_json({"type": "value", "value": tree}))
    return decode_value(header["value"], blob)


@fuzzed
@given(TREES, st.booleans().flatmap(lambda whole: st.just(BLOB) if whole else BLOBS))
@example(TREE, BLOB)
@example(1 << 63, BLOB)
@example({"k": "other", "v": "x" * 300}, BLOB)
@example({"k": "list", "v": [{"k": "tensor", "i": 0}] * 99}, BLOB)
@example({"k": "tensor", "i": 0}, safetensors({"0": entry("BOOL", [4], 4)}, bytes((0, 1, 2, 255))))
@example({"k": "tensor", "i": 0}, safetensors({"0": entry("F32", [0, 1 << 62, 1], 0)}))
@example({"k": "tensor", "i": 0}, safetensors({"0": entry("F32", [1] * 5000, 4)}, b"\0" * 4))
def test_any_answer_is_a_value_of_a_known_type_or_refused(tree, blob):
    value = outcome(
        lambda: decoded(tree, blob),
        errors=ProtocolError,
        at_most_bytes=256 * KIB + 40 * (len(to_json(tree)) + len(blob)),
    )
    if isinstance(value, ProtocolError):
        return
    check(value, len(blob))
    if depth(value) <= MAX_DEPTH:  # deeper down only descriptions travel
        again = decode_value(*encode_value(value, max_bytes=len(blob)))
        assert plain(again) == plain(value)
    for spec in SPECS:
        with contextlib.suppress(StudentFault):
            validate(spec, value, "value")


@fuzzed
@given(BLOBS)
@example(BLOB)
def test_any_blob_is_what_its_tensors_take_or_refused(blob):
    names = {"k": "list", "v": [{"k": "tensor", "i": 0}]}
    value = outcome(
        lambda: decode_value(names, blob),
        errors=ProtocolError,
        at_most_bytes=256 * KIB + 40 * len(blob),
    )
    if not isinstance(value, ProtocolError):
        check(value, len(blob))
