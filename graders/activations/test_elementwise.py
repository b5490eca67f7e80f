"""Hidden checks of the eight elementwise activations of the assignment `activations`.

All of them are asked by one probe and judged by one set of checks; an `Activation` says what is
right for its class and which wrong formulas students write. A class may use other classes of the
notebook (`MySiLU` its author's `MySigmoid`), whose mistakes must not cost it anything: what fails
is tried again with right companions in place of those that stand above it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the name that all of torch's users know

from zachetka.language import Text
from zachetka.pytest_plugin import (
    Bool,
    Double,
    Float,
    ListOf,
    Str,
    Unvalidated,
    assert_close,
    assert_equal,
    check,
    fail,
    is_close,
    own_fault,
)
from zachetka.pytest_plugin.sources import paths_used_by
from zachetka.pytest_plugin.specs import validate

# --------------------------------------------------------------------------- the probe


def activation_outputs(  # noqa: C901, PLR0912, PLR0915 - a probe travels alone
    nb, *, name, calls, inputs, companions
):
    import inspect

    import torch
    from torch.overrides import TorchFunctionMode
    from torch.utils._python_dispatch import TorchDispatchMode

    called, counting, exempt = set(), [True], []

    def note(func):
        if counting[0]:
            # An operator is called `silu.default`.
            called.add(getattr(func, "__name__", "").partition(".")[0])

    class Functions(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            note(func)
            return func(*args, **(kwargs or {}))

    class Operators(TorchDispatchMode):
        # Below all of Python's functions: what a Function of one's own calls is seen here, too.
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            note(func)
            return func(*args, **(kwargs or {}))

    def uncounted(function, *values):
        counting[0] = False
        try:
            value = function(*values)
            exempt.append(value.grad_fn)
            return value
        finally:
            counting[0] = True

    def as_it_is(out):
        # Later it could be filled in where nobody looks, also by a class of tensors of one's own.
        with torch._C.DisableTorchFunctionSubclass():  # noqa: SLF001 - it has no other name
            return torch.clone(torch.Tensor.detach(out)) if isinstance(out, torch.Tensor) else out

    def gradient(out, weights, leaf):
        # The derivative that torch itself has of this loss is a sigmoid.
        is_loss = "binary_cross_entropy_with_logits" in called
        not_theirs = {"sigmoid"} - called if is_loss else set()
        with Functions(), Operators():
            # `backward(upstream)` would import half of sympy.
            (grad,) = torch.autograd.grad((out * weights).sum(), leaf, allow_unused=True)
        called.difference_update(not_theirs)
        return torch.zeros_like(leaf) if grad is None else grad

    def look_at_graph(out):
        # Compiled code shows nowhere else; a Function of one's own has no number in its name.
        waiting, known = [out.grad_fn], set()
        while waiting and len(known) < 3000:
            node = waiting.pop()
            if node is None or node in known:
                continue
            known.add(node)
            word, _, number = node.name().rpartition("Backward")
            if number.isdigit() and all(node is not other for other in exempt):
                called.add(word)
            waiting.extend(following for following, _ in node.next_functions)

    def companion(function, default):
        class Companion(torch.nn.Module):
            def __init__(self, number=default, **others):
                super().__init__()
                self.number = next(iter(others.values()), number)

            def forward(self, x):
                return uncounted(function, x, *([] if self.number is None else [self.number]))

        return Companion

    def applied(function):
        return type("Function", (), {"apply": staticmethod(lambda x: uncounted(function, x))})

    if companions:
        functional = torch.nn.functional
        right = {
            "MyReLU": companion(torch.relu, None),
            "MyLeakyReLU": companion(functional.leaky_relu, 0.01),
            "MySigmoid": companion(torch.sigmoid, None),
            "MyTanh": companion(torch.tanh, None),
            "MyELU": companion(functional.elu, 1.0),
            "MySiLU": companion(functional.silu, None),
            "MyGELU": companion(functional.gelu, None),
            "MyMish": companion(functional.mish, None),
            "SigmoidFunction": applied(torch.sigmoid),
            "SiLUFunction": applied(functional.silu),
        }
        for other, value in right.items():
            if other in companions:
                setattr(nb, other, value)
    given = getattr(nb, name)
    empty = {"module": False, "called": [], "outs": [], "grads": [], "kept": []}
    if isinstance(given, torch.nn.Module):
        return {"kind": "object", **empty}
    if not callable(given):
        return {"kind": "value", **empty}
    if isinstance(given, type) and issubclass(given, torch.autograd.Function):
        return {"kind": "no module", **empty}
    try:
        for args, kwargs in calls:
            inspect.signature(given).bind(*args, **kwargs)
    except TypeError:
        return {"kind": "class" if isinstance(given, type) else "function", **empty}
    except ValueError:
        pass
    # All of them before any is used: a number kept in the class is the last one's.
    modules = [given(*args, **kwargs) for args, kwargs in calls]
    if not all(callable(m) and not isinstance(m, torch.Tensor) for m in modules):
        kind = "no module" if isinstance(given, type) else "function"
        return {"kind": kind, **empty}
    outs, grads, kept = [], [], []
    for number, x, upstream, transposed in inputs:
        leaf = x.clone().requires_grad_()
        # Not a leaf: a module that changes its input in place shall fail for that alone.
        inner = leaf * 1
        inner = inner.T if transposed else inner
        weights = upstream.T if transposed else upstream
        before = inner.detach().clone()
        with Functions(), Operators():
            out = modules[number](inner)
            seen = as_it_is(out)
        kept.append(bool(torch.equal(inner.detach(), before)))
        outs.append(seen)
        fits = isinstance(out, torch.Tensor) and out.shape == inner.shape
        if fits and out.device.type == "cpu" and out.is_floating_point() and out.requires_grad:
            look_at_graph(out)
            grad = gradient(out, weights, leaf)
            grads.append(grad.T if transposed else grad)
        else:
            grads.append("no graph")
    return {
        "kind": "module",
        "module": isinstance(modules[0], torch.nn.Module),
        "called": sorted(called),
        "outs": outs,
        "grads": grads,
        "kept": kept,
    }


REPLY = {
    "kind": Str(),
    "module": Bool(),
    "called": ListOf(Str()),
    "outs": Unvalidated(),
    "grads": Unvalidated(),
    "kept": ListOf(Bool()),
}


@dataclass(frozen=True)
class Answer:
    """What came back for one input, validated."""

    x: torch.Tensor
    upstream: torch.Tensor
    out: torch.Tensor
    untrusted_grad: Any
    name: str

    @property
    def grad(self):
        """The gradient; asking for it fails the check if the student's code has cut the graph."""
        if not isinstance(self.untrusted_grad, torch.Tensor):
            fail(
                Text(
                    f"`{self.name}` has no graph: no gradient can flow back to x",
                    f"у `{self.name}` нет графа вычислений: градиент не доходит до x",
                ),
                hint=Text(
                    "`.data`, `.detach()`, `.item()`, `torch.no_grad()`, numpy and a new "
                    "`torch.tensor(...)` cut it.",
                    "Его обрывают `.data`, `.detach()`, `.item()`, `torch.no_grad()`, numpy и "
                    "новый `torch.tensor(...)`.",
                ),
            )
        kind = Double if self.x.dtype == torch.float64 else Float
        return validate(kind(*self.x.shape), self.untrusted_grad, f"gradient of {self.name}")


