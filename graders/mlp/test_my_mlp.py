"""Hidden checks of the task `MyMLP`."""

import itertools
import math
from typing import NamedTuple

import torch

from zachetka.language import Text
from zachetka.pytest_plugin import (
    UNSTEADY,
    AnyOf,
    Bool,
    Float,
    Integer,
    ListOf,
    Nothing,
    Str,
    Tensor,
    Unvalidated,
    assert_close,
    assert_equal,
    check,
    fail,
    is_close,
)
from zachetka.pytest_plugin.specs import validate


def mlp_structure(nb, *, cases):
    import torch

    found = []
    for arguments in cases:
        model = nb.MyMLP(**arguments)
        places = [model.input_layer, *model.hidden_layers, model.output_layer]
        # What holds numbers: activations that stand among the layers are found by their type.
        parts = [part for place in places for part in getattr(place, "modules", list)()]
        layers = [part for part in parts if hasattr(part, "weight")]
        inner = [place for place in model.hidden_layers if not isinstance(place, torch.nn.Linear)]
        found.append(
            {
                "linear": all(isinstance(place, torch.nn.Linear) for place in places),
                "strangers": [type(place).__name__ for place in inner][:1],
                "distinct": len({id(layer) for layer in layers}) == len(layers),
                "module_list": isinstance(model.hidden_layers, torch.nn.ModuleList),
                "shapes": [list(layer.weight.shape) for layer in layers],
                "biases": all(getattr(layer, "bias", None) is not None for layer in layers),
                "sizes": [p.numel() for p in model.parameters() if p.requires_grad],
            }
        )
    return found


def mlp_outputs(nb, *, cases, trained):
    import torch

    class Bend(torch.nn.Module):
        def forward(self, values):
            return values.abs() / 2 + values / 5

    classes = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "bend": Bend}
    outputs, shapes, biases, unsteady = [], [], [], []
    for arguments, activation, weights, x in cases:
        chosen = {} if activation is None else {"activation_cls": classes[activation]}
        model = nb.MyMLP(**arguments, **chosen).train(len(outputs) < trained)
        places = [model.input_layer, *model.hidden_layers, model.output_layer]
        # Activations among the layers are punished with the structure.
        parts = [part for place in places for part in getattr(place, "modules", list)()]
        layers = [part for part in parts if hasattr(part, "weight")]
        shapes.append([list(layer.weight.shape) for layer in layers])
        given = [getattr(layer, "bias", None) for layer in layers]
        biases.append([None if bias is None else list(bias.shape) for bias in given])
        right = shapes[-1] == [list(weight.shape) for weight, _ in weights]
        # What does not fit cannot be filled in: its shape is what is wrong.
        if not right or any(
            bias is not None and bias.numel() != len(value)
            for bias, (_, value) in zip(given, weights, strict=True)
        ):
            outputs.append(None)
            unsteady.append(False)
            continue
        with torch.no_grad():
            for layer, own, (weight, bias) in zip(layers, given, weights, strict=True):
                layer.weight.copy_(weight)
                # A layer without a bias is punished with the structure.
                if own is not None:
                    own.copy_(bias.view(own.shape))
        out = model(x)
        outputs.append(out)
        again = model(x)
        unsteady.append(
            isinstance(out, torch.Tensor)
            and isinstance(again, torch.Tensor)
            and (out.dtype, again.dtype) == (x.dtype, x.dtype)
            and out.shape == again.shape
            and not torch.allclose(out, again, rtol=1e-3, atol=1e-4, equal_nan=True)
        )
    return {"MyMLP(...)(x)": outputs, "shapes": shapes, "biases": biases, "unsteady": unsteady}


