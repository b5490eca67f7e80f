"""Values by value: tensors, numbers, strings, lists, tuples and dicts as a JSON tree and a blob.

Scalars stand for themselves in the tree; everything else is an object with a kind `k`:

    {"k": "tensor" | "array", "i": 3}      the tensor named "3" of the safetensors blob
    {"k": "list" | "tuple", "v": [...]}    {"k": "dict", "v": {...}}
    {"k": "float", "v": "nan"}             what JSON has no number for
    {"k": "other", "v": "Figure"}          a value that cannot travel: only its description does

No pickle, no `torch.load`, no `eval`: whatever stands on the wire, decoding only ever makes these.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zachetka.protocol.frames import MAX_HEADER_BYTES, FrameTooLargeError, ProtocolError

if TYPE_CHECKING:
    import torch

MAX_DEPTH = 16
MAX_NODES = 50_000
MAX_TEXT_CHARS = 100_000
# What numpy can hold, and what most operations of torch take.
MAX_DIMENSIONS = 64
MAX_SAFETENSORS_HEADER_BYTES = 4 << 20
_INT64 = 1 << 63


@dataclass(frozen=True, slots=True)
class Other:
    """A value that cannot travel; `description` says in a few words what it was."""

    description: str


class _TooLarge(Exception):  # noqa: N818 - control flow inside this module
    pass


@dataclass(slots=True)
class _Encoder:
    max_bytes: int
    tensors: dict[str, torch.Tensor] = field(default_factory=dict)
    nodes: int = 0
    total_bytes: int = 0
    total_chars: int = 0

    def node(self, value: Any, depth: int = 0) -> Any:  # noqa: PLR0911 - a case per kind
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _TooLarge
        if depth > MAX_DEPTH:
            return _other("a structure nested too deeply")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            number = int(value)
            return number if -_INT64 <= number < _INT64 else _other("an integer of over 64 bits")
        if isinstance(value, float):
            return _float_node(float(value))
        if isinstance(value, str):
            return self._text_node(str.__str__(value))
        if isinstance(value, list | tuple):
            kind = "list" if isinstance(value, list) else "tuple"
            return {"k": kind, "v": [self.node(item, depth + 1) for item in value]}
        if isinstance(value, dict):
            if not all(isinstance(key, str) for key in value):
                return _other("a dict whose keys are not strings")
            items = {str.__str__(key): self.node(item, depth + 1) for key, item in value.items()}
            self._count_text("".join(items))
            return {"k": "dict", "v": items}
        return self._array_node(value)

    def _text_node(self, text: str) -> Any:
        if len(text) > MAX_TEXT_CHARS:
            return _other("a very long string")
        self._count_text(text)
        return text

    def _count_text(self, text: str) -> None:
        # What cannot fit into a header is not worth the memory of trying.
        self.total_chars += len(text)
        if self.total_chars > MAX_HEADER_BYTES:
            raise _TooLarge

    def _array_node(self, value: Any) -> Any:  # noqa: PLR0911 - a case per kind
        import numpy as np
        import torch

        if isinstance(value, torch.Tensor):
            return self._tensor_node(value, "tensor")
        if isinstance(value, np.bool_):
            return bool(value)
        if isinstance(value, np.integer):
            return self.node(int(value))
        if isinstance(value, np.floating):
            return _float_node(float(value))
        if isinstance(value, np.ndarray):
            try:
                tensor = torch.from_numpy(np.array(value, order="C"))
            except (TypeError, ValueError):
                return _other(f"a numpy array of {value.dtype}")
            return self._tensor_node(tensor, "array")
        return _other(type(value).__name__)

    def _tensor_node(self, tensor: torch.Tensor, kind: str) -> Any:
        import torch

        dtype = str(tensor.dtype).removeprefix("torch.")
        shape = tuple(tensor.shape)
        if tensor.device.type != "cpu":
            return _other(f"{dtype} tensor {shape} on device {tensor.device.type!r}")
        if tensor.layout is not torch.strided or tensor.is_quantized or dtype not in _DTYPES:
            return _other(f"{dtype} tensor {shape}, layout {str(tensor.layout)[6:]}")
        if tensor.ndim > MAX_DIMENSIONS:
            return _other(f"{dtype} tensor of {tensor.ndim} dimensions")
        # Checked before the copy: an expanded tensor may be far larger than its storage.
        self.total_bytes += tensor.numel() * tensor.element_size()
        if self.total_bytes > self.max_bytes:
            raise _TooLarge
        plain = torch.Tensor.detach(tensor).as_subclass(torch.Tensor)
        name = str(len(self.tensors))
        self.tensors[name] = plain.resolve_conj().resolve_neg().contiguous().clone()
        return {"k": kind, "i": int(name)}


_FLOATS = ("float64", "float32", "float16", "bfloat16", "complex64")
_DTYPES = frozenset((*_FLOATS, "int64", "int32", "int16", "int8", "uint8", "bool"))


def encode_value(value: Any, *, max_bytes: int) -> tuple[Any, bytes]:
    """Turn a value into a JSON tree and a blob of at most about `max_bytes`.

    What cannot travel becomes a description, never an error.

    Raises:
        FrameTooLargeError: too many nodes or bytes.
    """
    encoder = _Encoder(max_bytes)
    try:
        tree = encoder.node(value)
    except _TooLarge as error:
        raise FrameTooLargeError(f"a value of more than {max_bytes} bytes") from error
    if not encoder.tensors:
        return tree, b""
    from safetensors.torch import save

    return tree, save(encoder.tensors)


def decode_value(untrusted_tree: Any, untrusted_blob: bytes) -> Any:
    """Rebuild a value; what could not travel comes back as `Other`.

    Raises:
        ProtocolError: no tree that `encode_value` makes.
    """
    tensors = _load_tensors(untrusted_blob) if untrusted_blob else {}
    return _Decoder(tensors).value(untrusted_tree)


@dataclass(slots=True)
class _Decoder:
    tensors: dict[str, torch.Tensor]
    nodes: int = 0

    def value(self, node: Any, depth: int = 0) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH + 1:
            raise ProtocolError("a value of too many parts")
        if node is None or isinstance(node, bool | float):
            return node
        if isinstance(node, int):
            if not -_INT64 <= node < _INT64:
                raise ProtocolError("an integer of over 64 bits")
            return node
        if isinstance(node, str):
            if len(node) > MAX_TEXT_CHARS:
                raise ProtocolError("a string that is too long")
            return node
        if not isinstance(node, dict) or len(node) != 2:  # noqa: PLR2004 - a kind and its content
            raise ProtocolError("a node of no known kind")
        return self._compound(node.get("k"), node, depth)

    def _compound(self, kind: Any, node: dict[str, Any], depth: int) -> Any:
        match kind, node:
            case "list" | "tuple", {"v": list() as items}:
                values = [self.value(item, depth + 1) for item in items]
                return values if kind == "list" else tuple(values)
            case "dict", {"v": dict() as members}:
                return {key: self.value(item, depth + 1) for key, item in members.items()}
            case "float", {"v": "nan" | "inf" | "-inf" as literal}:
                return float(literal)
            case "other", {"v": str() as description}:
                return Other(description[:200])
            case "tensor" | "array", {"i": int() as index} if str(index) in self.tensors:
                # Each once, as they are sent: a tensor named ten thousand times would be as
                # many values to look at, and no bytes.
                return self._tensor(kind, self.tensors.pop(str(index)))
        raise ProtocolError("a node of no known kind")

    def _tensor(self, kind: str, tensor: torch.Tensor) -> Any:
        dtype = str(tensor.dtype).removeprefix("torch.")
        # safetensors knows more dtypes than we send, and numpy fewer.
        if dtype not in _DTYPES or (kind == "array" and dtype == "bfloat16"):
            raise ProtocolError(f"a {kind} of {dtype}")
        if tensor.ndim > MAX_DIMENSIONS:
            raise ProtocolError(f"a {kind} of {tensor.ndim} dimensions")
        try:
            return tensor if kind == "tensor" else tensor.numpy()
        except ValueError as error:
            # An empty shape may have extents beside its zero that numpy cannot multiply.
            raise ProtocolError("an array of an impossible shape") from error


def _load_tensors(untrusted_blob: bytes) -> dict[str, torch.Tensor]:
    if int.from_bytes(untrusted_blob[:8], "little") > MAX_SAFETENSORS_HEADER_BYTES:
        raise ProtocolError("a safetensors header that is too long")
    from safetensors.torch import load

    try:
        # safetensors cross-checks every offset, size and dtype before it copies; what it raises
        # depends on the field that lies.
        return load(untrusted_blob)
    except Exception as error:
        raise ProtocolError(f"a broken safetensors blob: {type(error).__name__}") from error


def _float_node(value: float) -> Any:
    return value if math.isfinite(value) else {"k": "float", "v": str(value)}


def _other(description: str) -> dict[str, str]:
    return {"k": "other", "v": description}