# --------------------------------------------------------------------------- rules

READY_WORDS = (
    "relu relu6 leakyrelu prelu rrelu elu selu celu gelu silu mish sigmoid hardsigmoid logsigmoid "
    "softplus softsign softmax softmin logsoftmax softmax2d tanh hardtanh hardswish threshold "
    "tanhshrink softshrink hardshrink glu expit gumbelsoftmax "
    # The same under the names of torch's own operators, and in scipy.
    "prelukernel rreluwithnoise safesoftmax maskedsoftmax sparsesoftmax logexpit"
)
READY_MADE = frozenset(READY_WORDS.split())
# Activations that go by other names; who uses one has found a trick, but maybe an honest one.
IN_DISGUISE = frozenset(
    {
        *("binary_cross_entropy_with_logits", "BCEWithLogitsLoss"),
        *("soft_margin_loss", "SoftMarginLoss", "log_sigmoid_forward"),
        *("multilabel_soft_margin_loss", "MultiLabelSoftMarginLoss"),
        *("margin_ranking_loss", "MarginRankingLoss", "multi_margin_loss", "MultiMarginLoss"),
        *("hinge_embedding_loss", "HingeEmbeddingLoss"),
        *("scaled_dot_product_attention", "_scaled_dot_product_flash_attention_for_cpu"),
        *("mkldnn_rnn_layer", "lstm", "gru", "rnn_tanh", "rnn_relu", "LSTM", "GRU", "RNN"),
        *("lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell"),
        *("LSTMCell", "GRUCell", "RNNCell"),
    }
)
# Modules whose functions with the name of an activation are one.
ELSEWHERE = (
    *("torch.", "scipy.", "jax.", "tensorflow.", "keras.", "sklearn."),
    *("numpy.", "math.", "cmath.", "sympy.", "mpmath."),
)


def is_ready_made(path):
    """Say whether a path, or an operator of torch, is an activation."""
    words = [word.removeprefix("special_").replace("_", "").lower() for word in path.split(".")]
    return not READY_MADE.isdisjoint(words)


def ready_made_in(name, sources):
    """Give the ready-made activations that a class names itself, and what else is suspicious."""
    own, with_helpers = (paths_used_by(name, sources, helpers=helpers) for helpers in (False, True))
    used = {path for path in own if path.startswith("torch.") and is_ready_made(path)}
    suspicious = {
        path
        for path in with_helpers - used
        if (
            path.startswith(ELSEWHERE)
            and (is_ready_made(path) or path.rpartition(".")[2] in IN_DISGUISE)
        )
        or path.startswith("sklearn.neural_network")
    }
    return used, suspicious


def refuse_ready_made(student, name, called=()):
    """Fail the check if a class is built on what it should replace.

    What a helper of the notebook names and nobody saw called is for the teaching assistant to
    judge.
    """
    own, suspicious = ready_made_in(name, tuple(cell.source for cell in student.cells))
    # In a graph activations have capital letters; a name of Python says more.
    found = sorted(own) or sorted(filter(is_ready_made, called))
    if found:
        what = found[-1]
        what = what if what.replace("_", "").replace(".", "").isalnum() else "?"
        fail(
            Text(
                f"`{name}` uses the ready-made activation `{what[:60]}`: it must compute for "
                "itself, by arithmetic, exp, log and the like.",
                f"`{name}` использует готовую активацию `{what[:60]}`, а должен считать сам: "
                "арифметикой, exp, log и подобным.",
            ),
            cause="forbidden",
        )
    for path in sorted(suspicious | (IN_DISGUISE & set(called))):
        student.flag(f"{name}: {path} is used, perhaps by a helper: a ready-made activation?")
    student.flag_back_doors(name)


