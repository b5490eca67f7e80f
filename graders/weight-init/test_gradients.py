"""Hidden checks of `weight-init`: gradient_statistics.

The network is a chain whose layers are defined in another order than they are used in; the
gradients are computed outside, in float64.
"""

import itertools
import math

import torch

from zachetka.errors import StudentFault
from zachetka.language import Text
from zachetka.pytest_plugin import (
    Bool,
    ListOf,
    Number,
    Unvalidated,
    assert_close,
    assert_equal,
    check,
    fail,
    is_close,
)

NORMS = "gradient_statistics(model, x, y, loss_fn)"


def gradient_traces(  # noqa: C901 - a probe travels alone
    nb, *, layers, x, y, kinds, grads, times
):
    import contextlib

    import numpy as np
    import torch
    from torch import nn

    class Shuffled(nn.Module):
        def __init__(self, first, second, third, fourth):
            super().__init__()
            self.head = fourth
            self.blocks = nn.ModuleList([second, nn.Sequential(first)])
            self.tail = nn.Sequential(nn.Tanh(), nn.ModuleDict({"inner": third}))
            # Weights of what is no linear layer, with values that change nothing.
            self.slope = nn.PReLU(init=1.0)
            self.mixing_weight = nn.Parameter(torch.eye(first.out_features))

        def forward(self, values):
            values = (self.slope(self.blocks[1](values)) @ self.mixing_weight).tanh()
            values = self.blocks[0](values).tanh()
            values = self.tail[1]["inner"](values).tanh()
            return self.head(values)

    def once(kind):
        linears = []
        for weight, bias in layers:
            linear = nn.Linear(weight.shape[1], weight.shape[0])
            with torch.no_grad():
                linear.weight.copy_(weight)
                linear.bias.copy_(bias)
            linears.append(linear)
        if kind == "shuffled":
            model = Shuffled(*linears)
        elif kind == "alone":
            model = nn.Linear(x.shape[1], y.shape[1], bias=False)
        else:
            first, second, third, fourth = linears
            model = nn.Sequential(
                nn.Sequential(first, nn.Tanh()), second, nn.Tanh(), third, nn.Tanh(), fourth
            )
        parameters = [value for layer in linears for value in (layer.weight, layer.bias)]
        for parameter, grad in zip(parameters, grads, strict=False):
            parameter.grad = None if grad is None else grad.clone()
        strangers = [
            p for p in model.parameters() if all(p is not parameter for parameter in parameters)
        ]
        for parameter in strangers:
            parameter.grad = torch.full_like(parameter, 0.5) if grads else None
        calls = []

        def loss_fn(scores, targets):
            calls.append(1)
            return (3 * scores - targets).square().mean()

        for _ in range(times):
            got = nb.gradient_statistics(model, x, y, loss_fn)
        exact = isinstance(got, list) and all(isinstance(v, float | np.floating) for v in got)
        with contextlib.suppress(TypeError, ValueError, RuntimeError):
            got = [float(value) for value in got] if isinstance(got, list) else got
        return {
            "gradient_statistics(model, x, y, loss_fn)": got,
            "exact": exact,
            "ran": len(calls) >= times,
            "grads": [parameter.grad for parameter in parameters],
            "others": any(p.grad is not None for p in strangers),
            "others_kept": all(
                p.grad is not None and bool((p.grad == 0.5).all()) for p in strangers
            ),
        }

    return [once(kind) for kind in kinds]