def mlp_gradients(nb, *, arguments, weights, x, upstream):
    import torch

    model = nb.MyMLP(**arguments, activation_cls=torch.nn.ReLU)
    places = [model.input_layer, *model.hidden_layers, model.output_layer]
    parts = [part for place in places for part in getattr(place, "modules", list)()]
    layers = [part for part in parts if hasattr(part, "weight")]
    shapes = [list(layer.weight.shape) for layer in layers]
    given = [getattr(layer, "bias", None) for layer in layers]
    biases = [None if bias is None else list(bias.shape) for bias in given]
    right = shapes == [list(weight.shape) for weight, _ in weights]
    if not right or any(
        bias is not None and bias.numel() != len(value)
        for bias, (_, value) in zip(given, weights, strict=True)
    ):
        return {"gradients": [], "shapes": shapes, "biases": biases}
    with torch.no_grad():
        for layer, own, (weight, bias) in zip(layers, given, weights, strict=True):
            layer.weight.copy_(weight)
            if own is not None:
                own.copy_(bias.view(own.shape))
    out = model(x)
    # Where all of the graph is cut there is nothing to go back along.
    if getattr(out, "requires_grad", True):
        # `backward(upstream)` would import half of sympy.
        (out * upstream).sum().backward()
    values = [
        value for layer, own in zip(layers, given, strict=True) for value in (layer.weight, own)
    ]
    gradients = [getattr(value, "grad", None) for value in values]
    return {"gradients": gradients, "shapes": shapes, "biases": biases}


def counted(nb, *, widths, frozen):
    import itertools

    import torch

    layers = [torch.nn.Linear(a, b) for a, b in itertools.pairwise(widths)]
    inner = torch.nn.Sequential(*layers[1:])
    # Neither of the last two is of any use to the network; their parameters have other shapes.
    others = torch.nn.BatchNorm1d(widths[-1]), torch.nn.Conv2d(2, 3, 5, bias=False)
    model = torch.nn.Sequential(layers[0], inner, *others)
    # Not every parameter is a weight or a bias, or lies in a leaf of the tree. None is without
    # dimensions: numpy's product of no extents is 1.0, which makes a float of the sum.
    inner.scale, model.shift = torch.nn.Parameter(torch.ones(7)), torch.nn.Parameter(torch.ones(1))
    before = nb.count_parameters(model)
    for index in frozen:
        layers[index].weight.requires_grad_(False)
    layers[1].bias.requires_grad_(False)
    model.eval()
    flags = [parameter.requires_grad for parameter in model.parameters()]
    after = nb.count_parameters(model)
    return {
        "count_parameters(model)": [after, before],
        "kept": flags == [parameter.requires_grad for parameter in model.parameters()],
    }


GRADIENT = AnyOf(Float(...), Nothing())
# More layers than any network of these has.
SHAPES = ListOf(ListOf(Integer(), at_most=8), at_most=1000)
BIASES = ListOf(AnyOf(Nothing(), ListOf(Integer(), at_most=8)), at_most=1000)
STRUCTURE = {
    "linear": Bool(),
    "strangers": ListOf(Str(), at_most=1),
    "distinct": Bool(),
    "module_list": Bool(),
    "shapes": SHAPES,
    "biases": Bool(),
    "sizes": ListOf(Integer()),
}


@check(
    "MyMLP",
    points=3,
    title=Text(
        "input_layer, hidden_layers and output_layer for one, two and three hidden widths",
        "input_layer, hidden_layers и output_layer для одной, двух и трёх скрытых ширин",
    ),
    hint=Text(
        "The layers join input_dim, hidden_dims in order and output_dim; with one hidden width "
        "the ModuleList is empty.",
        "Слои по порядку соединяют input_dim, hidden_dims и output_dim; при одной скрытой "
        "ширине ModuleList пуст.",
    ),
)
def test_structure(student, rng):
    # Three hidden widths that neither rise nor fall, so that sorting them shows.
    first, last, low, middle, high = distinct_widths(rng, 5)
    low, middle, high = sorted((low, middle, high))
    # They come before two, which are sorted where they are turned round.
    cases = [distinct_widths(rng, 3), [first, middle, high, low, last], distinct_widths(rng, 4)]
    # Layers of one shape are layers of their own all the same.
    cases.append([first, middle, middle, middle, last])
    for got, widths in zip(structures(student, cases), cases, strict=True):
        assert_structure(got, widths)
        assert_equal(
            got["distinct"],
            True,
            text=Text(
                "Two places of the network hold one and the same layer: make a new nn.Linear for "
                "each.",
                "В двух местах сети стоит один и тот же слой: создайте для каждого свой nn.Linear.",
            ),
        )