# --------------------------------------------------------------------------- asking


def ask(student, name, cases, *, calls=(((), {}),), companions=False):
    """Run the probe for (number of the call, x, upstream, transposed) tuples.

    Give the answers and the whole reply.
    """
    refuse_ready_made(student, name)
    reply = student.run(
        activation_outputs,
        name=name,
        calls=[[list(args), kwargs] for args, kwargs in calls],
        inputs=cases,
        companions=student.defined_above(name) if companions else [],
        returns=REPLY,
    )
    words = [called_as(name, args, kwargs) for args, kwargs in calls]
    refuse_kind(reply["kind"], name, words[-1])
    refuse_ready_made(student, name, reply["called"])
    outs = validate(ListOf(Unvalidated(), len(cases)), reply["outs"], words[0])
    grads = validate(ListOf(Unvalidated(), len(cases)), reply["grads"], words[0])
    validate(ListOf(Bool(), len(cases)), reply["kept"], words[0])
    answers = []
    for (number, x, upstream, transposed), out, grad in zip(cases, outs, grads, strict=True):
        x, upstream = (v.T if transposed else v for v in (x, upstream))  # noqa: PLW2901
        kind = Double if x.dtype == torch.float64 else Float
        validate(kind(*x.shape), out, f"{words[number]}(x)")
        answers.append(Answer(x, upstream, out, grad, f"{words[number]}(x)"))
    return answers, reply


def called_as(name, args, kwargs):
    """Write a call as the student would."""
    words = [*map("{:g}".format, args), *(f"{k}={v:g}" for k, v in (kwargs or {}).items())]
    return f"{name}({', '.join(words)})"


def refuse_kind(kind, name, call):
    """Fail the check with a sentence if the name stands for something that is no class."""
    sentences = {
        "object": Text(
            f"`{name}` is an object; it must be the class itself (write `class {name}(nn.Module)` "
            "and no call after it).",
            f"`{name}` — это объект, а нужен сам класс (`class {name}(nn.Module)`, без вызова).",
        ),
        "function": Text(
            f"`{name}` is a function; a class is wanted, so that `{call}` makes a module and "
            f"`{call}(x)` applies it.",
            f"`{name}` — функция, а нужен класс: `{call}` создаёт модуль, `{call}(x)` "
            "применяет его.",
        ),
        "no module": Text(
            f"`{call}` cannot be applied to x: derive the class from nn.Module.",
            f"`{call}` нельзя применить к x: унаследуйте класс от nn.Module.",
        ),
        "value": Text(
            f"`{name}` is neither a class nor a function: is the name used again further down?",
            f"`{name}` — не класс и не функция: не занято ли это имя ниже чем-то другим?",
        ),
        "class": Text(
            f"`{call}` is not possible: `__init__` takes other arguments.",
            f"Вызвать `{call}` нельзя: `__init__` принимает другие аргументы.",
        ),
    }
    if kind in sentences:
        fail(sentences[kind], cause="wrong_type")


# --------------------------------------------------------------------------- what is right


@dataclass(frozen=True)
class Activation:
    """One class: its function of (x, number) in float64 and the wrong ones that students write.

    `halves` are wrong gradients, as functions of (x, number): a factor taken for a constant. In
    `ranges` lie the numbers of the calls: the first is given by its place, the others by name.
    """

    name: str
    function: Callable[..., torch.Tensor]
    mistakes: Mapping[Text, Callable[..., torch.Tensor]]
    halves: Mapping[Text, Callable[..., torch.Tensor]] = field(default_factory=dict)
    parameter: str | None = None
    default: float | None = None
    ranges: tuple[tuple[float, float], ...] = ()

    def at(self, x, number=None):
        """Give the function's values and derivative in float64."""
        return with_derivative(self.function, x, self.default if number is None else number)


def with_derivative(function, x, number):
    leaf = x.detach().double().requires_grad_()
    out = function(leaf, number)
    (slope,) = torch.autograd.grad(out.sum(), leaf, allow_unused=True)
    return out.detach(), torch.zeros_like(leaf) if slope is None else slope


def ordinary(rng, dtype=torch.float32):
    """Points from -9 to 9 that leave no gap wider than 0.4, in random order."""
    grid = torch.linspace(-8.9, 8.9, 90, dtype=torch.float64)
    points = grid + rng.uniform(90, low=-0.09, high=0.09, dtype=torch.float64)
    return points[rng.permutation(90)].reshape(9, 10).to(dtype)


def spread(rng, *shape):
    """Points of a shape from about -8.5 to 8.5, evenly spread, in random order."""
    count = torch.Size(shape).numel()
    grid = torch.linspace(-8.3, 8.3, max(count, 2))[:count] * rng.choice([-1.0, 1.0])
    return (grid + rng.uniform(count, low=-0.2, high=0.2))[rng.permutation(count)].reshape(shape)


LARGE = (12, 20, 30, 45, 60, 80, 87, 88, 89, 90, 95, 105, 120, 200, 400, 700, 709, 710, 720)


def changes_its_input(name):
    return Text(
        f"`{name}` changes the tensor that it is given.",
        f"`{name}` изменяет тензор, который ему дали.",
    )


