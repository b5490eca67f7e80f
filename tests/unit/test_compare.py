import math

import pytest
import torch

from zachetka.errors import Cause, StudentFault
from zachetka.language import Text
from zachetka.pytest_plugin import assert_close, assert_equal, fail, is_close

SECRET = 8191.4375
EXPECTED = torch.tensor([SECRET, SECRET + 1, SECRET + 2])
MISTAKE = Text(en="the bias is not added", ru="не прибавлен bias")


def fault_of(actual, expected, **options):
    with pytest.raises(StudentFault) as caught:
        assert_close(actual, expected, name="f(x)", **options)
    return caught.value


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (EXPECTED, EXPECTED),
        (EXPECTED.double(), EXPECTED),
        (EXPECTED + 0.5, EXPECTED),
        (1.0, 1),
        (torch.tensor(1.0), 1.0),
        ([1.0, 2.0], torch.tensor([1.0, 2.0])),
        (torch.empty(0), torch.empty(0)),
        (math.inf, math.inf),
        (torch.tensor([1 + 1j]), torch.tensor([1 + 1j])),
    ],
    ids=str,
)
def test_close_values_pass(actual, expected):
    assert_close(actual, expected, name="f(x)")


@pytest.mark.parametrize(
    ("actual", "said"),
    [
        (EXPECTED + torch.tensor([0.0, 0.0, 5.0]), "1 of 3 values are wrong"),
        (EXPECTED * 2, "3 of 3 values are wrong"),
        (EXPECTED * math.nan, "NaN or infinity"),
        (EXPECTED * math.inf, "NaN or infinity"),
        (EXPECTED[:2], "expected shape (3,), got (2,)"),
        (EXPECTED[:, None], "expected shape (3,), got (3, 1)"),
        (torch.tensor(SECRET), "expected shape (3,), got ()"),
    ],
    ids=str,
)
def test_a_message_says_what_is_wrong_and_gives_no_expected_value_away(actual, said):
    fault = fault_of(actual, EXPECTED)
    assert said in fault.text.en
    assert "`f(x)`" in fault.text.en
    assert "`f(x)`" in fault.text.ru
    for text in (fault.text.en, fault.text.ru, str(fault), repr(fault)):
        assert "819" not in text


def test_one_wrong_number_is_not_counted():
    assert fault_of(1.0, SECRET).text == Text(en="`f(x)` is wrong", ru="`f(x)`: неверное значение")


def test_a_wrong_shape_is_a_wrong_type():
    assert fault_of(EXPECTED[:2], EXPECTED).cause is Cause.WRONG_TYPE
    assert fault_of(EXPECTED * 2, EXPECTED).cause is Cause.ASSERTION


def test_an_imaginary_part_counts():
    assert fault_of(torch.tensor([1 + 1j]), torch.tensor([1.0])).cause is Cause.ASSERTION


def test_values_are_never_broadcast():
    assert fault_of(torch.ones(1), torch.ones(3)).cause is Cause.WRONG_TYPE


def test_a_known_mistake_is_named():
    fault = fault_of(EXPECTED - 5, EXPECTED, mistakes={MISTAKE: EXPECTED - 5})
    assert fault.text == Text(en="`f(x)`: the bias is not added", ru="`f(x)`: не прибавлен bias")


@pytest.mark.parametrize("value", [EXPECTED - 6, EXPECTED[:1] - 5, torch.tensor(0.0)], ids=str)
def test_another_mistake_is_not_named(value):
    fault = fault_of(EXPECTED - 5, EXPECTED, mistakes={MISTAKE: value})
    assert "bias" not in fault.text.en


def test_a_right_value_is_right_though_a_mistake_would_give_it_too():
    assert_close(EXPECTED, EXPECTED, name="f(x)", mistakes={MISTAKE: EXPECTED})


def test_tolerances_are_those_of_the_grader():
    assert_close(1.009, 1.0, name="f(x)", rtol=0.01, atol=0)
    fault_of(1.02, 1.0, rtol=0.01, atol=0)
    fault_of(0.5, 0.0, rtol=10.0, atol=0.1)


def test_is_close_says_whether_and_raises_nothing():
    assert is_close(EXPECTED, EXPECTED.double())
    assert not is_close(EXPECTED, EXPECTED[:2])
    assert not is_close(EXPECTED, EXPECTED * 2)


def test_assert_equal_uses_the_graders_sentence():
    text, hint = Text(en="no", ru="нет"), Text(en="why", ru="почему")
    assert_equal([1, "x"], [1, "x"], text=text)
    with pytest.raises(StudentFault) as caught:
        assert_equal([1], [2], text=text, hint=hint)
    assert (caught.value.text, caught.value.hint) == (text, hint)


def test_fail_takes_a_cause_of_the_report_only():
    with pytest.raises(StudentFault) as caught:
        fail(Text(en="x", ru="x"), cause="forbidden")
    assert caught.value.cause is Cause.FORBIDDEN
    with pytest.raises(ValueError, match="bad luck"):
        fail(Text(en="x", ru="x"), cause="bad luck")


@pytest.mark.parametrize("atol", [math.nan, math.inf, -1.0])
def test_a_tolerance_that_is_none_forgives_nothing(atol):
    assert not is_close(1.0, 2.0, atol=atol)
    with pytest.raises(StudentFault):
        assert_close(1.0, 2.0, name="x", atol=atol)