@check(
    "MyMLP",
    points=1,
    title=Text("MyMLP() with the default arguments", "MyMLP() с аргументами по умолчанию"),
)
def test_defaults(student, rng):
    widths = [2, 100, 100, 1]
    # The default activation shows in the outputs: half of the sums in 100 units are negative.
    weights, x = mlp_weights(rng, widths), rng.normal(5, 2)
    cases = [({}, None, weights, x), ({}, "relu", weights, x)]
    (out, weights, unsteady), told = mlp_out(student, cases)
    mistakes = unsteady | {
        Text(
            f"the default activation is {name}, not nn.ReLU",
            f"активация по умолчанию — {name}, а не nn.ReLU",
        ): mlp_sums(weights, x, [function] * 2)
        for name, function in OTHER_ACTIVATIONS.items()
    }
    expected = variants(weights, x, torch.relu)
    # What is wrong with activation_cls=nn.ReLU as well is punished in `forward`.
    expected = forgiven(told.values, variants(told.weights, x, torch.relu), expected)
    assert_one_of(out, expected, name="MyMLP()(x)", mistakes=mistakes)


@check(
    "MyMLP",
    points=4,
    title=Text("forward gives logits", "forward возвращает логиты"),
    hint=Text(
        "The activation stands after every layer but the last; nothing follows the output "
        "layer, the loss takes logits.",
        "Активация стоит после каждого слоя, кроме последнего; после output_layer ничего нет: "
        "функция потерь принимает логиты.",
    ),
)
def test_mlp_forward(student, rng):
    cases = []
    for widths in ([5, 7, 6, 4], [5, 7, 6, 1]):
        weights, x = mlp_weights(rng, widths), rng.normal(9, 5)
        cases.append((mlp_arguments(widths), "relu", weights, x))
    # Logits are wanted in eval mode as well. A single output that loses its dimension is punished
    # in `defaults`.
    cases.append(cases[0])
    got = mlp_out(student, cases, squeezed_is_fine=True, trained=1)
    relu, nothing = torch.relu, torch.Tensor.clone
    for (_, _, _, x), (out, weights, unsteady) in zip(cases, got, strict=True):
        logits = mlp_sums(weights, x, [relu, relu])
        mistakes = unsteady | {
            Text(
                f"there is a {name} after the last layer: return the logits themselves",
                f"после последнего слоя стоит {name}: верните сами логиты",
            ): end(logits)
            for name, end in NAMED_ENDS.items()
        }
        mistakes |= {
            Text(
                "there is no activation after input_layer", "после input_layer нет активации"
            ): mlp_sums(weights, x, [nothing, relu]),
            Text(
                "there is no activation after the hidden layers",
                "после скрытых слоёв нет активации",
            ): mlp_sums(weights, x, [relu, nothing]),
            Text(
                "there is no activation at all, so the network is a single linear layer",
                "активаций нет вовсе, и вся сеть — один линейный слой",
            ): mlp_sums(weights, x, [nothing, nothing]),
            Text(
                "the activation stands before the layers, on the input, too",
                "активация применена и к самому входу",
            ): mlp_sums(weights, x.relu(), [relu, relu]),
        }
        name = f"MyMLP(..., output_dim={logits.shape[1]})(x)"
        # What is named is compared in the shape of the logits.
        mistakes = {text: value.reshape(logits.shape) for text, value in mistakes.items()}
        assert_close(out.reshape(logits.shape), logits, name=name, mistakes=mistakes)


