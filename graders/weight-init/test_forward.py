"""Hidden checks of `weight-init`: forward_statistics.

The networks are chains, so that every answer can be computed outside from the weights that went
in; the order in which their layers are defined is another one than that of the forward pass.
"""

import itertools

import torch

from zachetka.language import Text
from zachetka.pytest_plugin import (
    Bool,
    ListOf,
    Number,
    TupleOf,
    Unvalidated,
    assert_close,
    assert_equal,
    check,
    fail,
    is_close,
)


def forward_traces(nb, *, layers, x, kind, trainings, grads):
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
            # A ReLU that has a weight, and is no linear layer.
            self.bend = nn.PReLU(init=0.0)

        def forward(self, values):
            values = self.bend(self.blocks[1](values))
            values = self.blocks[0](values).tanh()
            values = self.tail[1]["inner"](values).relu()
            return self.head(values)

    def once(training):
        linears = []
        for weight, bias in layers:
            linear = nn.Linear(weight.shape[1], weight.shape[0])
            with torch.no_grad():
                linear.weight.copy_(weight)
                linear.bias.copy_(bias)
            linears.append(linear)
        if kind == "shuffled":
            model = Shuffled(*linears)
        else:
            inplace = kind == "inplace"
            between = [nn.ReLU(inplace), nn.Tanh(), nn.ReLU(inplace)]
            parts = [part for pair in zip(linears, between, strict=False) for part in pair]
            drop = [nn.Dropout(0.5)] if kind == "dropout" else []
            model = nn.Sequential(*parts, *drop, linears[-1])
        model.train(training)
        parameters = [value for linear in linears for value in (linear.weight, linear.bias)]
        for parameter, grad in zip(parameters, grads, strict=False):
            parameter.grad = None if grad is None else grad.clone()
        # One is frozen, as in a network that is tuned further.
        parameters[-1].requires_grad_(not grads)

        def hooks():
            found = [
                (type(module).__name__, name, len(value))
                for module in model.modules()
                for name, value in vars(module).items()
                if name.endswith("_hooks") and isinstance(value, dict)
            ]
            anywhere = vars(torch.nn.modules.module)
            found += [
                ("global", name, len(value))
                for name, value in anywhere.items()
                if name.startswith("_global_") and isinstance(value, dict)
            ]
            return found

        def replaced_forward(module):
            # Who puts the module's own method back leaves nothing behind.
            own = vars(module).get("forward", module.forward)
            kept = getattr(own, "__func__", None) is type(module).forward
            return not kept or own.__self__ is not module

        seen = []
        for linear in linears:
            linear.register_forward_hook(lambda *_: seen.append(1))
        hooks_before, forward_before = hooks(), (nn.Linear.forward, nn.Module.__call__)
        states_before = [value.clone() for value in model.state_dict().values()]
        modes_before = [module.training for module in model.modules()]
        flags_before = [parameter.requires_grad for parameter in parameters]
        derived = torch.is_grad_enabled()
        got = nb.forward_statistics(model, x)
        derives = torch.is_grad_enabled() == derived
        exact = (
            isinstance(got, list)
            and all(isinstance(pair, tuple | list) for pair in got)
            and all(isinstance(value, float | np.floating) for pair in got for value in pair)
        )
        answer, calls = got, len(seen)
        with contextlib.suppress(TypeError, ValueError, RuntimeError):
            # A copy: hooks that are left behind go on writing into the list.
            answer = [[float(value) for value in pair] for pair in got] if calls else got
        size = len(got) if isinstance(got, list) else 0
        hooks_after = hooks()
        with torch.no_grad():
            model(x)
        return {
            "forward_statistics(model, x)": answer,
            "exact": exact,
            "ran": calls > 0,
            "own_hooks_alive": len(seen) == calls + len(linears),
            "hooks": hooks_before == hooks_after
            and forward_before == (nn.Linear.forward, nn.Module.__call__)
            and not any(replaced_forward(module) for module in model.modules())
            and not (isinstance(got, list) and len(got) != size),
            "mode": modes_before == [module.training for module in model.modules()],
            "values": all(
                torch.equal(a, b)
                for a, b in zip(states_before, model.state_dict().values(), strict=False)
            ),
            "grads": [parameter.grad for parameter in parameters],
            "derives": derives,
            "flags": flags_before == [parameter.requires_grad for parameter in parameters],
        }

    return [once(training) for training in trainings]