def large(rng, dtype):
    """Points of both signs up to 1e4, around the places where exp overflows."""
    sizes = torch.tensor([*LARGE, 750, 1000, 2000, 5000, 1e4], dtype=torch.float64)
    sizes = sizes * rng.uniform(len(sizes), low=0.995, high=1.0, dtype=torch.float64)
    # In a matrix, like all points but those that ask about shapes.
    return torch.cat([sizes, -sizes])[rng.permutation(2 * len(sizes))].reshape(6, -1).to(dtype)


def case(rng, x, *, number=0, transposed=False):
    # Upstream gradients of both signs, none close to zero or to one.
    signs = rng.signs(max(1, x.numel()))[: x.numel()].reshape(x.shape)
    return (
        number,
        x,
        rng.uniform(*x.shape, low=1.2, high=2.5, dtype=x.dtype) * signs.to(x.dtype),
        transposed,
    )


GRADIENT_OF = Text("the gradient is that of another formula: ", "это градиент другой формулы: ")
NOT_FINITE = Text(
    "Values for |x| up to 1e4 contain NaN or infinity.",
    "При |x| до 1e4 среди значений есть NaN или бесконечность.",
)
GRADIENT_NOT_FINITE = Text(
    "Gradients for |x| up to 1e4 contain NaN or infinity, though the values may be right.",
    "При |x| до 1e4 среди градиентов есть NaN или бесконечность, хотя значения могут быть верны.",
)
IN_PLACE = Text(
    "Operations that end in an underscore, `x[mask] = ...` and `x += ...` write into their input: "
    "work on a new tensor.",
    "Операции с подчёркиванием на конце, `x[mask] = ...` и `x += ...` пишут прямо во вход: "
    "работайте с новым тензором.",
)
DIGITS = Text(
    "`.float()`, `torch.tensor([...])` and numpy arrays of float32 lose half of the digits. Python "
    "numbers and tensors made from x (zeros_like) keep them.",
    "`.float()`, `torch.tensor([...])` и массивы numpy float32 теряют половину знаков. Числа "
    "Python и тензоры, сделанные из x (zeros_like), их сохраняют.",
)
OVERFLOW = Text(
    "exp(89) is infinite in float32, exp(710) in float64. `torch.where` does not help by itself: "
    "the gradient of the branch that was not chosen is multiplied by 0, and 0 * inf is NaN. Limit "
    "what goes into exp (clamp, minimum) before you call it.",
    "exp(89) в float32 и exp(710) в float64 — уже бесконечность. `torch.where` сам не спасёт: "
    "градиент невыбранной ветви умножается на 0, а 0 * inf — это NaN. Ограничьте аргумент exp "
    "(clamp, minimum) до вызова.",
)


CUT_OFF = Text(
    "x is cut off too early: right for small |x| only",
    "x обрезан слишком рано: верно только при малых |x|",
)


def assert_values(it, answer, number=None):
    """Compare values and name the formula that was used instead."""
    number = it.default if number is None else number
    x = answer.x.double()
    mistakes = {text: wrong(x, number) for text, wrong in it.mistakes.items()}
    for spaces, limit in enumerate((1, 2, 3, 4, 5, 6)):
        # The spaces keep the limits apart; a limit is a number that is not to be told.
        text = Text(CUT_OFF.en + " " * spaces, CUT_OFF.ru + " " * spaces)
        mistakes[text] = it.at(x.clamp(-limit, limit), number)[0]
    assert_close(answer.out, it.at(answer.x, number)[0], name=answer.name, mistakes=mistakes)


def assert_gradient(it, answer, number=None):
    """Compare gradients and name the mistake."""
    number = it.default if number is None else number
    x, upstream = answer.x, answer.upstream.double()
    mistakes = {
        Text(
            "the gradient is 0 everywhere: is the graph cut (`.data`, `.detach()`)?",
            "градиент всюду 0: не оборван ли граф (`.data`, `.detach()`)?",
        ): torch.zeros_like(upstream),
        Text(
            "the gradient passes unchanged, as if the function were x",
            "градиент проходит без изменений, как у функции x",
        ): upstream,
    }
    if number != it.default:
        text = Text(
            f"{it.parameter} is missing in the gradient",
            f"в градиенте не учтён {it.parameter}",
        )
        mistakes[text] = upstream * it.at(x)[1]
    for text, half in it.halves.items():
        mistakes[text] = upstream * half(x.double(), number)
    for text, wrong in it.mistakes.items():
        mistakes[GRADIENT_OF + text] = upstream * with_derivative(wrong, x, number)[1]
    assert_close(
        answer.grad,
        upstream * it.at(x, number)[1],
        name=f"gradient of {answer.name}",
        mistakes=mistakes,
    )


# --------------------------------------------------------------------------- the checks


