"""What a grader imports, and the pytest plugin that runs it."""

from zachetka.pytest_plugin.check import check
from zachetka.pytest_plugin.compare import assert_close, assert_equal, assert_finite, fail, is_close
from zachetka.pytest_plugin.rng import Rng
from zachetka.pytest_plugin.specs import (
    AnyOf,
    Bool,
    Double,
    Float,
    Integer,
    ListOf,
    Long,
    Nothing,
    Number,
    Str,
    Tensor,
    TupleOf,
)
from zachetka.pytest_plugin.student import Student

__all__ = [
    "AnyOf",
    "Bool",
    "Double",
    "Float",
    "Integer",
    "ListOf",
    "Long",
    "Nothing",
    "Number",
    "Rng",
    "Str",
    "Student",
    "Tensor",
    "TupleOf",
    "assert_close",
    "assert_equal",
    "assert_finite",
    "check",
    "fail",
    "is_close",
]