class Chain:
    """A network of four layers: the numbers that go in and the arithmetic of what comes out."""

    # The layers in the order of the probe's `model.modules()`, by their places in the forward pass.
    SHUFFLED = (3, 1, 0, 2)

    def __init__(self, rng, *, outputs=2):
        widths = [3, 5, rng.integers(4, 7), 6, outputs]
        self.layers = [
            (rng.normal(b, a, std=1.2 / a**0.5), rng.normal(b, std=0.5))
            for a, b in itertools.pairwise(widths)
        ]

    def signals(self, x):
        """The input, the output and the activated output of every layer, in float64."""
        found, value = [], x.double()
        activations = (torch.relu, torch.tanh, torch.relu, lambda out: out)
        for (weight, bias), activation in zip(self.layers, activations, strict=True):
            out = value @ weight.double().T + bias.double()
            found.append((value, out, activation(out)))
            value = found[-1][2]
        return found


STATISTICS = "forward_statistics(model, x)"


def traces(student, chain, x, *, kind="plain", grads=(), measured=True):
    """Run forward_statistics on a model of the kind, built from the chain's layers.

    With measured=False it does not matter which numbers came back, only what was left behind.
    """
    (got,) = traces_of_modes(student, chain, x, [True], kind=kind, grads=grads, measured=measured)
    return got


def traces_of_modes(student, chain, x, trainings, *, kind, grads=(), measured=True):
    """Do so for each of the modes that the model may be in, in one process and one by one."""
    parameters = [value for layer in chain.layers for value in layer]
    pairs = ListOf(TupleOf(Number(), Number()))
    flags = ("exact", "ran", "own_hooks_alive", "hooks", "mode", "values", "flags", "derives")
    answer = {
        STATISTICS: pairs,
        **dict.fromkeys(flags, Bool()),
        "grads": ListOf(Unvalidated(), len(parameters)),
    }
    answers = student.run(
        forward_traces,
        layers=chain.layers,
        x=x,
        kind=kind,
        trainings=trainings,
        grads=list(grads),
        returns=ListOf(answer, len(trainings)),
    )
    for got in answers:
        # Who does nothing leaves nothing behind, and that deserves no points.
        if not got["ran"]:
            fail(
                Text(
                    "forward_statistics never runs the layers of the model: call model(x).",
                    "forward_statistics не запускает слои модели: вызовите model(x).",
                )
            )
        assert_length(got[STATISTICS], len(chain.layers) if measured else None)
        yield got


def assert_length(pairs, layers):
    """Fail unless there is one pair for each layer; without a number of layers, any at all."""
    count = len(pairs)
    if count == 0:
        fail(Text(f"`{STATISTICS}`: the list is empty.", f"`{STATISTICS}`: список пуст."))
    if layers is None:
        return
    if count > layers:
        fail(
            Text(
                f"`{STATISTICS}`: the model has {layers} layers nn.Linear, and the list {count} "
                "entries: are other modules measured, too?",
                f"`{STATISTICS}`: в модели слоёв nn.Linear {layers}, а в списке {count}: не "
                "измерены ли и другие модули?",
            )
        )
    if count < layers:
        fail(
            Text(
                f"`{STATISTICS}`: the model has {layers} layers nn.Linear, and the list {count} "
                "entries: are nested layers missed?",
                f"`{STATISTICS}`: в модели слоёв nn.Linear {layers}, а в списке {count}: не "
                "пропущены ли вложенные?",
            )
        )