def checks_of(it):  # noqa: C901 - six small checks, not one branching function
    """Make the checks of one class; together they are worth 6."""
    has_parameter = it.parameter is not None
    name = it.name

    class Checks:
        @check(
            name,
            points=1 if has_parameter else 2,
            title=Text(f"values of {name}", f"значения {name}"),
        )
        def test_values(self, student, rng):
            asked = [case(rng, ordinary(rng))]

            def judge(companions):
                (answer,), reply = ask(student, name, asked, companions=companions)
                assert_equal(
                    reply["module"],
                    True,
                    text=Text(
                        f"`{name}` must be a subclass of nn.Module.",
                        f"`{name}` должен быть наследником nn.Module.",
                    ),
                )
                assert_values(it, answer)

            own_fault(judge)

        @check(
            name,
            points=1,
            title=Text(
                "any shape, and the input is left alone", "любая форма, и вход не изменяется"
            ),
        )
        def test_shapes(self, student, rng):
            # No empty ones: a loop over the numbers has nothing to stack.
            shapes = [(), (1,), (7,), (2, 3, 4), (2, 1, 3, 2)]
            asked = [case(rng, spread(rng, *shape)) for shape in shapes]
            asked.append(case(rng, spread(rng, 5, 3), transposed=True))

            def judge(companions):
                answers, reply = ask(student, name, asked, companions=companions)
                for answer in answers:
                    assert_close(
                        answer.out,
                        it.at(answer.x)[0],
                        name=f"{answer.name}, x: {tuple(answer.x.shape)}",
                    )
                if not all(reply["kept"]):
                    fail(changes_its_input(name), hint=IN_PLACE)

            own_fault(judge)

        @check(
            name,
            points=1,
            title=Text("gradient, also at 0", "градиент, в том числе в нуле"),
        )
        def test_gradient(self, student, rng):
            asked = [case(rng, ordinary(rng)), case(rng, torch.zeros(2, 2))]

            def judge(companions):
                (away, at_zero), _ = ask(student, name, asked, companions=companions)
                assert_gradient(it, away)
                assert_subgradient(it, at_zero)

            own_fault(judge)

        @check(
            name,
            points=1,
            title=Text("|x| up to 1e4", "|x| до 1e4"),
        )
        def test_large_inputs(self, student, rng):
            dtypes = (torch.float32, torch.float64)
            asked = [case(rng, large(rng, dtype)) for dtype in dtypes]
            asked.append(case(rng, ordinary(rng)))

            def judge(companions):
                (*answers, _), reply = ask(student, name, asked, companions=companions)
                # What changes every input is told above.
                *kept, keeps_ordinary = reply["kept"]
                if keeps_ordinary and not all(kept):
                    fail(changes_its_input(name), hint=IN_PLACE)
                for answer in answers:
                    if not answer.out.isfinite().all():
                        fail(NOT_FINITE, hint=OVERFLOW)
                    value, slope = it.at(answer.x)
                    # A millionth of x is forgiven besides, a few units of its last place in
                    # float32: sigmoid(clamp(x, -15, 15)) is as good as any, also as a factor of x.
                    scale = 1 + answer.x.double().abs() / 1000
                    assert_close(answer.out / scale, value / scale, name=answer.name, atol=1e-3)
                    if not answer.grad.isfinite().all():
                        fail(GRADIENT_NOT_FINITE, hint=OVERFLOW)
                    assert_close(
                        answer.grad,
                        answer.upstream * slope,
                        name=f"gradient of {answer.name}",
                        atol=1e-3,
                    )

            own_fault(judge)

        @check(
            name,
            points=1,
            title=Text("float64 in, float64 out", "float64 на входе и на выходе"),
        )
        def test_float64(self, student, rng):
            x = ordinary(rng, torch.float64)
            step = 1e-8
            asked = [case(rng, x), case(rng, x + step)]

            def judge(companions):
                (before, after), _ = ask(student, name, asked, companions=companions)
                value, slope = it.at(x)
                assert_close(before.out, value, name=before.name, rtol=1e-6, atol=1e-7)
                # A constant rounded to float32 (`torch.tensor(2.0).sqrt()`) is forgiven; values
                # that went through float32 do not move at all, or by 5e-7, when x moves by 1e-8.
                moved = after.out - before.out
                if ((moved - slope * step).abs() > 0.1 * step).any():
                    fail(
                        Text(
                            f"`{name}` returns float64, but only the digits of float32 are right: "
                            "it is computed in float32 on the way.",
                            f"`{name}` возвращает float64, но верны в нём только знаки float32: "
                            "по дороге он считается во float32.",
                        ),
                        hint=DIGITS,
                    )

            own_fault(judge)

        if has_parameter:

            @check(
                name,
                points=1,
                title=Text(f"{name}({it.parameter}=...)", f"{name}({it.parameter}=...)"),
                hint=Text(
                    f"Keep {it.parameter} in __init__ and use it in forward.",
                    f"Сохраните {it.parameter} в __init__ и используйте его в forward.",
                ),
            )
            def test_parameter(self, student, rng):
                numbers = [rng.number(*ends) for ends in it.ranges]
                first, *others = numbers
                calls = [((first,), {}), *(((), {it.parameter: other}) for other in others)]
                asked = [case(rng, ordinary(rng), number=at) for at in range(len(calls))]

                def judge(companions):
                    answers, _ = ask(student, name, asked, calls=calls, companions=companions)
                    for answer, number in zip(answers, numbers, strict=True):
                        assert_parameter(it, answer, number, numbers)
                        assert_gradient(it, answer, number)

                own_fault(judge)

    return Checks


def assert_parameter(it, answer, number, numbers):
    """Compare values; say so if they are right for the number of another call."""
    if not is_close(answer.out, it.at(answer.x, number)[0]):
        if is_close(answer.out, it.at(answer.x)[0]):
            # Other numbers came before.
            ignored = (
                Text(
                    "the default is used in place of 0: does an `or` take 0 for nothing?",
                    "вместо 0 берётся значение по умолчанию: не считает ли `or` 0 за ничто?",
                )
                if number == 0
                else Text(
                    f"the default is used, whatever {it.parameter} is given",
                    f"берётся значение по умолчанию, какой {it.parameter} ни передай",
                )
            )
            fail(Text(f"`{answer.name}`: {ignored.en}", f"`{answer.name}`: {ignored.ru}"))
        if any(is_close(answer.out, it.at(answer.x, other)[0]) for other in numbers):
            fail(
                Text(
                    f"`{answer.name}`: the {it.parameter} of another object is used: is it kept "
                    "in the class or in a global, not in self?",
                    f"`{answer.name}`: взят {it.parameter} другого объекта: не хранится ли он в "
                    "классе или в глобальной переменной, а не в self?",
                )
            )
    assert_values(it, answer, number)