@check(
    "MyMLP",
    points=2,
    title=Text("one, three and four hidden widths", "одна, три и четыре скрытые ширины"),
)
def test_depths(student, rng):
    cases = [
        (mlp_arguments(widths), "relu", mlp_weights(rng, widths), rng.normal(6, widths[0]))
        # Between equal widths a skip connection is possible, and wrong. The last is for comparison:
        # what is wrong with two widths as well is punished in `forward`.
        for widths in ([5, 6, 3], [4, 7, 7, 6, 3], [4, 7, 6, 5, 5, 3], [5, 7, 6, 3])
    ]
    *outs, two = mlp_out(student, cases)
    known = list(variants(two.weights, cases[-1][-1], torch.relu))
    for case, got in zip(cases[:-1], outs, strict=True):
        arguments, _, _, x = case
        out, weights, mistakes = got
        mistakes = mistakes | known_skips(weights, x)
        mistakes[
            Text(
                "there is no activation at all, so the network is a single linear layer",
                "активаций нет вовсе, и вся сеть — один линейный слой",
            )
        ] = mlp_sums(weights, x, [torch.Tensor.clone] * len(arguments["hidden_dims"]))
        name = f"MyMLP(..., hidden_dims={arguments['hidden_dims']})(x)"
        expected = forgiven(two.values, known, variants(weights, x, torch.relu))
        assert_one_of(out, expected, name=name, mistakes=mistakes)


def known_skips(weights, x):
    """Give the outputs of ReLU networks that add a layer's input to what it gives."""
    joints = {
        Text(
            "the input of a hidden layer is added to its output (a skip connection)",
            "вход скрытого слоя прибавлен к его выходу (skip connection)",
        ): lambda h, new: h + new.relu(),
        Text(
            "the input of a hidden layer is added to its output before the activation (a skip "
            "connection)",
            "вход скрытого слоя прибавлен к его выходу до активации (skip connection)",
        ): lambda h, new: (h + new).relu(),
    }
    found = {}
    for text, joint in joints.items():
        (first, shift), *inner, (last, end) = weights
        h = (x @ first.T + shift).relu()
        for weight, bias in inner:
            new = h @ weight.T + bias
            h = joint(h, new) if new.shape == h.shape else new.relu()
        found[text] = h @ last.T + end
    return found


@check(
    "MyMLP",
    points=2,
    title=Text("activation_cls is used", "используется activation_cls"),
    hint=Text(
        "Build the activation from the class that was passed in.",
        "Создавайте активацию из переданного класса.",
    ),
)
def test_activation(student, rng):
    widths = [4, 7, 6, 3]
    functions = {"tanh": torch.tanh, "bend": lambda values: values.abs() / 2 + values / 5}
    cases = [
        (mlp_arguments(widths), name, mlp_weights(rng, widths), rng.normal(6, 4))
        for name in functions
    ]
    for case, got in zip(cases, mlp_out(student, cases), strict=True):
        _, name, _, x = case
        out, weights, unsteady = got
        if any(is_close(out, other) for other in variants(weights, x, torch.relu)):
            fail(
                Text(
                    "The network does not use the activation_cls that it was given.",
                    "Сеть не использует переданный activation_cls.",
                )
            )
        assert_one_of(
            out,
            variants(weights, x, functions[name], any_activation=False),
            name="MyMLP(..., activation_cls=...)(x)",
            mistakes=unsteady,
        )


@check(
    "MyMLP",
    points=2,
    title=Text("inputs of shape (N, *) are flattened", "входы формы (N, *) вытягиваются в строки"),
    hint=Text(
        "Keep the first dimension and join the rest: (N, *) -> (N, input_dim).",
        "Сохраните первую размерность, остальные склейте: (N, *) -> (N, input_dim).",
    ),
)
def test_flattening(student, rng):
    widths = [12, 7, 6, 3]
    cases = [
        (mlp_arguments(widths), "relu", mlp_weights(rng, widths), rng.normal(*shape))
        # Rows are for comparison: what is wrong with them as well is punished in `forward`.
        for shape in ((5, 3, 4), (6, 1, 2, 6), (1, 12), (6, 12))
    ]
    *outs, rows = mlp_out(student, cases)
    known = list(variants(rows.weights, cases[-1][-1], torch.relu))
    for case, got in zip(cases[:-1], outs, strict=True):
        x = case[-1]
        out, weights, unsteady = got
        expected = forgiven(rows.values, known, variants(weights, x.flatten(1), torch.relu))
        name = f"MyMLP(...)(x), x: {tuple(x.shape)}"
        assert_one_of(out, expected, name=name, mistakes=unsteady)