def pairs_of(values):
    return torch.stack([torch.stack([v.mean(), v.std(correction=0)]) for v in values])


@check(
    "forward_statistics",
    points=3.5,
    title=Text("mean and std of every output", "среднее и std каждого выхода"),
    hint=Text(
        "Over all elements of the output of nn.Linear, before the activation; the population std "
        "divides by the number of elements: correction=0.",
        "По всем элементам выхода nn.Linear, до активации; std генеральной совокупности делит на "
        "число элементов: correction=0.",
    ),
)
def test_values(student, rng):
    # Few rows, so that N and N - 1 in the std are far apart.
    chain, x = Chain(rng), rng.normal(4, 3)
    # sqrt(E[v^2] - E[v]^2) is right too, and in float32 loses its digits where the spread is small.
    while any(
        out.std(correction=0) < 0.1 * out.square().mean().sqrt() for _, out, _ in chain.signals(x)
    ):
        chain, x = Chain(rng), rng.normal(4, 3)
    got = traces(student, chain, x)[STATISTICS]
    inputs, outs, afters = zip(*chain.signals(x), strict=True)
    pairs = pairs_of(outs)
    mean, std = pairs.T
    assert_close(
        torch.tensor(got),
        pairs,
        name=STATISTICS,
        mistakes={
            Text(
                "std divides by N - 1; the population std divides by N",
                "std делит на N - 1, а у генеральной совокупности — на N",
            ): torch.stack([mean, torch.stack([v.std() for v in outs])], 1),
            Text(
                "this is the variance; std is its square root",
                "это дисперсия, а std — корень из неё",
            ): torch.stack([mean, std**2], 1),
            Text(
                "this is the variance, and divided by N - 1",
                "это дисперсия, к тому же делённая на N - 1",
            ): torch.stack([mean, torch.stack([v.var() for v in outs])], 1),
            Text(
                "the statistics are taken after the activation",
                "статистики взяты после активации",
            ): pairs_of(afters),
            Text(
                "these are the statistics of the inputs of the layers, not of the outputs",
                "это статистики входов слоёв, а не выходов",
            ): pairs_of(inputs),
            Text(
                "std comes first, and the mean must", "первым стоит std, а должно быть среднее"
            ): pairs.flip(1),
            Text(
                "these are the statistics of the weights, not of the outputs",
                "это статистики весов, а не выходов",
            ): pairs_of([weight.double() for weight, _ in chain.layers]),
            Text(
                "the std of each feature is taken and averaged; take one over all elements",
                "взято std каждого признака и усреднено, а нужно одно по всем элементам",
            ): torch.stack([mean, torch.stack([v.std(0, correction=0).mean() for v in outs])], 1),
            Text("the mean is taken of absolute values", "среднее взято от модулей"): torch.stack(
                [torch.stack([v.abs().mean() for v in outs]), std], 1
            ),
            Text(
                "the root mean square is taken; std subtracts the mean first",
                "взят корень из среднего квадрата, а std сначала вычитает среднее",
            ): torch.stack([mean, torch.stack([v.square().mean().sqrt() for v in outs])], 1),
            Text("the order of the layers is reversed", "порядок слоёв обратный"): pairs.flip(0),
        },
    )


def counted_in_values(student, chain, x, got):
    """Whether the means are wrong for the plain model, too, and all is the same as there.

    Then it is an unknown mistake in what is measured, which has lost its points in `values`.
    """
    rows = 2 * x.reshape(-1, x.shape[-1])
    _, outs, _ = zip(*chain.signals(rows), strict=True)
    of_rows = torch.tensor(traces(student, chain, rows)[STATISTICS])
    if is_close(of_rows[:, 0], pairs_of(outs)[:, 0]):
        return False
    plain = torch.tensor(traces(student, chain, x)[STATISTICS])
    # Equal for all layers or for all inputs, they are nobody's measurements.
    measured = len(plain[:, 0].unique()) == len(plain) and not is_close(plain, of_rows)
    return measured and is_close(torch.tensor(got), plain)


