"""What a probe must return: declared type and shape, checked outside before a grader looks.

Anything else that a student's code returned is the student's wrong answer, with a sentence that
says what was expected and what came, and never an error of the grader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import EllipsisType
from typing import TYPE_CHECKING, Any, Protocol

from zachetka.errors import Cause, StudentFault
from zachetka.language import Text
from zachetka.protocol.values import Other

if TYPE_CHECKING:
    import torch

Extent = int | None | EllipsisType

MOST_ITEMS = 10_000


class Spec(Protocol):
    """A declared type."""

    def validate(self, untrusted_value: Any, where: str) -> Any:
        """Give the value if it is of the type.

        Raises:
            StudentFault: it is not; `where` names it in the sentence.
        """

    def __str__(self) -> str: ...


@dataclass(frozen=True)
class _TensorSpec:
    shape: tuple[Extent, ...]
    dtype: str | None

    def validate(self, untrusted_value: Any, where: str) -> torch.Tensor:
        """Give the tensor if its dtype and shape are right."""
        import torch

        value = untrusted_value
        if not isinstance(value, torch.Tensor):
            raise wrong_type(where, str(self), describe(value))
        dtype_differs = self.dtype is not None and str(value.dtype) != f"torch.{self.dtype}"
        if dtype_differs or not self._fits(tuple(value.shape)):
            raise wrong_type(where, str(self), describe(value))
        return value

    def _fits(self, shape: tuple[int, ...]) -> bool:
        if self.shape == (...,):
            return True
        return len(shape) == len(self.shape) and all(
            wanted is None or wanted == got for wanted, got in zip(self.shape, shape, strict=True)
        )

    def __str__(self) -> str:
        kind = f"{self.dtype} tensor" if self.dtype else "tensor"
        return kind if self.shape == (...,) else f"{kind} {_shape(self.shape)}"


def Tensor(*shape: Extent, dtype: str | None = None) -> Spec:  # noqa: N802 - reads as a type
    """A tensor of a shape; None is any extent, a single `...` any shape at all."""
    return _TensorSpec(shape, dtype)


def Float(*shape: Extent) -> Spec:  # noqa: N802 - reads as a type
    """A float32 tensor."""
    return _TensorSpec(shape, "float32")


def Double(*shape: Extent) -> Spec:  # noqa: N802 - reads as a type
    """A float64 tensor."""
    return _TensorSpec(shape, "float64")


def Long(*shape: Extent) -> Spec:  # noqa: N802 - reads as a type
    """An int64 tensor."""
    return _TensorSpec(shape, "int64")


@dataclass(frozen=True)
class _OfType:
    title: str
    kinds: tuple[type, ...]

    def validate(self, untrusted_value: Any, where: str) -> Any:
        """Give the value if it is of one of the types; a bool is no number."""
        fits = isinstance(untrusted_value, self.kinds)
        if not fits or (isinstance(untrusted_value, bool) and bool not in self.kinds):
            raise wrong_type(where, self.title, describe(untrusted_value))
        return float(untrusted_value) if float in self.kinds else untrusted_value

    def __str__(self) -> str:
        return self.title


def Number() -> Spec:  # noqa: N802 - reads as a type
    """A real number of Python or numpy; a 0-d tensor is none."""
    return _OfType("float", (int, float))


def Integer() -> Spec:  # noqa: N802 - reads as a type
    """A whole number, not a bool."""
    return _OfType("int", (int,))


def Bool() -> Spec:  # noqa: N802 - reads as a type
    """True or False."""
    return _OfType("bool", (bool,))


def Str() -> Spec:  # noqa: N802 - reads as a type
    """A string."""
    return _OfType("str", (str,))


def Nothing() -> Spec:  # noqa: N802 - reads as a type
    """None."""
    return _OfType("None", (type(None),))


@dataclass(frozen=True)
class ScalarOrFloat:
    """A float32 tensor (); a float passes, too, for the check to say what is wrong with it."""

    def validate(self, untrusted_value: Any, where: str) -> torch.Tensor | float:
        """Give the tensor or the float."""
        if isinstance(untrusted_value, float):
            return untrusted_value
        return _TensorSpec((), "float32").validate(untrusted_value, where)

    def __str__(self) -> str:
        return str(Float())


@dataclass(frozen=True)
class Unvalidated:
    """Anything: what the check does not look at, or validates piece by piece under other names."""

    def validate(self, untrusted_value: Any, where: str) -> Any:  # noqa: ARG002 - as all specs
        """Give the value as it came."""
        return untrusted_value

    def __str__(self) -> str:
        return "value"


@dataclass(frozen=True)
class ListOf:
    """A list of one type, of a given length or of any up to `at_most`.

    How long a list is, the student's code decides; what a grader does with each item takes time.
    """

    item: Spec | Mapping[str, Any]
    length: int | None = None
    at_most: int = MOST_ITEMS

    def validate(self, untrusted_value: Any, where: str) -> list[Any]:
        """Give the list."""
        if not isinstance(untrusted_value, list):
            raise wrong_type(where, str(self), describe(untrusted_value))
        length = len(untrusted_value)
        if length > self.at_most if self.length is None else length != self.length:
            raise wrong_type(where, str(self), describe(untrusted_value))
        return [
            validate(self.item, item, f"{where}[{position}]")
            for position, item in enumerate(untrusted_value)
        ]

    def __str__(self) -> str:
        item = _title(self.item)
        if self.length is None:
            most = f"at most {self.at_most} × " if self.at_most < MOST_ITEMS else ""
            return f"list of {most}{item}"
        return f"list of {self.length} × {item}"


class TupleOf:
    """A tuple of given types, in order."""

    def __init__(self, *items: Spec | Mapping[str, Any]) -> None:
        self.items = items

    def validate(self, untrusted_value: Any, where: str) -> tuple[Any, ...]:
        """Give the tuple; a list of the same length is as good."""
        if not isinstance(untrusted_value, tuple | list) or len(untrusted_value) != len(self.items):
            raise wrong_type(where, str(self), describe(untrusted_value))
        return tuple(
            validate(spec, item, f"{where}[{position}]")
            for position, (spec, item) in enumerate(zip(self.items, untrusted_value, strict=True))
        )

    def __str__(self) -> str:
        return f"({', '.join(map(_title, self.items))})"


class AnyOf:
    """A value of one of several types; the first that fits is taken."""

    def __init__(self, *choices: Spec) -> None:
        self.choices = choices

    def validate(self, untrusted_value: Any, where: str) -> Any:
        """Give the value as the first type that it is of."""
        for spec in self.choices:
            try:
                return validate(spec, untrusted_value, where)
            except StudentFault:
                continue
        raise wrong_type(where, str(self), describe(untrusted_value))

    def __str__(self) -> str:
        return " | ".join(map(str, self.choices))


def validate(spec: Spec | Mapping[str, Any], untrusted_value: Any, where: str) -> Any:
    """Check a value against a spec; a dict of specs wants exactly its keys.

    Raises:
        StudentFault: the value is of another type or shape.
    """
    if not isinstance(spec, Mapping):
        return spec.validate(untrusted_value, where)
    if not isinstance(untrusted_value, dict) or set(untrusted_value) != set(spec):
        keys = ", ".join(spec)
        raise wrong_type(where or "value", f"dict ({keys})", describe(untrusted_value))
    return {key: validate(inner, untrusted_value[key], key) for key, inner in spec.items()}


def wrong_type(where: str, expected: str, got: str) -> StudentFault:
    """Make the fault that says what was expected and what came."""
    return StudentFault(
        Cause.WRONG_TYPE,
        Text(
            en=f"`{where}`: expected {expected}, got {got}",
            ru=f"`{where}`: ожидалось {expected}, получено {got}",
        ),
    )


def describe(value: Any) -> str:
    """Say in a few words what a value is, without the value."""
    import numpy as np
    import torch

    if isinstance(value, Other):
        return value.description
    if isinstance(value, torch.Tensor):
        return f"{str(value.dtype).removeprefix('torch.')} tensor {_shape(tuple(value.shape))}"
    if isinstance(value, np.ndarray):
        return f"numpy {value.dtype} array {_shape(value.shape)}"
    if isinstance(value, list | tuple | dict):
        return f"{type(value).__name__} of length {len(value)}"
    return "None" if value is None else type(value).__name__


def _title(spec: Spec | Mapping[str, Any]) -> str:
    return "dict" if isinstance(spec, Mapping) else str(spec)


def _shape(shape: tuple[Extent, ...]) -> str:
    extents = ["*" if extent is None else str(extent) for extent in shape]
    return f"({', '.join(extents)}{',' if len(extents) == 1 else ''})"