def assert_subgradient(it, answer):
    """At 0 accept all that the legal operations give there, but no NaN.

    torch's clamp passes the gradient on at its limit, a mask `x > 0` stops it, |x| takes 0 and
    maximum takes a half. A sum of a right and a left part thus has any slope between none and
    both one-sided derivatives together.
    """
    either = torch.tensor([-1e-7, 1e-7])
    highest = float(it.at(either)[1].sum())
    value = float(it.at(torch.zeros(1))[0])
    if not is_close(answer.out, torch.full_like(answer.out, value)):
        fail(Text(f"The value of `{it.name}` at 0 is wrong.", f"Значение `{it.name}` в 0 неверно."))
    slopes = answer.grad.double() / answer.upstream.double()
    if not slopes.isfinite().all():
        fail(
            Text(
                f"The gradient of `{it.name}` at 0 is NaN or infinite.",
                f"Градиент `{it.name}` в 0 равен NaN или бесконечности.",
            )
        )
    if (slopes < -1e-5).any() or (slopes > highest + 1e-5).any():
        fail(
            Text(
                f"The gradient of `{it.name}` at 0 lies outside of what both sides allow.",
                f"Градиент `{it.name}` в 0 лежит вне границ, которые дают обе стороны.",
            )
        )


# --------------------------------------------------------------------------- the eight

SQRT_2 = math.sqrt(2.0)
IDENTITY = Text("x is returned as it came", "x возвращается без изменений")
RELU = Text("this is ReLU", "это ReLU")
SIGMOID = Text("this is the sigmoid", "это сигмоида")
TANH = Text("this is tanh", "это tanh")
SILU = Text("this is SiLU, x * sigmoid(x)", "это SiLU, x * sigmoid(x)")
QUICK_GELU = Text(
    "this is x * sigmoid(1.702 x), an approximation", "это приближение x * sigmoid(1.702 x)"
)
SOFTPLUS = Text("this is softplus, log(1 + exp(x))", "это softplus, log(1 + exp(x))")


def gelu_by_tanh(x, _):
    return F.gelu(x, approximate="tanh")


def density(x):
    return torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def sigmoid_slope(x):
    return torch.sigmoid(x) * (1 - torch.sigmoid(x))


TestMyReLU = checks_of(
    Activation(
        "MyReLU",
        lambda x, _: F.relu(x),
        {
            IDENTITY: lambda x, _: x,
            Text("this is |x|", "это |x|"): lambda x, _: x.abs(),
            Text("this is min(0, x), not max(0, x)", "это min(0, x), а не max(0, x)"): (
                lambda x, _: x.clamp(max=0)
            ),
            Text(
                "this is a leaky ReLU: negative x must give 0", "это leaky ReLU: при x < 0 нужен 0"
            ): (lambda x, _: F.leaky_relu(x, 0.01)),
            Text("this is the step x > 0, not x itself", "это ступенька x > 0, а не сам x"): (
                lambda x, _: (x > 0).to(x.dtype) + 0 * x
            ),
            Text(
                "large x is cut off at 6 (ReLU6)", "большие x обрезаны на 6 (ReLU6)"
            ): lambda x, _: F.relu6(x),
            Text("large x is cut off at 1", "большие x обрезаны на 1"): lambda x, _: x.clamp(0, 1),
            SOFTPLUS: lambda x, _: F.softplus(x, threshold=1e3),
        },
    )
)

TestMyLeakyReLU = checks_of(
    Activation(
        "MyLeakyReLU",
        F.leaky_relu,
        {
            RELU: lambda x, _: F.relu(x),
            IDENTITY: lambda x, _: x,
            Text(
                "the slope stands on the wrong side: it belongs to negative x",
                "наклон не с той стороны: он нужен при x < 0",
            ): lambda x, a: torch.where(x > 0, a * x, x),
            Text(
                "negative x gives positive values: the sign is lost",
                "при x < 0 значения положительны: потерян знак",
            ): lambda x, a: torch.where(x > 0, x, -a * x),
            Text(
                "negative x gives the slope itself, not slope * x",
                "при x < 0 получается сам наклон, а не наклон * x",
            ): lambda x, a: torch.where(x > 0, x, a + 0 * x),
            Text(
                "negative x gives minus the slope, not slope * x",
                "при x < 0 получается минус наклон, а не наклон * x",
            ): lambda x, a: torch.where(x > 0, x, -a + 0 * x),
            Text("the slope is 0.1", "наклон равен 0.1"): lambda x, _: F.leaky_relu(x, 0.1),
            Text("the slope is 0.2", "наклон равен 0.2"): lambda x, _: F.leaky_relu(x, 0.2),
        },
        parameter="negative_slope",
        default=0.01,
        ranges=((0.3, 0.6), (0.3, 0.6), (0.0, 0.0)),
    )
)

