"""Hidden checks of the two `torch.autograd.Function`s of the assignment `activations`.

Everything is asked in float64 and through `.apply`. Where a derivative comes from is the student's
affair as long as it is their own: autograd inside `backward` is pointed out to the teaching
assistant, a derivative of torch's own activation is refused.
"""

import functools

import torch
import torch.nn.functional as F  # noqa: N812 - the name that all of torch's users know

from zachetka.language import Text
from zachetka.pytest_plugin import (
    Bool,
    Double,
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


def function_outputs(nb, *, name, cases, companions):  # noqa: C901, PLR0912, PLR0915 - a probe travels alone
    from unittest import mock

    import torch
    from torch.overrides import TorchFunctionMode

    called, engine = set(), []

    class Functions(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            called.add(getattr(func, "__name__", ""))
            return func(*args, **(kwargs or {}))

    def watched(function):
        def wrapper(*args, **kwargs):
            engine.append(function.__name__)
            return function(*args, **kwargs)

        return wrapper

    class RightSigmoid(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.sigmoid()

        @staticmethod
        def backward(ctx, upstream):
            (x,) = ctx.saved_tensors
            return upstream * x.sigmoid() * (-x).sigmoid()

    right = {
        "MySigmoid": torch.nn.Sigmoid,
        "MySiLU": torch.nn.SiLU,
        "SigmoidFunction": RightSigmoid,
    }
    for other in right.keys() & set(companions):
        setattr(nb, other, right[other])
    given = getattr(nb, name)
    empty = {"called": [], "engine": False, "outs": [], "grads": [], "kept": []}
    if not isinstance(given, type):
        return {"kind": "value", **empty}
    if not issubclass(given, torch.autograd.Function):
        return {"kind": "class", **empty}
    derive, differentiate = given.backward, torch.autograd.grad

    def backward_watched(ctx, *upstream):
        with Functions():
            return derive(ctx, *upstream)

    mock.patch.object(given, "backward", staticmethod(backward_watched)).start()
    # Nobody else calls these while the function runs.
    for spied in ("grad", "backward"):
        whole = getattr(torch.autograd, spied)
        mock.patch.object(torch.autograd, spied, watched(whole)).start()
    outs, grads, kept = [], [], []
    for kind, x, upstream in cases:
        leaf = x.clone().requires_grad_()
        inner = leaf.T if kind == "transposed" else leaf
        out = given.apply(inner)
        outs.append(out)
        if kind == "values":
            grads.append(None)
            continue
        fits = isinstance(out, torch.Tensor) and out.shape == inner.shape and out.requires_grad
        if not fits:
            grads.append("no graph")
            continue
        before = out.detach().clone()
        if kind == "twice":
            # A second call between forward and backward, on other values.
            other = given.apply((x * 3 - 1).requires_grad_())
            total = (out * upstream).sum() + 0 * other.sum()
        elif kind == "sum":
            total = out.sum()  # its gradient is an expanded tensor of one element
        elif kind == "transposed":
            total = (out.T * upstream).sum()
        elif kind == "chain":
            total = (given.apply(out * 2 - x) * upstream).sum()
        else:
            total = (out * upstream).sum()
        if kind == "again":
            differentiate(total, leaf, retain_graph=True, allow_unused=True)
        (grad,) = differentiate(total, leaf, allow_unused=True)
        kept.append(bool(torch.equal(out.detach(), before)))
        grads.append(torch.zeros_like(leaf) if grad is None else grad)
    mock.patch.stopall()
    return {
        "kind": "function",
        "called": sorted(called),
        "engine": bool(engine),
        "outs": outs,
        "grads": grads,
        "kept": kept,
    }


# Operators that are the derivative itself.
DERIVATIVES = frozenset(
    {"sigmoid_backward", "silu_backward", "tanh_backward", "log_sigmoid_backward"}
)
ENGINE = frozenset(
    {"torch.autograd.grad", "torch.autograd.backward", "torch.enable_grad", ".backward"}
    | {f"torch.autograd.functional.{name}" for name in ("jacobian", "vjp", "jvp")}
    | {f"torch.func.{name}" for name in ("grad", "vjp", "jacrev", "jacfwd", "jvp")}
)
STATIC = Text(
    "`forward(ctx, x)` and `backward(ctx, grad_output)` are @staticmethods; `backward` returns one "
    "gradient.",
    "`forward(ctx, x)` и `backward(ctx, grad_output)` — это @staticmethod; `backward` возвращает "
    "один градиент.",
)
CONTEXT = Text(
    "What backward needs is kept in ctx (ctx.save_for_backward), one ctx for every call; a global "
    "or an attribute of the class is overwritten by the next call.",
    "То, что нужно в backward, хранят в ctx (ctx.save_for_backward): он свой у каждого вызова, а "
    "глобальную переменную или атрибут класса перепишет следующий вызов.",
)


def ask(student, name, cases, *, companions):
    """Give the values and gradients of `.apply` for (kind, x, upstream) triples, validated."""
    reply = student.run(
        function_outputs,
        name=name,
        cases=cases,
        companions=student.defined_above(name) if companions else [],
        returns={
            "kind": Str(),
            "called": ListOf(Str()),
            "engine": Bool(),
            "outs": Unvalidated(),
            "grads": Unvalidated(),
            "kept": ListOf(Bool()),
        },
    )
    assert_equal(
        reply["kind"],
        "function",
        text=Text(
            f"`{name}` must be a subclass of torch.autograd.Function.",
            f"`{name}` должен быть наследником torch.autograd.Function.",
        ),
    )
    judge_derivation(student, name, reply)
    anything = ListOf(Unvalidated(), len(cases))
    outs = validate(anything, reply["outs"], f"{name}.apply")
    grads = validate(anything, reply["grads"], f"{name}.apply")
    for (kind, x, _), out in zip(cases, outs, strict=True):
        shape = tuple(reversed(x.shape)) if kind == "transposed" else x.shape
        validate(Double(*shape), out, f"{name}.apply(x)")
    return outs, grads, reply["kept"]


def gradient(name, x, untrusted_grad):
    """Give a gradient, or fail the check if there is none."""
    if not isinstance(untrusted_grad, torch.Tensor):
        fail(
            Text(
                f"`{name}.apply(x)` has no graph: is it the result of a Function at all?",
                f"у `{name}.apply(x)` нет графа вычислений: это точно результат Function?",
            ),
            hint=STATIC,
        )
    return validate(Double(*x.shape), untrusted_grad, f"gradient of {name}.apply(x)")


def judge_derivation(student, name, reply):
    """Refuse a derivative that torch has made; point out what only looks like that.

    A ready-made sigmoid is allowed here: s * (1 - s) with s = torch.sigmoid(x) is derived by hand.
    """
    used = paths_used_by(name, [cell.source for cell in student.cells])
    called = {word for path in reply["called"] for word in path.split(".")}
    called |= {word for path in used if path.startswith("torch.") for word in path.split(".")}
    if reply["engine"] or called & DERIVATIVES:
        fail(
            Text(
                f"The derivative in `{name}` is made by torch: derive it by hand.",
                f"Производную в `{name}` посчитал сам torch: выведите её вручную.",
            ),
            cause="forbidden",
        )
    if used & ENGINE:
        student.flag(f"{name}: autograd seems to be used inside")
    student.flag_back_doors(name)


# --------------------------------------------------------------------------- what is right


def sigmoid_mistakes(x):
    s = torch.sigmoid(x)
    e = torch.exp(-x)
    return {
        Text("1 - s is missing: s(1 - s)", "нет множителя 1 - s: нужно s(1 - s)"): s,
        Text("s is missing: s(1 - s)", "нет множителя s: нужно s(1 - s)"): 1 - s,
        Text("the sign is wrong", "неверен знак"): -s * (1 - s),
        Text("this is s(1 + s)", "это s(1 + s)"): s * (1 + s),
        Text("s is squared: s * s(1 - s)", "s возведён в квадрат: s * s(1 - s)"): s * s * (1 - s),
        Text(
            "x stands where s = sigmoid(x) belongs: x(1 - x)",
            "вместо s = sigmoid(x) стоит x: это x(1 - x)",
        ): x * (1 - x),
        Text("this is 1 - s**2, the derivative of tanh", "это 1 - s**2, производная tanh"): 1
        - s**2,
        Text("exp(-x) has the wrong sign or no square below", "в формуле с exp(-x) ошибка"): e
        / (1 + e),
        Text(
            "the sigmoid is taken twice: s is already sigmoid(x)",
            "сигмоида взята дважды: s — это уже sigmoid(x)",
        ): torch.sigmoid(s) * (1 - torch.sigmoid(s)),
    }


def silu_mistakes(x):
    s = torch.sigmoid(x)
    return {
        Text("the second term, x s(1 - s), is missing", "нет второго слагаемого x s(1 - s)"): s,
        Text("the first term, s, is missing", "нет первого слагаемого s"): x * s * (1 - s),
        Text("the factor x is missing in the second term", "во втором слагаемом нет множителя x"): (
            s + s * (1 - s)
        ),
        Text("the second term has the wrong sign", "у второго слагаемого неверен знак"): (
            s - x * s * (1 - s)
        ),
        Text("1 - s is missing in the second term", "во втором слагаемом нет множителя 1 - s"): (
            s + x * s
        ),
        Text("s is missing in the second term", "во втором слагаемом нет множителя s"): (
            s + x * (1 - s)
        ),
        Text("this is the derivative of the sigmoid alone", "это производная одной сигмоиды"): (
            s * (1 - s)
        ),
        Text(
            "the output y stands where x belongs: s + y s(1 - s)",
            "вместо x стоит результат y: это s + y s(1 - s)",
        ): s + x * s * s * (1 - s),
    }


RIGHT = {
    "SigmoidFunction": (torch.sigmoid, sigmoid_mistakes),
    "SiLUFunction": (F.silu, silu_mistakes),
}
VALUE_MISTAKES = {
    Text("this is the sigmoid", "это сигмоида"): torch.sigmoid,
    Text("this is SiLU", "это SiLU"): F.silu,
    Text("this is the sigmoid of -x", "это сигмоида от -x"): lambda x: torch.sigmoid(-x),
    Text("this is x * sigmoid(-x)", "это x * sigmoid(-x)"): lambda x: x * torch.sigmoid(-x),
    Text("this is x * sigmoid(x)**2", "это x * sigmoid(x)**2"): (
        lambda x: x * torch.sigmoid(x) ** 2
    ),
    Text("this is tanh", "это tanh"): torch.tanh,
    Text("x itself is returned", "возвращается сам x"): lambda x: x,
    Text("forward returns the derivative", "forward возвращает производную"): (
        lambda x: torch.sigmoid(x) * (1 - torch.sigmoid(x))
    ),
}


def slope_of(name, x):
    leaf = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(RIGHT[name][0](leaf).sum(), leaf)
    return slope


def gradient_mistakes(name, x, upstream):
    slope = slope_of(name, x)
    found = {
        Text(
            "grad_output is not used: what comes from above must be multiplied in",
            "не использован grad_output: на то, что пришло сверху, нужно умножить",
        ): slope,
        Text(
            "grad_output is returned as it came, without the derivative",
            "grad_output возвращается как есть, без производной",
        ): upstream,
        Text("grad_output is added, not multiplied", "grad_output прибавлен, а не умножен"): (
            slope + upstream
        ),
        Text("the sum of grad_output is taken", "взята сумма grad_output"): slope * upstream.sum(),
        Text("the mean of grad_output is taken", "взято среднее grad_output"): slope
        * upstream.mean(),
        Text("the largest grad_output is taken for all", "взят наибольший grad_output"): slope
        * upstream.max(),
        Text("only the sign of grad_output is used", "использован только знак grad_output"): (
            slope * upstream.sign()
        ),
        Text(
            "|grad_output| is used: the sign is lost", "использован |grad_output|: знак потерян"
        ): (slope * upstream.abs()),
        Text("grad_output is clipped to [-1, 1]", "grad_output обрезан до [-1, 1]"): (
            slope * upstream.clamp(-1, 1)
        ),
        Text(
            "the gradient is 0: does backward return anything?",
            "градиент равен 0: возвращает ли backward что-нибудь?",
        ): torch.zeros_like(slope),
        Text(
            "the derivative is that at 0, whatever x is", "производная взята в 0, каким бы ни был x"
        ): slope_of(name, torch.zeros_like(x)) * upstream,
    }
    for text, wrong in RIGHT[name][1](x).items():
        found[text] = upstream * wrong
    return found


def points(rng, *shape):
    # Spread evenly over [-6, 6]: no formula is right for small x only.
    count = torch.Size(shape).numel()
    grid = torch.linspace(-6, 6, count, dtype=torch.float64)
    grid = grid + rng.uniform(count, low=-0.1, high=0.1, dtype=torch.float64)
    return grid[rng.permutation(count)].reshape(shape)


def upstream_of(rng, *shape):
    count = torch.Size(shape).numel()
    sizes = rng.uniform(count, low=0.3, high=3.0, dtype=torch.float64)
    return (sizes * rng.signs(count).double()).reshape(shape)


def assert_precise(actual, expected, *, name, mistakes=None):
    """Compare to the digits of float64; say so if only those of float32 are right."""
    exact = {"rtol": 1e-9, "atol": 1e-10}
    if not is_close(actual, expected, **exact) and is_close(actual, expected, rtol=1e-5, atol=1e-6):
        fail(
            Text(
                f"`{name}`: only the digits of float32 are right: it is computed in float32.",
                f"`{name}`: верны только знаки float32: что-то считается во float32.",
            )
        )
    assert_close(actual, expected, name=name, mistakes=mistakes, **exact)


def judge_forward(student, rng, name, companions):
    shapes = [(6, 5), (3, 2, 4), (7,)]
    cases = [("values", points(rng, *shape), torch.ones(shape).double()) for shape in shapes]
    cases.append(("values", points(rng, 1).reshape(()), torch.ones(()).double()))
    outs, _, _ = ask(student, name, cases, companions=companions)
    for (_, x, _), out in zip(cases, outs, strict=True):
        assert_precise(
            out,
            RIGHT[name][0](x),
            name=f"{name}.apply(x), x: {tuple(x.shape)}",
            mistakes={text: wrong(x) for text, wrong in VALUE_MISTAKES.items()},
        )


def judge_backward(student, rng, name, companions):
    cases = [("plain", points(rng, *s), upstream_of(rng, *s)) for s in ((8, 5), (4, 3, 2))]
    _, grads, _ = ask(student, name, cases, companions=companions)
    for (_, x, upstream), grad in zip(cases, grads, strict=True):
        assert_precise(
            gradient(name, x, grad),
            upstream * slope_of(name, x),
            name=f"gradient of {name}.apply(x)",
            mistakes=gradient_mistakes(name, x, upstream),
        )


def judge_layouts(student, rng, name, companions):
    x, square = points(rng, 6, 4), points(rng, 5, 5)
    ones = torch.ones_like(x)
    cases = [
        ("sum", x, ones),
        ("transposed", x, upstream_of(rng, 6, 4)),
        ("transposed", square, upstream_of(rng, 5, 5)),
        ("plain", x, upstream_of(rng, 6, 4) * (torch.arange(4) % 2)),
    ]
    _, grads, _ = ask(student, name, cases, companions=companions)
    for (_, each, upstream), grad in zip(cases, grads, strict=True):
        assert_precise(
            gradient(name, each, grad),
            upstream * slope_of(name, each),
            name=f"gradient of {name}.apply(x)",
            mistakes=gradient_mistakes(name, each, upstream),
        )


def judge_context(student, rng, name, companions):
    x, upstream = points(rng, 6, 4), upstream_of(rng, 6, 4)
    function = RIGHT[name][0]
    cases = [(kind, x, upstream) for kind in ("twice", "again", "chain")]
    _, grads, kept = ask(student, name, cases, companions=companions)
    twice, again, chain = (gradient(name, x, grad) for grad in grads)
    right = upstream * slope_of(name, x)
    assert_precise(
        twice,
        right,
        name=f"gradient of {name}.apply(x) after another call",
        mistakes={
            Text(
                "backward uses what the later call has stored",
                "backward берёт то, что сохранил более поздний вызов",
            ): upstream * slope_of(name, x * 3 - 1),
            **gradient_mistakes(name, x, upstream),
        },
    )
    # The first backward has the right answer, or `backward` fails for it: what is wrong is new.
    exact = is_close(again, right, rtol=1e-9, atol=1e-10)
    if not exact or not all(kept):
        fail(
            Text(
                f"backward of `{name}` changes what is saved for it: a second backward, or whoever "
                "uses the output after it, gets other numbers.",
                f"backward в `{name}` портит то, что для него сохранено: второй backward и все, "
                "кто потом берёт выход функции, получают другие числа.",
            )
        )
    leaf = x.clone().requires_grad_()
    total = (function(function(leaf) * 2 - x) * upstream).sum()
    assert_precise(
        chain,
        torch.autograd.grad(total, leaf)[0],
        name=f"gradient through two calls of {name}.apply",
    )


# --------------------------------------------------------------------------- the checks

BACKWARD_HINT = Text(
    "backward returns grad_output * (derivative of forward), element by element; compare it with "
    "torch.autograd.gradcheck in float64.",
    "backward возвращает grad_output * (производная forward), поэлементно; сверьтесь с помощью "
    "torch.autograd.gradcheck во float64.",
)


def function_check(name, points, what, judge, hint=None):
    """Make the check of one side of a Function; `what` names the side."""

    @check(
        "autograd_functions",
        points=points,
        title=Text(f"{name}: {what.en}", f"{name}: {what.ru}"),
        hint=hint,
    )
    def test(student, rng):
        own_fault(functools.partial(judge, student, rng, name))

    return test


FORWARD = (3, Text("values", "значения"), judge_forward, STATIC)
BACKWARD = (4, Text("backward", "backward"), judge_backward, BACKWARD_HINT)
LAYOUTS = (
    1.5,
    Text("upstream gradients of any layout", "градиент сверху в любой раскладке"),
    judge_layouts,
)
CALLS = (1.5, Text("called more than once", "несколько вызовов"), judge_context, CONTEXT)

test_sigmoid_forward = function_check("SigmoidFunction", *FORWARD)
test_sigmoid_backward = function_check("SigmoidFunction", *BACKWARD)
test_sigmoid_layouts = function_check("SigmoidFunction", *LAYOUTS)
test_sigmoid_context = function_check("SigmoidFunction", *CALLS)
test_silu_forward = function_check("SiLUFunction", *FORWARD)
test_silu_backward = function_check("SiLUFunction", *BACKWARD)
test_silu_layouts = function_check("SiLUFunction", *LAYOUTS)
test_silu_context = function_check("SiLUFunction", *CALLS)