@check(
    "forward_statistics",
    points=2,
    title=Text(
        "the order is that of the forward pass; nested layers, inputs of three dimensions",
        "порядок — как в прямом проходе; вложенные слои, трёхмерный вход",
    ),
    hint=Text(
        "A forward hook is called when its layer is: the order comes by itself.",
        "Forward hook вызывается вместе со своим слоем: порядок получается сам собой.",
    ),
)
def test_forward_order(student, rng):
    chain, x = Chain(rng), rng.normal(2, 3, 3)
    got = traces(student, chain, x, kind="shuffled")[STATISTICS]
    means = torch.tensor(got)[:, 0]
    _, outs, afters = zip(*chain.signals(x), strict=True)
    expected = pairs_of(outs)[:, 0]
    # What is measured counts in `values`; here only the order does.
    if is_close(means, pairs_of(afters)[:, 0]) or is_close(torch.tensor(got)[:, 1], expected):
        return
    if not is_close(means, expected) and counted_in_values(student, chain, x, got):
        return
    in_modules = expected[list(Chain.SHUFFLED)]
    assert_close(
        means,
        expected,
        name=STATISTICS,
        mistakes={
            Text(
                "the order is that in which the layers are defined, not that of the forward pass",
                "порядок — как в определении модели, а не как в прямом проходе",
            ): in_modules,
            Text("the order is reversed", "порядок обратный"): expected.flip(0),
        },
    )


@check(
    "forward_statistics",
    points=1,
    title=Text(
        "an activation that works in place does not change the statistics",
        "активация, работающая на месте, не меняет статистики",
    ),
    hint=Text(
        "nn.ReLU(inplace=True) overwrites the output: take the statistics inside of the hook.",
        "nn.ReLU(inplace=True) перезаписывает выход: считайте статистики прямо в hook.",
    ),
)
def test_inplace_activation(student, rng):
    chain, x = Chain(rng), rng.normal(5, 3)
    got = traces(student, chain, x, kind="inplace")[STATISTICS]
    _, outs, afters = zip(*chain.signals(x), strict=True)
    expected = pairs_of(outs)[:, 0]
    # Swapped columns are a matter of `values`.
    if is_close(torch.tensor(got)[:, 1], expected):
        return
    means = torch.tensor(got)[:, 0]
    if not is_close(means, expected) and counted_in_values(student, chain, x, got):
        return
    # Only the ReLUs work in place; the Tanh between them makes a new tensor.
    overwritten = torch.stack([afters[0].mean(), outs[1].mean(), afters[2].mean(), outs[3].mean()])
    changed = Text(
        "these are the statistics of outputs that the activation has overwritten",
        "это статистики выходов, которые уже перезаписаны активацией",
    )
    assert_close(
        means,
        expected,
        name=STATISTICS,
        mistakes={changed: overwritten, Text(changed.en, changed.ru + "."): pairs_of(afters)[:, 0]},
    )


@check(
    "forward_statistics",
    points=1,
    title=Text("no hooks are left behind", "hooks за собой сняты"),
    hint=Text(
        "register_forward_hook returns a handle; call its remove() afterwards.",
        "register_forward_hook возвращает handle; вызовите потом его remove().",
    ),
)
def test_hooks(student, rng):
    chain, x = Chain(rng), rng.normal(4, 3)
    got = traces(student, chain, x, measured=False)
    assert_equal(
        got["own_hooks_alive"],
        True,
        text=Text(
            "A hook that the model had before is gone: remove your own hooks only.",
            "Пропал hook, который был у модели раньше: снимайте только свои.",
        ),
    )
    assert_equal(
        got["hooks"],
        True,
        text=Text(
            "After forward_statistics there are hooks, or a changed forward, left in the model.",
            "После forward_statistics в модели остались hooks или подменённый forward.",
        ),
    )