def is_off_kinks(weights, x):
    """Say whether no sum is so near the kink of ReLU that rounding may decide on the slope.

    One input in twenty is not; float32 rounds these sums by 1e-7.
    """
    for weight, bias in weights[:-1]:
        x = x @ weight.T + bias
        if bool((x.abs() < 1e-3).any()):
            return False
        x = x.relu()
    return True


@check(
    "MyMLP",
    points=2,
    title=Text("gradients reach every layer", "градиенты доходят до каждого слоя"),
)
def test_mlp_gradients(student, rng):
    widths = [4, 6, 5, 3]
    weights, x, upstream = mlp_weights(rng, widths), rng.normal(7, 4), rng.normal(7, 3)
    while not is_off_kinks(weights, x):
        x = rng.normal(7, 4)
    answer = student.run(
        mlp_gradients,
        arguments=mlp_arguments(widths),
        weights=weights,
        x=x,
        upstream=upstream,
        returns={
            "gradients": ListOf(GRADIENT, at_most=6),
            "shapes": SHAPES,
            "biases": BIASES,
        },
    )
    assert_shapes(answer["shapes"], widths)
    weights = assert_biases(answer["biases"], weights)
    got = validate(ListOf(GRADIENT, 6), answer["gradients"], "MyMLP(...)")
    leaves = [(w.clone().requires_grad_(), b.clone().requires_grad_()) for w, b in weights]
    flat = [leaf for pair in leaves for leaf in pair]
    # A bias that the layer does not have has no gradient either.
    absent = [2 * layer + 1 for layer, bias in enumerate(answer["biases"]) if bias is None]
    there = [number for number in range(len(flat)) if number not in absent]
    for out in variants(leaves, x, torch.relu):
        expected = torch.autograd.grad((out * upstream).sum(), flat, retain_graph=True)
        if all(got[i] is not None and is_close(got[i], expected[i]) for i in there):
            return
    names = ["input_layer", "hidden_layers[0]", "output_layer"]
    # Zeros may be right, where all units of a layer are dead; here they are not.
    reached = [grad is not None and bool(grad.any()) for grad in got[::2]]
    cut = [name for name, there in zip(names, reached, strict=True) if not there]
    if cut:
        fail(
            Text(
                f"After backward() no gradient has reached {', '.join(cut)}: the graph is cut.",
                f"После backward() градиент не дошёл до {', '.join(cut)}: граф вычислений "
                "разорван.",
            ),
            hint=Text(
                "`.data`, `.detach()`, `torch.no_grad()` and numpy cut the graph.",
                "`.data`, `.detach()`, `torch.no_grad()` и numpy разрывают граф вычислений.",
            ),
        )
    fail(
        Text(
            "After backward() the gradients of the layers' weights and biases are not right.",
            "После backward() градиенты весов и смещений слоёв неверны.",
        )
    )


@check(
    "MyMLP",
    points=2,
    title=Text(
        "784 inputs, hidden_dims (512, 256, 128, 32), 10 outputs: the number of parameters",
        "784 входа, hidden_dims (512, 256, 128, 32), 10 выходов: число параметров",
    ),
    hint=Text(
        "Layers kept in a plain list are invisible to parameters(); layers that are not needed "
        "count, too.",
        "Слои в обычном списке не видны в parameters(); лишние слои тоже попадают в счёт.",
    ),
)
def test_large_network(student):
    widths = [784, 512, 256, 128, 32, 10]
    (got,) = structures(student, [widths])
    expected = sum((a + 1) * b for a, b in itertools.pairwise(widths))
    if sum(got["sizes"]) > expected and got["shapes"] == [
        [b, a] for a, b in itertools.pairwise(widths)
    ]:
        fail(
            Text(
                "Besides the layers of the contract the network has other parameters, which an "
                "optimizer would get, too.",
                "Кроме слоёв из условия у сети есть лишние параметры: оптимизатор получит и их.",
            )
        )
    assert_equal(
        sum(got["sizes"]),
        expected,
        text=Text(
            f"The parameters that the network gives to an optimizer have {sum(got['sizes'])} "
            "numbers; the layers of the contract have a different count.",
            f"В параметрах, которые сеть отдаёт оптимизатору, {sum(got['sizes'])} чисел; "
            "в слоях из условия их другое количество.",
        ),
    )


