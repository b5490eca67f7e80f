import numpy as np
import pytest
import torch

from zachetka.errors import Cause, StudentFault
from zachetka.protocol.values import Other
from zachetka.pytest_plugin import (
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
from zachetka.pytest_plugin.specs import validate

F32 = torch.ones(2, 3)


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        (Float(2, 3), F32),
        (Float(None, 3), F32),
        (Float(...), F32),
        (Float(), torch.tensor(1.0)),
        (Float(0), torch.empty(0)),
        (Double(2), torch.ones(2, dtype=torch.float64)),
        (Long(1), torch.tensor([1])),
        (Tensor(...), torch.tensor([True])),
        (Tensor(2, dtype="bool"), torch.tensor([True, False])),
        (Number(), 1.5),
        (Number(), 2),
        (Number(), float("nan")),
        (Integer(), -3),
        (Bool(), False),
        (Str(), ""),
        (Nothing(), None),
        (ScalarOrFloat(), torch.tensor(1.0)),
        (ScalarOrFloat(), 1.5),
        (Unvalidated(), {"a": None}),
        (ListOf(Integer()), []),
        (ListOf(Integer()), [1, 2]),
        (ListOf(Number(), length=1), [1.0]),
        (ListOf({"a": Str()}), [{"a": "x"}]),
        (ListOf(ListOf(Bool())), [[True], []]),
        (TupleOf(Integer(), Str()), (1, "x")),
        (AnyOf(Integer(), Nothing()), None),
        ({"a": Integer(), "b": {"c": Str()}}, {"b": {"c": "x"}, "a": 1}),
        ({}, {}),
    ],
    ids=str,
)
def test_a_value_of_its_type_is_given_as_it_is(spec, value):
    got = validate(spec, value, "value")
    assert got is value or got == value or got != got  # noqa: PLR0124 - nan


def test_a_list_is_as_good_as_a_tuple():
    assert validate(TupleOf(Integer(), Integer()), [1, 2], "value") == (1, 2)


@pytest.mark.parametrize(
    ("spec", "value", "expected", "got"),
    [
        (Float(2, 4), F32, "float32 tensor (2, 4)", "float32 tensor (2, 3)"),
        (Float(6), F32, "float32 tensor (6,)", "float32 tensor (2, 3)"),
        (Float(None, None, None), F32, "float32 tensor (*, *, *)", "float32 tensor (2, 3)"),
        (Float(1), torch.tensor(1.0), "float32 tensor (1,)", "float32 tensor ()"),
        (Float(2, 3), F32.double(), "float32 tensor (2, 3)", "float64 tensor (2, 3)"),
        (Float(2, 3), F32.to(torch.complex64), "float32", "complex64 tensor"),
        (Float(2, 3), F32.numpy(), "float32 tensor", "numpy float32 array (2, 3)"),
        (Float(...), 1.0, "float32 tensor", "float"),
        (Long(...), torch.tensor([True]), "int64 tensor", "bool tensor (1,)"),
        (Float(...), Other("Figure"), "float32 tensor", "Figure"),
        (Tensor(...), [1.0], "tensor", "list of length 1"),
        (Number(), True, "float", "bool"),
        (Number(), torch.tensor(1.0), "float", "float32 tensor ()"),
        (Number(), np.ones(1), "float", "numpy float64 array (1,)"),
        (Number(), "1", "float", "str"),
        (Number(), None, "float", "None"),
        (Integer(), 1.0, "int", "float"),
        (Integer(), True, "int", "bool"),
        (Bool(), 1, "bool", "int"),
        (Str(), 1, "str", "int"),
        (Nothing(), 0, "None", "int"),
        (ListOf(Integer()), (1,), "list of int", "tuple of length 1"),
        (ListOf(Integer(), at_most=1), [1, 2], "list of at most 1 × int", "list of length 2"),
        (ListOf(Integer(), length=2), [1], "list of 2 × int", "list of length 1"),
        (TupleOf(Integer(), Str()), (1,), "(int, str)", "tuple of length 1"),
        (AnyOf(Integer(), Str()), 1.5, "int | str", "float"),
        (ScalarOrFloat(), 1, "float32 tensor ()", "int"),
        (ScalarOrFloat(), torch.ones(1), "float32 tensor ()", "float32 tensor (1,)"),
        (ListOf(Unvalidated(), 2), [1], "list of 2 × value", "list of length 1"),
        ({"a": Integer()}, {}, "dict (a)", "dict of length 0"),
        ({"a": Integer()}, {"a": 1, "b": 2}, "dict (a)", "dict of length 2"),
        ({"a": Integer()}, [1], "dict (a)", "list of length 1"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_another_type_is_the_students_fault_and_says_what_came(spec, value, expected, got):
    with pytest.raises(StudentFault) as caught:
        validate(spec, value, "value")
    assert caught.value.cause is Cause.WRONG_TYPE
    assert expected in caught.value.text.en
    assert f"got {got}" in caught.value.text.en
    assert f"получено {got}" in caught.value.text.ru


@pytest.mark.parametrize(
    ("spec", "value", "where"),
    [
        (ListOf(Integer()), [1, "x"], "`value[1]`"),
        (TupleOf(Integer(), Float(...)), (1, 2), "`value[1]`"),
        ({"out": Float(1)}, {"out": F32}, "`out`"),
        ({"losses": ListOf(Number())}, {"losses": [1.0, None]}, "`losses[1]`"),
    ],
    ids=str,
)
def test_the_sentence_says_where(spec, value, where):
    with pytest.raises(StudentFault) as caught:
        validate(spec, value, "value")
    assert caught.value.text.en.startswith(where)
