"""What a grader imports, and the pytest plugin that runs it."""

from zachetka.pytest_plugin.check import check
from zachetka.pytest_plugin.companions import either_way, own_fault
from zachetka.pytest_plugin.compare import (
    SUM_FOR_MEAN,
    UNSTEADY,
    assert_close,
    assert_equal,
    assert_finite,
    fail,
    is_close,
)
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
    ScalarOrFloat,
    Str,
    Tensor,
    TupleOf,
    Unvalidated,
)
from zachetka.pytest_plugin.student import Student

__all__ = [
    "SUM_FOR_MEAN",
    "UNSTEADY",
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
    "ScalarOrFloat",
    "Str",
    "Student",
    "Tensor",
    "TupleOf",
    "Unvalidated",
    "assert_close",
    "assert_equal",
    "assert_finite",
    "check",
    "either_way",
    "fail",
    "is_close",
    "own_fault",
]