@check(
    "MyMLP",
    points=2,
    title=Text("count_parameters", "count_parameters"),
    hint=Text(
        "Count the numbers (numel) of the parameters that require a gradient.",
        "Считайте числа (numel) в параметрах, у которых requires_grad=True.",
    ),
)
def test_count_parameters(student, rng):
    widths = distinct_widths(rng, 4)
    frozen = [0, 2]
    name = "count_parameters(model)"
    got = student.run(
        counted,
        widths=widths,
        frozen=frozen,
        returns={name: ListOf(Unvalidated(), 2), "kept": Bool()},
    )
    assert_equal(
        got["kept"],
        True,
        text=Text(
            "count_parameters changes requires_grad of parameters.",
            "count_parameters меняет requires_grad параметров.",
        ),
    )
    got, plain = (Integer().validate(count, name) for count in got[name])
    sizes = [(a * b, b) for a, b in itertools.pairwise(widths)]
    convolution = 3 * 2 * 5 * 5
    own = 7 + 1
    total = sum(a + b for a, b in sizes) + 2 * widths[-1] + convolution + own
    trainable = total - sum(sizes[index][0] for index in frozen) - sizes[1][1]
    mistakes = {
        Text(
            "count_parameters counts frozen parameters (requires_grad=False), too.",
            "count_parameters считает и замороженные параметры (requires_grad=False).",
        ): total,
        Text(
            "count_parameters counts tensors; count their elements.",
            "count_parameters считает тензоры, а нужно число элементов в них.",
        ): 2 * len(sizes) + 3 + 2 - 1 - len(frozen),
        Text(
            "count_parameters leaves out the biases.", "count_parameters не учитывает bias."
        ): sizes[1][0] + widths[-1] + convolution + own,
        Text(
            "count_parameters leaves out parameters that are no `weight` or `bias` of a layer.",
            "count_parameters пропускает параметры, которые не `weight` и не `bias` слоя.",
        ): trainable - own,
        Text(
            "count_parameters counts frozen biases, too.",
            "count_parameters считает и замороженные bias.",
        ): trainable + sizes[1][1],
        Text(
            "count_parameters multiplies the first two dimensions only; a tensor may have more.",
            "count_parameters перемножает только две первые размерности, а их бывает больше.",
        ): trainable - convolution + 3 * 2,
        Text(
            "count_parameters counts the frozen parameters instead of the others.",
            "count_parameters считает замороженные параметры вместо остальных.",
        ): total - trainable,
        Text(
            "count_parameters gives the number of the network of the example, whatever the "
            "model is.",
            "count_parameters для любой модели возвращает число параметров сети из примера.",
        ): 570_602,
    }
    # By chance a mistake may give the right number, and then it is none.
    for text, number in mistakes.items() if got != trainable else ():
        if got == number:
            fail(text)
    assert_equal(
        (got, plain),
        (trainable, total),
        text=Text(
            "count_parameters does not give the number of trainable parameters.",
            "count_parameters возвращает не число обучаемых параметров.",
        ),
    )


def distinct_widths(rng, count):
    # Different widths, so that a pair taken in the wrong order shows in the shapes.
    return [int(width) + 3 for width in rng.permutation(9)[:count]]


def structures(student, cases):
    return student.run(
        mlp_structure,
        cases=[mlp_arguments(widths) for widths in cases],
        returns=ListOf(STRUCTURE, len(cases)),
    )