TestMySigmoid = checks_of(
    Activation(
        "MySigmoid",
        lambda x, _: torch.sigmoid(x),
        {
            Text("the sign of x is wrong: exp(-x) is needed", "неверен знак x: нужна exp(-x)"): (
                lambda x, _: torch.sigmoid(-x)
            ),
            TANH: lambda x, _: torch.tanh(x),
            Text("this is tanh(x / 2)", "это tanh(x / 2)"): lambda x, _: torch.tanh(x / 2),
            Text(
                "this is exp(x), without division by 1 + exp(x)",
                "это exp(x), без деления на 1 + exp(x)",
            ): lambda x, _: torch.exp(x),
            Text("this is the derivative of the sigmoid", "это производная сигмоиды"): (
                lambda x, _: sigmoid_slope(x)
            ),
            Text("this is a hard sigmoid, a broken line", "это hard sigmoid, ломаная"): (
                lambda x, _: F.hardsigmoid(x)
            ),
            SILU: lambda x, _: F.silu(x),
            Text("this is sigmoid(2x)", "это sigmoid(2x)"): lambda x, _: torch.sigmoid(2 * x),
            Text("2 ** (-x) stands for exp(-x)", "вместо exp(-x) стоит 2 ** (-x)"): (
                lambda x, _: torch.sigmoid(math.log(2) * x)
            ),
        },
        {
            Text("this is -s(1 - s): the sign is wrong", "это -s(1 - s): неверен знак"): (
                lambda x, _: -sigmoid_slope(x)
            ),
        },
    )
)

TestMyTanh = checks_of(
    Activation(
        "MyTanh",
        lambda x, _: torch.tanh(x),
        {
            SIGMOID: lambda x, _: torch.sigmoid(x),
            Text(
                "this is 2 sigmoid(x) - 1 = tanh(x / 2): a factor 2 at x is missing",
                "это 2 sigmoid(x) - 1 = tanh(x / 2): потерян множитель 2 при x",
            ): lambda x, _: torch.tanh(x / 2),
            Text("the sign is wrong: this is -tanh(x)", "неверен знак: это -tanh(x)"): (
                lambda x, _: -torch.tanh(x)
            ),
            Text("this is tanh(2x)", "это tanh(2x)"): lambda x, _: torch.tanh(2 * x),
            Text("this is sigmoid(2x)", "это sigmoid(2x)"): lambda x, _: torch.sigmoid(2 * x),
            Text("this is a hard tanh, a broken line", "это hard tanh, ломаная"): (
                lambda x, _: F.hardtanh(x)
            ),
            Text("this is 1 / tanh(x)", "это 1 / tanh(x)"): lambda x, _: 1 / torch.tanh(x),
            Text("this is softsign, x / (1 + |x|)", "это softsign, x / (1 + |x|)"): (
                lambda x, _: F.softsign(x)
            ),
            Text("this is arctan(x)", "это arctg(x)"): lambda x, _: torch.atan(x),
        },
        {
            Text("the square is missing in 1 - tanh(x)**2", "в 1 - tanh(x)**2 нет квадрата"): (
                lambda x, _: 1 - torch.tanh(x)
            ),
        },
    )
)

TestMyELU = checks_of(
    Activation(
        "MyELU",
        F.elu,
        {
            Text("1 is not subtracted from exp(x)", "из exp(x) не вычтена 1"): (
                lambda x, a: torch.where(x > 0, x, a * torch.exp(x.clamp(max=0)))
            ),
            Text(
                "1 is subtracted after the product: alpha * exp(x) - 1",
                "1 вычтена после умножения: alpha * exp(x) - 1",
            ): lambda x, a: torch.where(x > 0, x, a * torch.exp(x.clamp(max=0)) - 1),
            Text("the sign for x < 0 is wrong", "неверен знак при x < 0"): (
                lambda x, a: torch.where(x > 0, x, -a * torch.expm1(x.clamp(max=0)))
            ),
            Text("alpha multiplies positive x, too", "alpha умножает и положительные x"): (
                lambda x, a: a * F.elu(x)
            ),
            Text("this is SELU", "это SELU"): lambda x, _: F.selu(x),
            Text(
                "this is CELU: alpha also divides x inside exp",
                "это CELU: alpha ещё и делит x внутри exp",
            ): F.celu,
            Text("exp(-x) stands for exp(x)", "вместо exp(x) стоит exp(-x)"): (
                lambda x, a: torch.where(x > 0, x, a * torch.expm1(-x))
            ),
            Text("this is a leaky ReLU", "это leaky ReLU"): lambda x, _: F.leaky_relu(x, 0.01),
            RELU: lambda x, _: F.relu(x),
        },
        parameter="alpha",
        default=1.0,
        # Formulas by maximum are right for one side of 1 only.
        ranges=((0.3, 0.7), (1.3, 2.5)),
    )
)