class Case:
    """A chain of four layers with tanh between them, its data, and its gradients."""

    # The layers in the order of the probe's `model.modules()`, by their places in the forward pass.
    SHUFFLED = (3, 1, 0, 2)

    def __init__(self, rng):
        widths = [3, 6, 5, rng.integers(4, 8), 2]
        self.layers = [
            (rng.normal(b, a, std=1 / a**0.5), rng.normal(b, std=0.3))
            for a, b in itertools.pairwise(widths)
        ]
        self.x, self.y = rng.normal(7, 3), rng.normal(7, 2, mean=1.0)

    def gradients(self, *, swapped=False):
        """The gradients of weight and bias of every layer, in the order of the forward pass."""
        leaves = [value.double().requires_grad_() for layer in self.layers for value in layer]
        value = self.x.double()
        for index in range(0, len(leaves), 2):
            value = (value.tanh() if index else value) @ leaves[index].T + leaves[index + 1]
        scores, targets = value, self.y.double()
        if swapped:
            scores, targets = targets, scores
        found = torch.autograd.grad((3 * scores - targets).square().mean(), leaves)
        return list(zip(found[::2], found[1::2], strict=True))

    def measured(self):
        """What may be taken for the size of a gradient, by the name of the mistake."""
        gradients = self.gradients()
        weights = [weight for weight, _ in gradients]
        measures = {
            Text(
                "the square of the norm is given: the root is missing",
                "дан квадрат нормы: пропущен корень",
            ): lambda g: g.square().sum(),
            Text(
                "this is the sum of absolute values, not the Euclidean norm",
                "это сумма модулей, а не евклидова норма",
            ): lambda g: g.abs().sum(),
            Text(
                "this is the mean of absolute values, not the Euclidean norm",
                "это среднее модулей, а не евклидова норма",
            ): lambda g: g.abs().mean(),
            Text(
                "this is the largest absolute value, not the Euclidean norm",
                "это наибольший модуль, а не евклидова норма",
            ): lambda g: g.abs().max(),
            Text(
                "this is the root of the mean of squares; the norm takes their sum",
                "это корень из среднего квадратов, а в норме стоит их сумма",
            ): lambda g: g.square().mean().sqrt(),
            Text(
                "this is the standard deviation of the gradient, not its norm",
                "это стандартное отклонение градиента, а не норма",
            ): lambda g: g.std(),
            Text(
                "this is the spectral norm; the Euclidean norm is over all elements",
                "это спектральная норма, а евклидова берётся по всем элементам",
            ): lambda g: torch.linalg.matrix_norm(g, 2),
        }
        found = {
            text: torch.stack([measure(weight) for weight in weights])
            for text, measure in measures.items()
        }
        found[
            Text(
                "the gradient of the bias is in it; only that of the weight is wanted",
                "сюда попал и градиент bias, а нужен только градиент weight",
            )
        ] = torch.stack(
            [(weight.square().sum() + bias.square().sum()).sqrt() for weight, bias in gradients]
        )
        found[
            Text(
                "these are the norms for the bias, not for the weight",
                "это нормы градиентов bias, а не weight",
            )
        ] = torch.stack([bias.norm() for _, bias in gradients])
        return found

    def norms(self, *, swapped=False):
        """The right answer, in the order of the forward pass."""
        return torch.stack([weight.norm() for weight, _ in self.gradients(swapped=swapped)])

    def run(self, student, *, kind="plain", grads=(), times=1, measured=True):
        """Ask the student's function; give the norms, and all that came back.

        With measured=False it does not matter how many norms there are.
        """
        (got,) = self.ask(student, kind, grads=grads, times=times)
        return self.read(got, kind, measured=measured), got

    def ask(self, student, *kinds, grads=(), times=1):
        """Ask the student's function about a model of each kind, in one process."""
        answer = {
            NORMS: ListOf(Number()),
            "exact": Bool(),
            "ran": Bool(),
            "others": Bool(),
            "others_kept": Bool(),
            "grads": ListOf(Unvalidated(), 2 * len(self.layers)),
        }
        return student.run(
            gradient_traces,
            layers=self.layers,
            x=self.x,
            y=self.y,
            kinds=list(kinds),
            grads=list(grads),
            times=times,
            returns=ListOf(answer, len(kinds)),
        )

    def read(self, got, kind, *, measured=True):
        """Give the norms that came back; fail if there are none, or not as many as there must."""
        # Who does nothing leaves nothing behind, and that deserves no points.
        if not got["ran"]:
            fail(
                Text(
                    "gradient_statistics does not call loss_fn(model(x), y).",
                    "gradient_statistics не вызывает loss_fn(model(x), y).",
                )
            )
        if kind == "alone" and len(got[NORMS]) != 1:
            fail(
                Text(
                    f"`{NORMS}`: the model is itself an nn.Linear, so that the list has one entry; "
                    f"got {len(got[NORMS])}.",
                    f"`{NORMS}`: модель сама — nn.Linear, и в списке должно быть одно число, а "
                    f"их {len(got[NORMS])}.",
                )
            )
        if not got[NORMS]:
            fail(Text(f"`{NORMS}`: the list is empty.", f"`{NORMS}`: список пуст."))
        if measured:
            self.assert_length(len(got[NORMS]))
        return torch.tensor(got[NORMS])

    def assert_length(self, count):
        """Fail unless there is one norm for each layer."""
        layers = len(self.layers)
        if count > layers:
            fail(
                Text(
                    f"`{NORMS}`: the model has {layers} layers nn.Linear, and the list {count} "
                    "entries: are other parameters measured, too?",
                    f"`{NORMS}`: в модели слоёв nn.Linear {layers}, а в списке {count}: не "
                    "измерены ли и другие параметры?",
                )
            )
        if count < layers:
            fail(
                Text(
                    f"`{NORMS}`: the model has {layers} layers nn.Linear, and the list {count} "
                    "entries: are nested layers missed?",
                    f"`{NORMS}`: в модели слоёв nn.Linear {layers}, а в списке {count}: не "
                    "пропущены ли вложенные?",
                )
            )

    def grads(self, rng):
        """Gradients that the parameters had before: some have none."""
        flat = [value for layer in self.layers for value in layer]
        return [rng.normal(*v.shape) if index % 3 else None for index, v in enumerate(flat)]