class Output(NamedTuple):
    """What a network gave, the weights that it had, and the name of its mistake if it dices."""

    values: torch.Tensor
    weights: list
    mistakes: dict


def mlp_out(student, cases, *, squeezed_is_fine=False, trained=None):
    """Give the outputs of networks with given weights; what they join must be right first."""
    got = student.run(
        mlp_outputs,
        cases=cases,
        trained=len(cases) if trained is None else trained,
        returns={
            "MyMLP(...)(x)": ListOf(Unvalidated(), len(cases)),
            "shapes": ListOf(SHAPES, len(cases)),
            "biases": ListOf(BIASES, len(cases)),
            "unsteady": ListOf(Bool(), len(cases)),
        },
    )
    filled = []
    for (_, _, weights, _), shapes, biases in zip(cases, got["shapes"], got["biases"], strict=True):
        widths = [weights[0][0].shape[1], *(len(bias) for _, bias in weights)]
        assert_shapes(shapes, widths)
        filled.append(assert_biases(biases, weights))
    # One by one: the student's code gave tensors, not our list of them.
    for out in got["MyMLP(...)(x)"]:
        if out is None:
            fail(Text("`forward` of MyMLP returns None.", "`forward` у MyMLP возвращает None."))
        Tensor(...).validate(out, "MyMLP(...)(x)")
    for (_, _, weights, x), out in zip(cases, got["MyMLP(...)(x)"], strict=True):
        wanted = (len(x), len(weights[-1][1]))
        if wanted[1] > 1:
            Float(*wanted).validate(out, "MyMLP(...)(x)")
        elif not squeezed_is_fine or out.shape != (len(x),):
            if out.shape == (len(x),):
                fail(
                    Text(
                        "With output_dim=1 the output lost its last dimension: (N, 1) is wanted.",
                        "При output_dim=1 у выхода пропала последняя размерность: нужна форма "
                        "(N, 1).",
                    )
                )
            Float(*wanted).validate(out, "MyMLP(..., output_dim=1)(x)")
    return [
        Output(out, weights, {UNSTEADY: out} if dices else {})
        for out, weights, dices in zip(got["MyMLP(...)(x)"], filled, got["unsteady"], strict=True)
    ]


def mlp_arguments(widths):
    return {"input_dim": widths[0], "output_dim": widths[-1], "hidden_dims": tuple(widths[1:-1])}


def mlp_weights(rng, widths):
    return [
        (rng.normal(b, a, std=1.5 / math.sqrt(a)), rng.normal(b, std=0.5))
        for a, b in itertools.pairwise(widths)
    ]


def mlp_sums(weights, x, activations):
    for (weight, bias), activation in zip(weights, [*activations, None], strict=True):
        x = x @ weight.T + bias
        x = x if activation is None else activation(x)
    return x


# What may stand by mistake after the last layer: it costs `forward` and nothing else.
NAMED_ENDS = {
    "softmax": lambda out: out.softmax(-1),
    "log-softmax": lambda out: out.log_softmax(-1),
    "softmax over the samples (dim=0)": lambda out: out.softmax(0),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "ReLU": torch.relu,
}
ENDS = (torch.Tensor.clone, *NAMED_ENDS.values())
OTHER_ACTIVATIONS = {
    "nn.Tanh": torch.tanh,
    "nn.Sigmoid": torch.sigmoid,
    "nn.Identity": torch.Tensor.clone,
    "nn.LeakyReLU": torch.nn.functional.leaky_relu,
    "nn.ELU": torch.nn.functional.elu,
    "nn.GELU": torch.nn.functional.gelu,
    "nn.SiLU": torch.nn.functional.silu,
}


