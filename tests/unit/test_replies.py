import pytest

from zachetka.errors import Cause
from zachetka.replies import CellReply, Fault, UnreachedError, student_fault, validated
from zachetka.sandbox.base import Limits


def said_of(**fault):
    return student_fault(Fault(type="fault", cause="error", **fault), 10.0, Limits()).text


def test_an_error_in_the_students_own_line_is_theirs():
    text = said_of(detail="ValueError: no", function="f", line=3, code="return g(x)")
    assert text.en == "your code raised ValueError: no, in the line `return g(x)`"
    assert text.ru == "ваш код завершился ошибкой ValueError: no, в строке `return g(x)`"


def test_an_error_where_their_code_is_used_is_not_called_theirs():
    text = said_of(detail="TypeError: f() takes 1 positional argument but 2 were given")
    assert text.en.startswith("your code could not be used: TypeError: f() takes 1")
    assert text.ru.startswith("вашим кодом не удалось воспользоваться: TypeError: f() takes 1")


def test_an_inner_function_of_a_probe_is_named_by_itself():
    text = said_of(
        detail="TypeError: probe.<locals>.once.<locals>.loss_fn() missing 1", function="f"
    )
    assert text.en == "your code raised TypeError: loss_fn() missing 1"


@pytest.mark.parametrize(("function", "hinted"), [("", True), ("train", False)])
def test_a_name_that_is_used_again_is_guessed_where_it_is_called(function, hinted):
    detail = "TypeError: 'float' object is not callable"
    fault = Fault(type="fault", cause="error", detail=detail, function=function)
    hint = student_fault(fault, 10.0, Limits()).hint
    assert (hint is not None and "used again further down" in hint.en) is hinted


def test_an_error_without_a_message_is_named():
    assert said_of(detail="StopIteration: ", function="f").en == "your code raised StopIteration"


@pytest.mark.parametrize("lines", [7, 8])
def test_pages_of_details_are_cut_with_a_mark(lines):
    detail = "\n".join(f"line {number}" for number in range(lines))
    shown = said_of(detail=detail, function="f").en.removeprefix("your code raised ").split("\n")
    assert shown[:7] == detail.split("\n")[:7]
    assert shown[7:] == ["…"] * (lines > 7)


def test_a_fault_keeps_its_cause():
    fault = Fault(type="fault", cause="missing", detail="MyMLP")
    assert student_fault(fault, 10.0, Limits()).cause is Cause.MISSING


def fault_of(detail, **place):
    fault = Fault(type="fault", cause="error", detail=detail, **place)
    return student_fault(fault, 10.0, Limits())


@pytest.mark.parametrize(
    ("detail", "code", "hint"),
    [
        ("NotImplementedError: ", "raise NotImplementedError", "this part is not done yet"),
        ("NotImplementedError: TODO", "raise NotImplementedError('TODO')", "is not done yet"),
        ("NotImplementedError: Could not run 'aten::mm'", "return x @ y", None),
        ("EOFError: EOF when reading a line", 'input("go?")', "nobody answers `input()` here"),
        ("EOFError: Ran out of input", "pickle.load(file)", None),
        ("NameError: name 'torch' is not defined", "return torch.ones(1)", None),
        ("ModuleNotFoundError: No module named 'wandb'", "import wandb", None),
        ("ImportError: cannot import name 'x'", "from torch import x", None),
        ("FileNotFoundError: [Errno 2] No such file: 'x.csv'", "open('x.csv')", None),
        ("OSError: x.npy not found.", "np.load('x.npy')", None),
        ("URLError: <urlopen error [Errno -3]>", "urlopen(x)", None),
        ("RuntimeError: Parent directory /content does not exist.", "torch.save(x, y)", None),
        ("AttributeError: module 'torch.functional' has no attribute 'relu'", "F.relu(x)", None),
        ("TypeError: 'int' object is not callable", "return sum(x)", None),
    ],
)
def test_what_was_never_reached_is_told_apart(detail, code, hint):
    fault = fault_of(detail, function="f", code=code)
    assert isinstance(fault, UnreachedError)
    assert (hint is None) is (fault.hint is None)
    assert hint is None or hint in fault.hint.en


def test_an_error_of_what_was_reached_is_not():
    assert not isinstance(fault_of("ValueError: NameError: no", function="f"), UnreachedError)


@pytest.mark.parametrize(
    "detail",
    ["AttributeError: 'MyLinear' object has no attribute 'bias'", "RuntimeError: mat1 and mat2"],
)
def test_what_a_check_asks_about_is_reached(detail):
    assert not isinstance(fault_of(detail, function="f", code="x"), UnreachedError)


def test_the_line_that_calls_what_cannot_be_called_is_kept():
    said = "TypeError: 'int' object is not callable"
    assert fault_of(said, function="f", code="return sum(x)").calling == "return sum(x)"
    assert fault_of("OSError: no", function="f", code="return sum(x)").calling == ""


def test_a_name_that_is_not_bound_is_kept():
    assert fault_of("NameError: name 'wandb' is not defined", function="f").name == "wandb"
    assert fault_of("ImportError: no", function="f").name is None


def test_half_a_character_in_an_answer_is_replaced():
    header = {"type": "fault", "cause": "error", "detail": "ValueError: \ud800", "function": "f"}
    fault = validated(Fault, {**header, "code": "raise ValueError('\udfff')"})
    assert fault.code == "raise ValueError('?')"
    text = student_fault(fault, 10.0, Limits()).text
    assert text.en == "your code raised ValueError: ?, in the line `raise ValueError('?')`"


def test_half_a_character_in_what_is_said_of_a_cell_is_replaced():
    header = {"type": "cell", "index": 0, "status": "error", "duration_s": 0.1, "truncated": False}
    said = {"error": "E: \ud800", "traceback": "\ud800", "rescued": ["\ud800"]}
    reply = validated(CellReply, {**header, **said})
    assert (reply.error, reply.traceback, reply.rescued) == ("E: ?", "?", ["?"])