def proportional(norms, expected):
    """The factor between what came and what is right, if it is the same for all; else None.

    An unknown mistake in what is measured is the matter of one check, not of those of the order.
    """
    ratios = norms.double() / expected.double()
    factor = float(ratios[0])
    same = is_close(ratios / factor, torch.ones(len(ratios)), atol=0.0) if factor > 0 else False
    return factor if same and math.isfinite(factor) else None


@check(
    "gradient_statistics",
    points=4,
    title=Text("Euclidean norms of the weights' gradients", "евклидовы нормы градиентов весов"),
    hint=Text(
        "The root of the sum of squares of d loss / d weight, one number per nn.Linear.",
        "Корень из суммы квадратов d loss / d weight, одно число на каждый nn.Linear.",
    ),
)
def test_norms(student, rng):
    case = Case(rng)
    norms, _ = case.run(student)
    assert_close(
        norms,
        case.norms(),
        name=NORMS,
        mistakes={
            **case.measured(),
            Text(
                "the arguments of loss_fn are swapped: it is loss_fn(model(x), y)",
                "аргументы loss_fn переставлены: нужно loss_fn(model(x), y)",
            ): case.norms(swapped=True),
            Text(
                "these are the norms of the weights, not of their gradients",
                "это нормы самих весов, а не градиентов",
            ): torch.stack([weight.double().norm() for weight, _ in case.layers]),
            Text("the order of the layers is reversed", "порядок слоёв обратный"): (
                case.norms().flip(0)
            ),
        },
    )


@check(
    "gradient_statistics",
    points=1.5,
    title=Text("the order is that of model.modules()", "порядок — как в model.modules()"),
)
def test_modules_order(student, rng):
    case = Case(rng)
    try:
        shuffled, alone = case.ask(student, "shuffled", "alone")
    except StudentFault:
        # Whether the second is asked depends on what comes of the first.
        (shuffled,), alone = case.ask(student, "shuffled"), None
    norms = case.read(shuffled, "shuffled")
    order = list(Case.SHUFFLED)
    # What is measured counts in `norms`; here only the order does.
    others = [case.norms(), *case.measured().values(), case.norms(swapped=True)]
    if any(proportional(norms, other[order]) for other in others):
        if proportional(norms, case.norms()[order]):
            # modules() has the model itself, too; and a layer may have no bias.
            case.read(alone or case.ask(student, "alone")[0], "alone", measured=False)
        return
    assert_close(
        norms,
        case.norms()[order],
        name=NORMS,
        mistakes={
            Text(
                "the order is that of the forward pass, not that of model.modules()",
                "порядок — как в прямом проходе, а не как в model.modules()",
            ): case.norms(),
            Text(
                "the order is that of the backward pass, not that of model.modules()",
                "порядок — как в обратном проходе, а не как в model.modules()",
            ): case.norms().flip(0),
        },
    )