@check(
    "forward_statistics",
    points=1,
    title=Text("gradients stay as they were", "градиенты остаются как были"),
    hint=Text("Do the pass under torch.no_grad().", "Делайте проход под torch.no_grad()."),
)
def test_forward_grads(student, rng):
    chain, x = Chain(rng), rng.normal(4, 3)
    flat = [value for layer in chain.layers for value in layer]
    # Some parameters have a gradient and others have none.
    grads = [rng.normal(*v.shape) if index % 3 else None for index, v in enumerate(flat)]
    got = traces(student, chain, x, grads=grads, measured=False)
    assert_grads_kept(got["grads"], grads, "forward_statistics")
    assert_equal(
        got["flags"],
        True,
        text=Text(
            "forward_statistics has changed requires_grad of the parameters.",
            "forward_statistics изменила requires_grad параметров.",
        ),
    )


def assert_grads_kept(got, grads, name):
    """Fail if a gradient appeared, went or changed."""
    for found, before in zip(got, grads, strict=True):
        kept = found is None if before is None else is_tensor_like(found, before)
        if kept:
            continue
        if before is None:
            fail(
                Text(
                    f"Parameters whose grad was None have one after `{name}`.",
                    f"У параметров с grad=None после `{name}` появился градиент.",
                )
            )
        if found is None:
            fail(
                Text(
                    f"Gradients that the parameters had are gone after `{name}`.",
                    f"После `{name}` пропали градиенты, которые были у параметров.",
                )
            )
        fail(
            Text(
                f"Gradients that the parameters had are others after `{name}`.",
                f"После `{name}` изменились градиенты, которые были у параметров.",
            )
        )


def is_tensor_like(found, before):
    return isinstance(found, torch.Tensor) and is_close(found, before)


@check(
    "forward_statistics",
    points=0.5,
    title=Text("the mode and the weights stay", "режим и веса остаются"),
    hint=Text(
        "If you call model.eval(), restore the mode that the model was in.",
        "Если вызываете model.eval(), верните потом тот режим, что был.",
    ),
)
def test_mode(student, rng):
    chain, x = Chain(rng), rng.normal(4, 3)
    modes = [True, False]
    answers = traces_of_modes(student, chain, x, modes, kind="dropout", measured=False)
    for training, got in zip(modes, answers, strict=True):
        before = "train" if training else "eval"
        assert_equal(
            got["mode"],
            True,
            text=Text(
                f"The model was in the mode {before}() and is not any more.",
                f"Модель была в режиме {before}(), а теперь в другом.",
            ),
        )
        assert_equal(
            got["derives"],
            True,
            text=Text(
                "After forward_statistics gradients are switched off for all code that follows.",
                "После forward_statistics градиенты выключены для всего кода, который идёт дальше.",
            ),
            hint=Text(
                "`with torch.no_grad():` switches them on again.",
                "`with torch.no_grad():` включает их обратно.",
            ),
        )
        assert_equal(
            got["values"],
            True,
            text=Text(
                "forward_statistics has changed the parameters of the model.",
                "forward_statistics изменила параметры модели.",
            ),
        )


@check(
    "forward_statistics",
    points=1,
    title=Text("a list of pairs of float", "список пар из float"),
    hint=Text("`.item()` makes a float of a tensor.", "`.item()` делает из тензора float."),
)
def test_pairs_of_floats(student, rng):
    chain, x = Chain(rng), rng.normal(4, 3)
    got = traces(student, chain, x, measured=False)
    assert_equal(
        got["exact"],
        True,
        text=Text(
            "forward_statistics must return a list of tuples of two Python floats.",
            "forward_statistics должна вернуть список кортежей из двух чисел float.",
        ),
    )