TestMySiLU = checks_of(
    Activation(
        "MySiLU",
        lambda x, _: F.silu(x),
        {
            SIGMOID: lambda x, _: torch.sigmoid(x),
            Text("this is x * sigmoid(-x)", "это x * sigmoid(-x)"): (
                lambda x, _: x * torch.sigmoid(-x)
            ),
            Text(
                "the sigmoid is added to x, not multiplied",
                "сигмоида прибавлена к x, а не умножена",
            ): (lambda x, _: x + torch.sigmoid(x)),
            Text("this is x * tanh(x)", "это x * tanh(x)"): lambda x, _: x * torch.tanh(x),
            QUICK_GELU: lambda x, _: x * torch.sigmoid(1.702 * x),
            Text("this is GELU", "это GELU"): lambda x, _: F.gelu(x),
            Text("this is a hard swish, a broken curve", "это hard swish, ломаное приближение"): (
                lambda x, _: F.hardswish(x)
            ),
            RELU: lambda x, _: F.relu(x),
            Text("this is x * sigmoid(2x)", "это x * sigmoid(2x)"): (
                lambda x, _: x * torch.sigmoid(2 * x)
            ),
            Text("this is relu(x) * sigmoid(x)", "это relu(x) * sigmoid(x)"): (
                lambda x, _: F.relu(x) * torch.sigmoid(x)
            ),
        },
        {
            Text("the sigmoid is taken for a constant", "сигмоида принята за константу"): (
                lambda x, _: torch.sigmoid(x)
            ),
            Text("the factor x is taken for a constant", "множитель x принят за константу"): (
                lambda x, _: x * sigmoid_slope(x)
            ),
        },
    )
)

TestMyGELU = checks_of(
    Activation(
        "MyGELU",
        lambda x, _: F.gelu(x),
        {
            Text(
                "this is the approximation by tanh; the exact formula with erf is wanted",
                "это приближение через tanh, а нужна точная формула с erf",
            ): gelu_by_tanh,
            QUICK_GELU: lambda x, _: x * torch.sigmoid(1.702 * x),
            Text(
                "x is not divided by sqrt(2) inside erf", "внутри erf нет деления x на корень из 2"
            ): lambda x, _: x * (1 + torch.erf(x)) / 2,
            Text("x is divided by 2, not by sqrt(2)", "x делится на 2, а не на корень из 2"): (
                lambda x, _: x * (1 + torch.erf(x / 2)) / 2
            ),
            Text(
                "x is multiplied by sqrt(2), not divided", "x умножен на корень из 2, а не разделён"
            ): (lambda x, _: x * (1 + torch.erf(x * SQRT_2)) / 2),
            Text("the factor x is missing", "нет множителя x"): (
                lambda x, _: (1 + torch.erf(x / SQRT_2)) / 2
            ),
            Text("the factor 1/2 is missing", "нет множителя 1/2"): lambda x, _: 2 * F.gelu(x),
            Text("1 is not added to erf", "к erf не прибавлена 1"): (
                lambda x, _: x * torch.erf(x / SQRT_2) / 2
            ),
            Text("only erf is halved, not 1 + erf", "на 2 делится только erf, а не 1 + erf"): (
                lambda x, _: x * (1 + torch.erf(x / SQRT_2) / 2)
            ),
            Text("1/2 is not added: x * erf(...)", "нет 1/2: это x * erf(...)"): (
                lambda x, _: x * torch.erf(x / SQRT_2)
            ),
            Text(
                "the normal density stands for the distribution function",
                "вместо функции распределения стоит плотность",
            ): lambda x, _: x * density(x),
            SILU: lambda x, _: F.silu(x),
        },
        {
            Text("Phi(x) is taken for a constant", "Phi(x) принята за константу"): (
                lambda x, _: (1 + torch.erf(x / SQRT_2)) / 2
            ),
            Text("the factor x is taken for a constant", "множитель x принят за константу"): (
                lambda x, _: x * density(x)
            ),
        },
    )
)


def softplus(x):
    return F.softplus(x, threshold=1e3)


TestMyMish = checks_of(
    Activation(
        "MyMish",
        lambda x, _: F.mish(x),
        {
            Text("the factor x is missing", "нет множителя x"): (
                lambda x, _: torch.tanh(softplus(x))
            ),
            Text("tanh is missing: x * softplus(x)", "нет tanh: это x * softplus(x)"): (
                lambda x, _: x * softplus(x)
            ),
            Text("sigmoid stands for tanh", "вместо tanh стоит сигмоида"): (
                lambda x, _: x * torch.sigmoid(softplus(x))
            ),
            Text("softplus is missing: x * tanh(x)", "нет softplus: это x * tanh(x)"): (
                lambda x, _: x * torch.tanh(x)
            ),
            Text("the logarithm is missing: tanh(1 + exp(x))", "нет логарифма: tanh(1 + exp(x))"): (
                lambda x, _: x * torch.tanh(1 + torch.exp(x))
            ),
            Text("softplus is missing: tanh(exp(x))", "нет softplus: tanh(exp(x))"): (
                lambda x, _: x * torch.tanh(torch.exp(x))
            ),
            Text("the logarithm has base 2", "логарифм взят по основанию 2"): (
                lambda x, _: x * torch.tanh(softplus(x) / math.log(2))
            ),
            Text("the logarithm has base 10", "логарифм взят по основанию 10"): (
                lambda x, _: x * torch.tanh(softplus(x) / math.log(10))
            ),
            Text("the sign of x in softplus is wrong", "в softplus неверен знак x"): (
                lambda x, _: x * torch.tanh(softplus(-x))
            ),
            SILU: lambda x, _: F.silu(x),
            SOFTPLUS: lambda x, _: softplus(x),
        },
        {
            Text(
                "tanh(softplus(x)) is taken for a constant", "tanh(softplus(x)) принят за константу"
            ): (lambda x, _: torch.tanh(softplus(x))),
            Text("the factor x is taken for a constant", "множитель x принят за константу"): (
                lambda x, _: x * (1 - torch.tanh(softplus(x)) ** 2) * torch.sigmoid(x)
            ),
        },
    )
)