@check(
    "gradient_statistics",
    points=1,
    title=Text("a grad of None stays None", "grad, равный None, таким и остаётся"),
    hint=Text(
        "torch.autograd.grad gives gradients and leaves `.grad` alone.",
        "torch.autograd.grad возвращает градиенты и не трогает `.grad`.",
    ),
)
def test_no_grads_left(student, rng):
    case = Case(rng)
    # In the shuffled model there are other parameters beside those of the layers.
    _, got = case.run(student, kind="shuffled", measured=False)
    if got["others"] or any(grad is not None for grad in got["grads"]):
        fail(
            Text(
                "Parameters whose grad was None have one after gradient_statistics.",
                "У параметров с grad=None после gradient_statistics появился градиент.",
            )
        )


@check(
    "gradient_statistics",
    points=1.5,
    title=Text("gradients that were there stay", "имевшиеся градиенты сохраняются"),
    hint=Text(
        "backward() adds to `.grad`, zero_grad() clears it; torch.autograd.grad does neither.",
        "backward() прибавляет к `.grad`, zero_grad() обнуляет; torch.autograd.grad не делает ни "
        "того, ни другого.",
    ),
)
def test_grads_kept(student, rng):
    case = Case(rng)
    before = case.grads(rng)
    # In the shuffled model there are other parameters beside those of the layers.
    _, got = case.run(student, kind="shuffled", grads=before, measured=False)
    for found, grad in zip(got["grads"], before, strict=True):
        # A gradient that appears in place of None is the matter of the check above.
        if grad is None:
            continue
        if found is None:
            fail(
                Text(
                    "Gradients that the parameters had are gone after gradient_statistics.",
                    "После gradient_statistics пропали градиенты, которые были у параметров.",
                )
            )
        if not isinstance(found, torch.Tensor) or not is_close(found, grad):
            zeroed = isinstance(found, torch.Tensor) and not bool(found.any())
            fail(
                Text(
                    "Gradients that the parameters had are zero after gradient_statistics.",
                    "После gradient_statistics обнулены градиенты, которые были у параметров.",
                )
                if zeroed
                else Text(
                    "Gradients that the parameters had are others after gradient_statistics.",
                    "После gradient_statistics изменились градиенты, которые были у параметров.",
                )
            )
    if not got["others_kept"]:
        fail(
            Text(
                "Gradients that parameters of other modules had are gone or others after "
                "gradient_statistics.",
                "После gradient_statistics пропали или изменились градиенты, которые были у "
                "параметров других модулей.",
            )
        )


@check(
    "gradient_statistics",
    points=1,
    title=Text(
        "gradients from before do not get into the answer, nor those of an earlier call",
        "прежние градиенты и прошлые вызовы не попадают в ответ",
    ),
)
def test_called_twice(student, rng):
    case = Case(rng)
    before = case.grads(rng)
    norms, _ = case.run(student, grads=before, times=2)
    others = [*case.measured().values(), case.norms(swapped=True), case.norms().flip(0)]
    # What is measured, and in which order, counts in the checks above.
    if any(is_close(norms, other) for other in others):
        return
    # So is an unknown factor; but a factor of 2 is what two calls that add up give.
    factor = proportional(norms, case.norms())
    if factor is not None and not is_close(factor, 2.0):
        return
    weights = [weight for weight, _ in case.gradients()]
    starts = [0.0 if grad is None else grad.double() for grad in before[::2]]
    assert_close(
        norms,
        case.norms(),
        name=NORMS,
        mistakes={
            Text(
                "the gradients of two calls have added up",
                "градиенты двух вызовов сложились",
            ): torch.stack([2 * weight.norm() for weight in weights]),
            Text(
                "the new gradients are added to those that the parameters had",
                "новые градиенты прибавлены к тем, что были у параметров",
            ): torch.stack([(s + g).norm() for s, g in zip(starts, weights, strict=True)]),
            Text(
                "the new gradients are added to those of the call before and those that the "
                "parameters had",
                "новые градиенты прибавлены к градиентам прошлого вызова и к тем, что были у "
                "параметров",
            ): torch.stack([(s + 2 * g).norm() for s, g in zip(starts, weights, strict=True)]),
        },
    )


@check(
    "gradient_statistics",
    points=1,
    title=Text("a list of float", "список из float"),
    hint=Text("`.item()` makes a float of a tensor.", "`.item()` делает из тензора float."),
)
def test_floats(student, rng):
    _, got = Case(rng).run(student, measured=False)
    assert_equal(
        got["exact"],
        True,
        text=Text(
            "gradient_statistics must return a list of Python floats.",
            "gradient_statistics должна вернуть список чисел float.",
        ),
    )
