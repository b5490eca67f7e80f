"""Comparisons whose messages help a student and give no expected value away."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NoReturn

from zachetka.errors import Cause, StudentFault
from zachetka.language import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch

RTOL = 1e-4
ATOL = 1e-5


# Mistakes that the graders of several tasks can name.
SUM_FOR_MEAN = Text("a sum is taken for the mean", "взята сумма вместо среднего")
UNSTEADY = Text(
    "two calls with the same x give different outputs: is there a dropout or another random step?",
    "два вызова с одним и тем же x дают разные выходы: нет ли там dropout или другой случайности?",
)


def fail(text: Text, *, hint: Text | None = None, cause: str = "assertion") -> NoReturn:
    """Fail the check with a sentence for the student.

    Raises:
        StudentFault: always.
    """
    raise StudentFault(Cause(cause), text, hint)


def assert_close(
    actual: Any,
    expected: Any,
    *,
    name: str,
    rtol: float = RTOL,
    atol: float = ATOL,
    mistakes: Mapping[Text, Any] | None = None,
) -> None:
    """Compare numbers or tensors elementwise: |a - e| <= atol + rtol * |e|, in float64.

    Args:
        actual: what the student's code returned.
        expected: what is right; only its shape may appear in a message.
        name: how the student calls the value, as code.
        rtol: relative tolerance.
        atol: absolute tolerance.
        mistakes: what known mistakes would have given; a match is named in the message.

    Raises:
        StudentFault: they differ.
    """
    import torch

    got, want = _as_double(actual), _as_double(expected)
    if got.shape != want.shape:
        fail(
            Text(
                en=f"`{name}`: expected shape {tuple(want.shape)}, got {tuple(got.shape)}",
                ru=f"`{name}`: ожидалась форма {tuple(want.shape)}, получена {tuple(got.shape)}",
            ),
            cause="wrong_type",
        )
    got, want = _of_one_dtype(got, want)
    wrong = ~_is_close(got, want, rtol=rtol, atol=atol)
    if not wrong.any():
        return
    named = next(
        (
            mistake
            for mistake, value in (mistakes or {}).items()
            if _same(got, _as_double(value), rtol, atol)
        ),
        None,
    )
    if named is not None:
        fail(Text(en=f"`{name}`: {named.en}", ru=f"`{name}`: {named.ru}"))
    if not torch.isfinite(got).all() and torch.isfinite(want).all():
        fail(
            Text(
                en=f"`{name}` contains NaN or infinity",
                ru=f"`{name}` содержит NaN или бесконечность",
            )
        )
    count, total = int(wrong.sum()), wrong.numel()
    if total == 1:
        fail(Text(en=f"`{name}` is wrong", ru=f"`{name}`: неверное значение"))
    fail(
        Text(
            en=f"`{name}`: {count} of {total} values are wrong",
            ru=f"`{name}`: неверных значений {count} из {total}",
        )
    )


def assert_equal(actual: Any, expected: Any, *, text: Text, hint: Text | None = None) -> None:
    """Compare with `==` and fail with a sentence of the grader's own.

    Raises:
        StudentFault: they differ.
    """
    if actual != expected:
        fail(text, hint=hint)


def assert_finite(value: torch.Tensor) -> None:
    """Fail the check if a tensor holds NaN or infinity.

    Raises:
        StudentFault: it does.
    """
    import torch

    if not bool(torch.isfinite(value).all()):
        fail(Text("The result is not a finite number.", "Результат — не конечное число."))


def is_close(actual: Any, expected: Any, *, rtol: float = RTOL, atol: float = ATOL) -> bool:
    """Say whether two values have the same shape and are close."""
    return _same(_as_double(actual), _as_double(expected), rtol, atol)


def _same(got: torch.Tensor, want: torch.Tensor, rtol: float, atol: float) -> bool:
    got, want = _of_one_dtype(got, want)
    return got.shape == want.shape and bool(
        _is_close(got, want, rtol=rtol, atol=atol, equal_nan=True).all()
    )


def _is_close(
    got: torch.Tensor, want: torch.Tensor, *, rtol: float, atol: float, equal_nan: bool = False
) -> torch.Tensor:
    import torch

    # A tolerance that was measured on what a submission returned may be anything, too.
    atol = atol if math.isfinite(atol) and atol > 0 else 0.0
    return torch.isclose(got, want, rtol=rtol, atol=atol, equal_nan=equal_nan)


def _of_one_dtype(a: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    import torch

    # An imaginary part where none belongs must be seen, not dropped.
    dtype = torch.promote_types(a.dtype, b.dtype)
    return a.to(dtype), b.to(dtype)


def _as_double(value: Any) -> torch.Tensor:
    import torch

    tensor = torch.as_tensor(value).detach()
    return tensor.to(torch.complex128 if tensor.is_complex() else torch.float64)