def variants(weights, x, activation, *, any_activation=True):
    """The outputs of networks with a mistake that `forward` punishes, the right one first."""
    hidden = len(weights) - 1
    nothing = torch.Tensor.clone
    # As many for a single hidden width, where some are the same: see `forgiven`.
    insides = [
        [activation] * hidden,
        [activation] + [nothing] * (hidden - 1),
        [activation] * (hidden - 1) + [nothing],
        [nothing] + [activation] * (hidden - 1),
    ]
    if any_activation:
        insides.append([nothing] * hidden)
    for inside in insides:
        out = mlp_sums(weights, x, inside)
        for end in (*ENDS, activation):
            yield end(out)


def forgiven(out, known, expected):
    """Of `variants`, keep the right one and those that `known`, the same of another case, has.

    `out` is what the network gives in that case: a mistake that it does not make there is not
    punished in `forward`.
    """
    right, *others = zip(known, expected, strict=True)
    return [right[1], *(here for there, here in others if is_close(out, there))]


def assert_one_of(out, expected, *, name, mistakes=None):
    expected = list(expected)
    if not any(is_close(out, other) for other in expected):
        assert_close(out, expected[0], name=name, mistakes=mistakes)


def assert_structure(got, widths):
    assert_equal(
        got["module_list"],
        True,
        text=Text(
            "hidden_layers must be an nn.ModuleList.", "hidden_layers должен быть nn.ModuleList."
        ),
    )
    for name in got["strangers"]:
        fail(
            Text(
                f"hidden_layers may hold nn.Linear only; {name} is in it.",
                f"В hidden_layers могут стоять только nn.Linear, а там есть {name}.",
            )
        )
    assert_equal(
        got["linear"] and got["biases"],
        True,
        text=Text(
            "input_layer, output_layer and the members of hidden_layers must be nn.Linear "
            "with a bias.",
            "input_layer, output_layer и элементы hidden_layers должны быть nn.Linear с bias.",
        ),
    )
    assert_shapes(got["shapes"], widths)


def assert_biases(found, weights):
    """Give the weights as they were filled in: a layer without a bias has zeros for one."""
    if len(found) != len(weights):
        fail(Text("The layers of the network change.", "Слои сети меняются."))
    filled = []
    for shape, (weight, bias) in zip(found, weights, strict=True):
        if shape is not None and math.prod(shape) != len(bias):
            fail(
                Text(
                    f"The bias of a layer has the shape {tuple(shape)}; {(len(bias),)} is wanted.",
                    f"У bias одного из слоёв форма {tuple(shape)}, а нужна {(len(bias),)}.",
                )
            )
        filled.append((weight, torch.zeros_like(bias) if shape is None else bias))
    return filled


def assert_shapes(shapes, widths):
    expected = [[b, a] for a, b in itertools.pairwise(widths)]
    shown = f"input_dim={widths[0]}, hidden_dims={tuple(widths[1:-1])}, output_dim={widths[-1]}"
    if len(shapes) != len(expected):
        fail(
            Text(
                f"For {shown} hidden_layers has {len(shapes) - 2} layers instead of "
                f"{len(expected) - 2}.",
                f"Для {shown} в hidden_layers слоёв: {len(shapes) - 2}, "
                f"а нужно: {len(expected) - 2}.",
            )
        )
    hidden = widths[1:-1]
    orders = (
        (Text("sorted", "отсортированы"), sorted(hidden)),
        (Text("reversed", "идут в обратном порядке"), hidden[::-1]),
    )
    named = [
        name
        for name, order in orders
        if order != hidden
        and shapes == [[b, a] for a, b in itertools.pairwise([widths[0], *order, widths[-1]])]
    ]
    if named:
        fail(
            Text(
                f"For {shown} the hidden widths are {' or '.join(name.en for name in named)}: keep "
                "the order of hidden_dims.",
                f"Для {shown} скрытые ширины {' или '.join(name.ru for name in named)}: сохраняйте "
                "порядок hidden_dims.",
            )
        )
    assert_equal(
        shapes,
        expected,
        text=Text(
            f"For {shown} the layers have weights of the shapes {shapes}: they do not "
            "join these widths in order.",
            f"Для {shown} формы весов слоёв {shapes}: они не соединяют эти ширины по порядку.",
        ),
    )
