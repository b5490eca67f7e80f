"""Hidden checks of the assignment `mlp`.

A probe runs beside the student's code and returns claims; every expected value is computed here,
outside. A mistake in one task must not cost another one, so no check leans on a second object of
the notebook; `train`, which may well call the student's own `minibatches` and `sgd_step`, gets a
second chance with right ones in their place.
"""

import ast
import functools
import itertools
import math
import re

import torch

from zachetka.errors import StudentFault
from zachetka.language import Text
from zachetka.pytest_plugin import (
    Bool,
    Double,
    Float,
    Integer,
    ListOf,
    Nothing,
    Number,
    Str,
    TupleOf,
    assert_close,
    assert_equal,
    check,
    fail,
    is_close,
)

# --------------------------------------------------------------------------- MyLinear


def linear_parameters(nb, *, inputs, outputs):
    import torch

    layer = nb.MyLinear(inputs, outputs)
    parameters = list(layer.parameters())
    return {
        "weight": layer.weight,
        "bias": layer.bias,
        "registered": [
            isinstance(value, torch.nn.Parameter) and any(value is p for p in parameters)
            for value in (layer.weight, layer.bias)
        ],
        "trainable": [bool(value.requires_grad) for value in (layer.weight, layer.bias)],
        "ready_made": any(isinstance(m, torch.nn.Linear) for m in layer.modules()),
    }


def linear_outputs(nb, *, weight, bias, xs):
    import torch
    from torch.overrides import TorchFunctionMode

    called = []

    class Watch(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            called.append(getattr(func, "__name__", ""))
            return func(*args, **(kwargs or {}))

    outputs, inputs = weight.shape
    layer = nb.MyLinear(inputs, outputs, **({"bias": False} if bias is None else {}))
    with torch.no_grad():
        layer.weight.copy_(weight)
        if bias is not None:
            layer.bias.copy_(bias)
    with Watch():
        values = [layer(x) for x in xs]
    return {
        "MyLinear(...)(x)": values,
        "bias_is_none": getattr(layer, "bias", None) is None,
        "ready_made": "linear" in called
        or any(isinstance(m, torch.nn.Linear) for m in layer.modules()),
    }


def linear_gradients(nb, *, weight, bias, x, upstream):
    import torch

    layer = nb.MyLinear(x.shape[-1], weight.shape[0])
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    x.requires_grad_()
    # `backward(upstream)` would import half of sympy.
    (layer(x) * upstream).sum().backward()
    return {
        "weight.grad": layer.weight.grad,
        "bias.grad": layer.bias.grad,
        "x.grad": x.grad,
        "ready_made": any(isinstance(m, torch.nn.Linear) for m in layer.modules()),
    }


NO_BIAS_ADDED = Text("the bias is not added", "не прибавлен bias")
REGISTERED = Text(
    "`weight` and `bias` must be registered parameters of the layer: only then does "
    "`layer.parameters()` give them to an optimizer.",
    "`weight` и `bias` должны быть зарегистрированными параметрами слоя: только тогда "
    "`layer.parameters()` отдаст их оптимизатору.",
)


@check(
    "MyLinear",
    points=3,
    title=Text(
        "weight and bias are parameters of the right shape",
        "weight и bias — параметры нужной формы",
    ),
    hint=Text("Wrap both in nn.Parameter.", "Оберните оба в nn.Parameter."),
)
def test_parameters(student, rng):
    refuse_ready_made_linear(student)
    inputs = rng.integers(3, 7)
    outputs = inputs + rng.integers(1, 5)
    got = student.run(
        linear_parameters,
        inputs=inputs,
        outputs=outputs,
        returns={
            "weight": Float(outputs, inputs),
            "bias": Float(outputs),
            "registered": ListOf(Bool(), 2),
            "trainable": ListOf(Bool(), 2),
            "ready_made": Bool(),
        },
    )
    refuse_ready_made_linear(student, found=got["ready_made"])
    assert_equal(got["registered"], [True, True], text=REGISTERED)
    assert_equal(got["trainable"], [True, True], text=REGISTERED)


@check("MyLinear", points=4, title=Text("forward pass of a batch", "прямой проход пакета"))
def test_forward(student, rng):
    weight, bias, x = rng.normal(4, 7), rng.normal(4), rng.normal(6, 7)
    (out,) = linear_out(student, weight, bias, [x])
    product = x @ weight.T
    bias_first = ((x.unsqueeze(1) + bias.view(1, -1, 1)) * weight).sum(-1)
    assert_close(
        out,
        product + bias,
        name="MyLinear(...)(x)",
        mistakes={
            NO_BIAS_ADDED: product,
            Text("the bias is subtracted, not added", "bias вычитается, а не прибавляется"): product
            - bias,
            Text("the bias is added before the product", "bias прибавлен до умножения"): bias_first,
            Text(
                "there is a ReLU at the end: a linear layer has none",
                "в конце стоит ReLU: у линейного слоя её нет",
            ): (product + bias).relu(),
        },
    )


@check(
    "MyLinear",
    points=3,
    title=Text("inputs of one and of three dimensions", "одномерные и трёхмерные входы"),
    hint=Text(
        "The last dimension of x is in_features; there may be any number before it.",
        "Последняя размерность x — это in_features; перед ней может быть сколько угодно других.",
    ),
)
def test_input_shapes(student, rng):
    # A missing or a subtracted bias is punished in `forward`; here only the dimensions count.
    weight, bias = rng.normal(4, 7), rng.normal(4)
    xs = [rng.normal(7), rng.normal(3, 5, 7), rng.normal(1, 7)]
    for x, out in zip(xs, linear_out(student, weight, bias, xs), strict=True):
        product = x @ weight.T
        if not any(is_close(out, other) for other in (product, product - bias)):
            assert_close(out, product + bias, name=f"MyLinear(...)(x), x: {tuple(x.shape)}")


@check("MyLinear", points=2, title=Text("a layer with bias=False", "слой с bias=False"))
def test_no_bias(student, rng):
    weight, x = rng.normal(3, 5), rng.normal(6, 5)
    (out,) = linear_out(student, weight, None, [x])
    assert_close(out, x @ weight.T, name="MyLinear(..., bias=False)(x)")


@check(
    "MyLinear",
    points=3,
    title=Text("gradients reach weight, bias and x", "градиенты доходят до weight, bias и x"),
    hint=Text(
        "`.data`, `.detach()`, `.item()` and numpy cut the graph.",
        "`.data`, `.detach()`, `.item()` и numpy разрывают граф вычислений.",
    ),
)
def test_linear_gradients(student, rng):
    refuse_ready_made_linear(student)
    weight, bias, x, upstream = rng.normal(4, 7), rng.normal(4), rng.normal(6, 7), rng.normal(6, 4)
    got = student.run(
        linear_gradients,
        weight=weight,
        bias=bias,
        x=x,
        upstream=upstream,
        returns={
            "weight.grad": Float(4, 7),
            "bias.grad": Float(4),
            "x.grad": Float(6, 7),
            "ready_made": Bool(),
        },
    )
    refuse_ready_made_linear(student, found=got["ready_made"])
    assert_close(got["weight.grad"], upstream.T @ x, name="weight.grad")
    assert_close(got["bias.grad"], upstream.sum(0), name="bias.grad")
    assert_close(got["x.grad"], upstream @ weight, name="x.grad")


def linear_out(student, weight, bias, xs):
    refuse_ready_made_linear(student)
    got = student.run(
        linear_outputs,
        weight=weight,
        bias=bias,
        xs=xs,
        returns={
            "MyLinear(...)(x)": TupleOf(*(Float(*x.shape[:-1], len(weight)) for x in xs)),
            "bias_is_none": Bool(),
            "ready_made": Bool(),
        },
    )
    refuse_ready_made_linear(student, found=got["ready_made"])
    if bias is None and not got["bias_is_none"]:
        fail(
            Text(
                "With bias=False the attribute `bias` must be None.",
                "При bias=False атрибут `bias` должен быть равен None.",
            )
        )
    return got["MyLinear(...)(x)"]


def refuse_ready_made_linear(student, *, found=None):
    """Fail the check if `MyLinear` is built on what it should replace.

    The source is read outside, where the student's code cannot hide it; `found` is what was seen at
    run time and catches the honest who took a detour.
    """
    if found is None:
        named = torch_names_in_my_linear(tuple(cell.source for cell in student.cells))
        found = not named.isdisjoint(READY_MADE)
        for name in sorted(named & SUSPICIOUS):
            student.flag(f"MyLinear uses {name} of torch, which can stand in for a linear layer")
    if found:
        fail(
            Text(
                "MyLinear must do its own arithmetic: nn.Linear and F.linear are not allowed "
                "inside it.",
                "MyLinear должен считать сам: nn.Linear и F.linear внутри него запрещены.",
            ),
            hint=Text(
                "A product of matrices and a sum are all that is needed.",
                "Достаточно произведения матриц и сложения.",
            ),
            cause="forbidden",
        )


READY_MADE = frozenset({"Linear", "LazyLinear", "linear"})
SUSPICIOUS = frozenset(
    {"Bilinear", "bilinear", "Conv1d", "conv1d", "Conv2d", "conv2d", "_C", "ops", "eval", "exec"}
)
MAX_PATH_CHARS = 200
MAX_SOURCE_CHARS = 300_000


@functools.lru_cache(maxsize=1)
def torch_names_in_my_linear(sources):
    """Give the last words of what the notebook's last class `MyLinear` takes from torch."""
    aliases, found = {"eval": "torch.eval", "exec": "torch.exec"}, set()
    try:
        left = MAX_SOURCE_CHARS
        for source in sources:
            left -= len(source)
            tree = _parse(source) if left > 0 else _parse("")
            classes = [
                node
                for node in ast.walk(tree)
                if isinstance(node, ast.ClassDef) and node.name == "MyLinear"
            ]
            # A name that is given inside another function or class means nothing here.
            inside = {id(part) for each in classes for part in ast.walk(each)}
            inside |= {id(node) for node in tree.body}
            statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
            for node in sorted(statements, key=lambda node: node.lineno):
                if id(node) in inside or isinstance(node, ast.Import | ast.ImportFrom):
                    _learn_aliases(node, aliases)
            for each in classes:
                paths = [_dotted(part, aliases) for part in _code_of(each)]
                found = {path.rpartition(".")[2] for path in paths if path.startswith("torch.")}
    except RecursionError:
        return found  # no human wrote this; what it calls is still seen at run time
    return found


def _parse(source):
    without_magics = re.sub(r"(?m)^(\s*)[%!?].*$", r"\1pass", source)
    for text in (source, without_magics):
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, MemoryError):
            continue
    return ast.Module(body=[], type_ignores=[])


def _code_of(node):
    """Walk the code of a class; what stands in annotations is not run and not counted."""
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns"}:
            continue
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST):
                yield part
                yield from _code_of(part)


def _learn_aliases(node, aliases):
    match node:
        case ast.Import(names=names):
            for name in names:
                root = name.name.partition(".")[0]
                aliases[name.asname or root] = name.name if name.asname else root
        case ast.ImportFrom(module=str() as module, names=names, level=0):
            for name in names:
                if name.name != "*":
                    aliases[name.asname or name.name] = f"{module}.{name.name}"
                elif module in {"torch.nn", "torch.nn.functional"}:
                    aliases.update({word: f"{module}.{word}" for word in READY_MADE})
        case ast.Assign(targets=[ast.Name(id=target)], value=value):
            aliases[target] = _dotted(value, aliases)
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            aliases.pop(name, None)


def _dotted(node, aliases):
    match node:
        case ast.Name(id=name):
            return aliases.get(name, "")
        case ast.Attribute(value=value, attr=attr):
            root = _dotted(value, aliases)
        case ast.Call(
            func=ast.Name(id="getattr"), args=[value, ast.Constant(value=str() as attr), *_]
        ):
            root = _dotted(value, aliases)
        case _:
            return ""
    return f"{root}.{attr}" if 0 < len(root) < MAX_PATH_CHARS else ""


# --------------------------------------------------------------------------- MyMLP


def mlp_structure(nb, *, cases):
    import torch

    found = []
    for arguments in cases:
        model = nb.MyMLP(**arguments)
        layers = [model.input_layer, *model.hidden_layers, model.output_layer]
        is_linear = [isinstance(layer, torch.nn.Linear) for layer in layers]
        found.append(
            {
                "linear": all(is_linear),
                "module_list": isinstance(model.hidden_layers, torch.nn.ModuleList),
                "shapes": [list(layer.weight.shape) for layer in layers],
                "biases": all(layer.bias is not None for layer in layers),
                "sizes": [p.numel() for p in model.parameters() if p.requires_grad],
            }
        )
    return found


def mlp_outputs(nb, *, cases):
    import torch

    class Bend(torch.nn.Module):
        def forward(self, values):
            return values.abs() / 2 + values / 5

    classes = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "bend": Bend}
    outputs = []
    for arguments, activation, weights, x in cases:
        chosen = {} if activation is None else {"activation_cls": classes[activation]}
        model = nb.MyMLP(**arguments, **chosen)
        layers = [model.input_layer, *model.hidden_layers, model.output_layer]
        with torch.no_grad():
            for layer, (weight, bias) in zip(layers, weights, strict=True):
                layer.weight.copy_(weight)
                layer.bias.copy_(bias)
        outputs.append(model(x))
    return {"MyMLP(...)(x)": outputs}


def mlp_gradients(nb, *, arguments, weights, x, upstream):
    import torch

    model = nb.MyMLP(**arguments, activation_cls=torch.nn.ReLU)
    layers = [model.input_layer, *model.hidden_layers, model.output_layer]
    with torch.no_grad():
        for layer, (weight, bias) in zip(layers, weights, strict=True):
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)
    # `backward(upstream)` would import half of sympy.
    (model(x) * upstream).sum().backward()
    return [value.grad for layer in layers for value in (layer.weight, layer.bias)]


def counted(nb, *, widths, frozen):
    import itertools

    import torch

    layers = [torch.nn.Linear(a, b) for a, b in itertools.pairwise(widths)]
    model = torch.nn.Sequential(*layers, torch.nn.BatchNorm1d(widths[-1]))
    before = nb.count_parameters(model)
    for index in frozen:
        layers[index].weight.requires_grad_(False)
    return {"count_parameters(model)": [nb.count_parameters(model), before]}


STRUCTURE = {
    "linear": Bool(),
    "module_list": Bool(),
    "shapes": ListOf(ListOf(Integer())),
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
    cases = [distinct_widths(rng, 3), distinct_widths(rng, 4), [first, middle, high, low, last]]
    for got, widths in zip(structures(student, cases), cases, strict=True):
        assert_structure(got, widths)


@check(
    "MyMLP",
    points=1,
    title=Text("MyMLP() with the default arguments", "MyMLP() с аргументами по умолчанию"),
)
def test_defaults(student, rng):
    widths = [2, 100, 100, 1]
    (got,) = student.run(mlp_structure, cases=[{}], returns=ListOf(STRUCTURE, 1))
    assert_structure(got, widths)
    # The default activation shows in the outputs: half of the sums in 100 units are negative.
    weights, x = mlp_weights(rng, widths), rng.normal(5, 2)
    (out,) = mlp_out(student, [({}, None, weights, x)], outputs=1)
    assert_one_of(out, variants(weights, x, torch.relu), name="MyMLP()(x)")


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
    widths = [5, 7, 6, 4]
    weights, x = mlp_weights(rng, widths), rng.normal(9, 5)
    (out,) = mlp_out(student, [(mlp_arguments(widths), "relu", weights, x)], outputs=4)
    relu, nothing = torch.relu, torch.Tensor.clone
    logits = mlp_sums(weights, x, [relu, relu])
    assert_close(
        out,
        logits,
        name="MyMLP(...)(x)",
        mistakes={
            Text(
                "there is a softmax after the last layer", "после последнего слоя стоит softmax"
            ): logits.softmax(1),
            Text(
                "there is a log-softmax after the last layer",
                "после последнего слоя стоит log-softmax",
            ): logits.log_softmax(1),
            Text(
                "there is a sigmoid after the last layer", "после последнего слоя стоит сигмоида"
            ): logits.sigmoid(),
            Text(
                "there is an activation after the last layer, too",
                "активация стоит и после последнего слоя",
            ): logits.relu(),
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
        },
    )


@check("MyMLP", points=2, title=Text("one and three hidden widths", "одна и три скрытые ширины"))
def test_depths(student, rng):
    cases = [
        (mlp_arguments(widths), "relu", mlp_weights(rng, widths), rng.normal(6, widths[0]))
        for widths in ([5, 6, 3], [4, 8, 7, 6, 3])
    ]
    for case, out in zip(cases, mlp_out(student, cases, outputs=3), strict=True):
        arguments, _, weights, x = case
        name = f"MyMLP(..., hidden_dims={arguments['hidden_dims']})(x)"
        assert_one_of(out, variants(weights, x, torch.relu), name=name)


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
    for case, out in zip(cases, mlp_out(student, cases, outputs=3), strict=True):
        _, name, weights, x = case
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
        for shape in ((5, 3, 4), (6, 1, 2, 6), (1, 12))
    ]
    for case, out in zip(cases, mlp_out(student, cases, outputs=3), strict=True):
        _, _, weights, x = case
        expected = variants(weights, x.flatten(1), torch.relu)
        assert_one_of(out, expected, name=f"MyMLP(...)(x), x: {tuple(x.shape)}")


@check(
    "MyMLP",
    points=2,
    title=Text("gradients reach every layer", "градиенты доходят до каждого слоя"),
    hint=Text(
        "`.data`, `.detach()`, `torch.no_grad()` and numpy cut the graph.",
        "`.data`, `.detach()`, `torch.no_grad()` и numpy разрывают граф вычислений.",
    ),
)
def test_mlp_gradients(student, rng):
    widths = [4, 6, 5, 3]
    weights, x, upstream = mlp_weights(rng, widths), rng.normal(7, 4), rng.normal(7, 3)
    got = student.run(
        mlp_gradients,
        arguments=mlp_arguments(widths),
        weights=weights,
        x=x,
        upstream=upstream,
        returns=ListOf(Float(...), 6),
    )
    leaves = [(w.clone().requires_grad_(), b.clone().requires_grad_()) for w, b in weights]
    flat = [leaf for pair in leaves for leaf in pair]
    for out in variants(leaves, x, torch.relu):
        expected = torch.autograd.grad((out * upstream).sum(), flat, retain_graph=True)
        if all(map(is_close, got, expected)):
            return
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
    got, plain = student.run(
        counted,
        widths=widths,
        frozen=frozen,
        returns={"count_parameters(model)": ListOf(Integer(), 2)},
    )["count_parameters(model)"]
    sizes = [(a * b, b) for a, b in itertools.pairwise(widths)]
    total = sum(a + b for a, b in sizes) + 2 * widths[-1]
    trainable = total - sum(sizes[index][0] for index in frozen)
    refuse_number(
        got,
        {
            Text(
                "count_parameters counts frozen parameters (requires_grad=False), too.",
                "count_parameters считает и замороженные параметры (requires_grad=False).",
            ): total,
            Text(
                "count_parameters counts tensors; count their elements.",
                "count_parameters считает тензоры, а нужно число элементов в них.",
            ): 2 * len(sizes) + 2 - len(frozen),
            Text(
                "count_parameters leaves out the biases.", "count_parameters не учитывает bias."
            ): sizes[1][0] + widths[-1],
        },
    )
    assert_equal(
        (got, plain),
        (trainable, total),
        text=Text(
            "count_parameters does not give the number of trainable parameters.",
            "count_parameters возвращает не число обучаемых параметров.",
        ),
    )


def refuse_number(got, mistakes):
    for text, value in mistakes.items():
        if got == value:
            fail(text)


def distinct_widths(rng, count):
    # Different widths, so that a pair taken in the wrong order shows in the shapes.
    return [int(width) + 3 for width in rng.permutation(9)[:count]]


def structures(student, cases):
    return student.run(
        mlp_structure,
        cases=[mlp_arguments(widths) for widths in cases],
        returns=ListOf(STRUCTURE, len(cases)),
    )


def mlp_out(student, cases, *, outputs):
    shapes = [Float(len(x), outputs) for _, _, _, x in cases]
    got = student.run(mlp_outputs, cases=cases, returns={"MyMLP(...)(x)": TupleOf(*shapes)})
    return got["MyMLP(...)(x)"]


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
ENDS = (
    torch.Tensor.clone,
    torch.sigmoid,
    torch.tanh,
    torch.relu,
    lambda out: out.softmax(-1),
    lambda out: out.log_softmax(-1),
)


def variants(weights, x, activation, *, any_activation=True):
    """The outputs of networks with a mistake that `forward` punishes, the right one first."""
    hidden = len(weights) - 1
    nothing = torch.Tensor.clone
    insides = [[activation] * hidden]
    if hidden > 1:
        insides += [
            [activation] + [nothing] * (hidden - 1),
            [nothing] + [activation] * (hidden - 1),
        ]
    if any_activation:
        insides.append([nothing] * hidden)
    for inside in insides:
        out = mlp_sums(weights, x, inside)
        for end in (*ENDS, activation):
            yield end(out)


def assert_one_of(out, expected, *, name):
    expected = list(expected)
    if not any(is_close(out, other) for other in expected):
        assert_close(out, expected[0], name=name)


def assert_structure(got, widths):
    assert_equal(
        got["module_list"],
        True,
        text=Text(
            "hidden_layers must be an nn.ModuleList.", "hidden_layers должен быть nn.ModuleList."
        ),
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
    expected = [[b, a] for a, b in itertools.pairwise(widths)]
    shown = f"input_dim={widths[0]}, hidden_dims={tuple(widths[1:-1])}, output_dim={widths[-1]}"
    if len(got["shapes"]) != len(expected):
        fail(
            Text(
                f"For {shown} hidden_layers has {len(got['shapes']) - 2} layers instead of "
                f"{len(expected) - 2}.",
                f"Для {shown} в hidden_layers слоёв: {len(got['shapes']) - 2}, "
                f"а нужно: {len(expected) - 2}.",
            )
        )
    assert_equal(
        got["shapes"],
        expected,
        text=Text(
            f"For {shown} the layers have weights of the shapes {got['shapes']}: they do not "
            "join these widths in order.",
            f"Для {shown} формы весов слоёв {got['shapes']}: они не соединяют эти ширины "
            "по порядку.",
        ),
    )


# --------------------------------------------------------------------------- gradients


def linear_mse(nb, *, weight, bias, x, y, times, part):
    import torch

    layer = torch.nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    values = []
    for _ in range(times):
        loss, grad = nb.task_linear_mse_loss(layer, x, y)
        value = {"loss": loss, "grad": grad}[part]
        # A copy: the next call may well clear or reuse what this one gave away.
        values.append(value.detach().clone() if isinstance(value, torch.Tensor) else value)
    return {f"task_linear_mse_loss(...)[{int(part == 'grad')}]": values}


def squares_gradients(nb, *, xs):
    return {"task_grad_sum_of_squares(x)": [nb.task_grad_sum_of_squares(x) for x in xs]}


def linear_mse_case(rng):
    weight, bias = rng.normal(3, 5), rng.normal(3)
    x, y = rng.normal(8, 5), rng.normal(8, 3)
    error = x @ weight.T + bias - y
    return weight, bias, x, y, error


@check(
    "gradients",
    points=3,
    title=Text("the loss of task_linear_mse_loss", "потери в task_linear_mse_loss"),
)
def test_mse_loss(student, rng):
    weight, bias, x, y, error = linear_mse_case(rng)
    got = student.run(
        linear_mse,
        weight=weight,
        bias=bias,
        x=x,
        y=y,
        times=1,
        part="loss",
        returns={"task_linear_mse_loss(...)[0]": ListOf(Float(), 1)},
    )
    squares = error.square()
    assert_close(
        got["task_linear_mse_loss(...)[0]"][0],
        squares.mean(),
        name="task_linear_mse_loss(...)[0]",
        mistakes={
            SUM_FOR_MEAN: squares.sum(),
            MEAN_OVER_ROWS: squares.sum(1).mean(),
            Text("the error is not squared", "ошибка не возведена в квадрат"): error.mean(),
            Text(
                "this is the mean absolute error", "это средняя абсолютная ошибка"
            ): error.abs().mean(),
            Text("this is half of it", "это половина нужного значения"): squares.mean() / 2,
            Text("a root is taken (RMSE)", "извлечён корень (RMSE)"): squares.mean().sqrt(),
        },
    )


@check(
    "gradients",
    points=3,
    title=Text("the gradient of task_linear_mse_loss", "градиент в task_linear_mse_loss"),
)
def test_mse_weight_grad(student, rng):
    weight, bias, x, y, error = linear_mse_case(rng)
    got = student.run(
        linear_mse,
        weight=weight,
        bias=bias,
        x=x,
        y=y,
        times=1,
        part="grad",
        returns={"task_linear_mse_loss(...)[1]": ListOf(Float(3, 5), 1)},
    )
    product = error.T @ x
    assert_close(
        got["task_linear_mse_loss(...)[1]"][0],
        2 * product / error.numel(),
        name="task_linear_mse_loss(...)[1]",
        mistakes={
            SUM_FOR_MEAN: 2 * product,
            MEAN_OVER_ROWS: 2 * product / len(x),
            Text(
                "the factor 2 of the derivative of a square is missing",
                "потерян множитель 2 из производной квадрата",
            ): product / error.numel(),
            Text(
                "these are zeros: was the gradient cleared before it was returned?",
                "это нули: не обнулили ли градиент до того, как вернуть его?",
            ): torch.zeros(3, 5),
        },
    )


@check(
    "gradients",
    points=1,
    title=Text("a second call gives the same gradient", "повторный вызов даёт тот же градиент"),
    hint=Text(
        "backward() adds to .grad: clear it, or use torch.autograd.grad.",
        "backward() прибавляет к .grad: обнуляйте его или возьмите torch.autograd.grad.",
    ),
)
def test_mse_called_twice(student, rng):
    weight, bias, x, y, _ = linear_mse_case(rng)
    got = student.run(
        linear_mse,
        weight=weight,
        bias=bias,
        x=x,
        y=y,
        times=3,
        part="grad",
        returns={"task_linear_mse_loss(...)[1]": ListOf(Float(...), 3)},
    )
    first, *others = got["task_linear_mse_loss(...)[1]"]
    assert_finite(first)
    if not bool(first.abs().sum() > 0):
        fail(
            Text(
                "task_linear_mse_loss returns a gradient of zeros.",
                "task_linear_mse_loss возвращает градиент из нулей.",
            )
        )
    for number, other in enumerate(others, 2):
        assert_close(
            other,
            first,
            name="task_linear_mse_loss(...)[1]",
            mistakes={
                Text(
                    "a second call adds to the gradient of the first",
                    "второй вызов прибавляет к градиенту первого",
                ): number * first
            },
        )


@check("gradients", points=3, title=Text("task_grad_sum_of_squares", "task_grad_sum_of_squares"))
def test_grad_sum_of_squares(student, rng):
    xs = [rng.normal(*shape) for shape in ((6,), (3, 4), (2, 3, 2))]
    name = "task_grad_sum_of_squares(x)"
    grads = TupleOf(*(Float(*x.shape) for x in xs))
    for x, got in zip(
        xs, student.run(squares_gradients, xs=xs, returns={name: grads})[name], strict=True
    ):
        mean = 2 * x / x.numel()
        assert_close(
            got,
            2 * x,
            name=name,
            mistakes={
                Text("this is the gradient of the mean", "это градиент среднего, а не суммы"): mean,
                Text("the factor 2 is missing", "потерян множитель 2"): x,
                Text(
                    "this is x**2 itself, not its derivative", "это сам x**2, а не производная"
                ): x.square(),
            },
        )


SUM_FOR_MEAN = Text("a sum is taken for the mean", "взята сумма вместо среднего")
MEAN_OVER_ROWS = Text(
    "the mean is over the rows only, not over all elements",
    "среднее взято только по строкам, а не по всем элементам",
)


# --------------------------------------------------------------------------- max_margin_loss


def margin_losses(nb, *, targets, calls):
    import torch

    values = []
    for scores, tensors, options, as_generator in calls:
        parameters = [torch.nn.Parameter(value) for value in tensors]
        passed = (value for value in parameters) if as_generator else parameters
        values.append(nb.max_margin_loss(scores, targets, passed, **options))
    return {"max_margin_loss(...)": values}


def margin_gradients(nb, *, scores, targets, parameters, alpha):
    for value in (scores, *parameters):
        value.requires_grad_()
    nb.max_margin_loss(scores, targets, parameters, alpha=alpha).backward()
    return {"scores": scores.grad, "parameters": [value.grad for value in parameters]}


def margin_case(rng):
    # Some samples on the wrong side, some inside the margin, some beyond it, of both signs, and
    # none near a kink; the ranges keep the known mistakes apart from the right value for any draw.
    margins = [
        rng.uniform(4, low=low, high=high) for low, high in ((-1.0, -0.2), (0.2, 0.8), (1.2, 3.0))
    ]
    order = rng.permutation(12)
    targets = torch.tensor([1.0, -1.0] * 6)[order]
    scores = torch.cat(margins)[order] * targets
    parameters = [rng.normal(4, 3), rng.normal(4), rng.normal(2, 4)]
    return scores, targets, parameters


def margin_values(student, targets, *calls):
    """Give the loss of each call `(scores, parameters, options, as_generator)`."""
    got = student.run(
        margin_losses,
        targets=targets,
        calls=calls,
        returns={"max_margin_loss(...)": ListOf(Float(), len(calls))},
    )
    return got["max_margin_loss(...)"]


@check("max_margin_loss", points=2, title=Text("the hinge, alpha = 0", "сам зазор, alpha = 0"))
def test_hinge(student, rng):
    scores, targets, parameters = margin_case(rng)
    (got,) = margin_values(student, targets, (scores, parameters, {"alpha": 0.0}, False))
    margins = targets * scores
    hinge = (1 - margins).clamp(min=0)
    untargeted = (1 - scores).clamp(min=0).mean()
    assert_close(
        got,
        hinge.mean(),
        name="max_margin_loss(..., alpha=0.0)",
        mistakes={
            SUM_FOR_MEAN: hinge.sum(),
            Text(
                "max(0, ...) is missing: samples beyond the margin lower the loss",
                "нет max(0, ...): примеры за пределами зазора уменьшают потери",
            ): (1 - margins).mean(),
            Text(
                "the sign is turned: 1 + t*s instead of 1 - t*s",
                "перепутан знак: 1 + t*s вместо 1 - t*s",
            ): (1 + margins).clamp(min=0).mean(),
            Text("the hinge is squared", "зазор возведён в квадрат"): hinge.square().mean(),
            Text(
                "this is max(0, -t*s), without the margin of 1", "это max(0, -t*s), без зазора 1"
            ): (-margins).clamp(min=0).mean(),
            Text("the targets are not used", "targets не используются"): untargeted,
            Text(
                "this looks like targets of 0/1; they are -1/+1",
                "похоже, что targets считаются равными 0/1, а они -1/+1",
            ): (1 - (2 * targets - 1) * scores).clamp(min=0).mean(),
        },
    )


@check(
    "max_margin_loss",
    points=2,
    title=Text("scores of shape (N, 1)", "scores формы (N, 1)"),
    hint=Text(
        "(N, 1) times (N,) is (N, N): bring both to one shape first.",
        "(N, 1) на (N,) даёт (N, N): сначала приведите оба к одной форме.",
    ),
)
def test_column_scores(student, rng):
    scores, targets, parameters = margin_case(rng)
    # Told against the student's own value for (N,): a wrong hinge is punished above.
    flat, got = margin_values(
        student,
        targets,
        (scores, parameters, {"alpha": 0.0}, False),
        (scores.unsqueeze(1), parameters, {"alpha": 0.0}, False),
    )
    if not math.isfinite(float(flat)) or float(flat) == 0.0:
        flat = (1 - targets * scores).clamp(min=0).mean()
    assert_close(
        got,
        flat,
        name="max_margin_loss",
        mistakes={
            Text(
                "(N, 1) scores are broadcast against (N,) targets to (N, N)",
                "scores (N, 1) и targets (N,) растянулись до (N, N)",
            ): (1 - targets * scores.unsqueeze(1)).clamp(min=0).mean()
        },
    )


@check("max_margin_loss", points=2, title=Text("the regularisation", "регуляризация"))
def test_regularisation(student, rng):
    scores, targets, parameters = margin_case(rng)
    low, high = margin_values(
        student, targets, *((scores, parameters, {"alpha": alpha}, False) for alpha in (0.25, 0.75))
    )
    squares = sum(value.square().sum() for value in parameters)
    norms = sum(value.norm() for value in parameters)
    # The hinge, right or wrong, cancels in the difference.
    assert_close(
        2 * (high - low),
        squares,
        rtol=1e-3,
        name="max_margin_loss: alpha * (...)",
        mistakes={
            Text(
                "only the first parameter is regularised", "учтён только первый параметр"
            ): parameters[0].square().sum(),
            Text(
                "only the last parameter is regularised", "учтён только последний параметр"
            ): parameters[-1].square().sum(),
            Text(
                "parameters of one dimension (biases) are left out",
                "пропущены одномерные параметры (bias)",
            ): parameters[0].square().sum() + parameters[2].square().sum(),
            Text("norms are added, not squares", "сложены нормы, а не квадраты"): norms,
            Text(
                "absolute values are added (L1), not squares", "сложены модули (L1), а не квадраты"
            ): sum(value.abs().sum() for value in parameters),
            Text(
                "the mean of the squares of each parameter is taken, not the sum",
                "взято среднее квадратов каждого параметра, а не сумма",
            ): sum(value.square().mean() for value in parameters),
            Text("it is halved", "оно поделено пополам"): squares / 2,
            Text(
                "it is divided by the number of samples", "оно поделено на число примеров"
            ): squares / len(scores),
            Text(
                "it is multiplied by the number of samples", "оно умножено на число примеров"
            ): squares * len(scores),
            Text("it is missing", "его нет"): torch.tensor(0.0),
        },
    )


@check(
    "max_margin_loss",
    points=1,
    title=Text("parameters may be a generator", "parameters может быть генератором"),
    hint=Text(
        "A generator such as model.parameters() can be walked through once only and has no length.",
        "Генератор, например model.parameters(), можно пройти только один раз, и у него нет длины.",
    ),
)
def test_margin_generator(student, rng):
    scores, targets, parameters = margin_case(rng)
    listed, got = margin_values(
        student,
        targets,
        *((scores, parameters, {"alpha": 0.5}, as_generator) for as_generator in (False, True)),
    )
    assert_close(got, listed, name="max_margin_loss")
    assert_finite(got)


@check(
    "max_margin_loss", points=1, title=Text("alpha is 1e-4 by default", "по умолчанию alpha = 1e-4")
)
def test_default_alpha(student, rng):
    scores, targets, _ = margin_case(rng)
    parameters = [rng.normal(20, 30, std=10.0)]
    given, got = margin_values(
        student,
        targets,
        *((scores, parameters, options, False) for options in ({"alpha": 1e-4}, {})),
    )
    assert_close(got, given, name="max_margin_loss")
    assert_finite(got)


@check(
    "max_margin_loss",
    points=2,
    title=Text("the loss can be differentiated", "потери дифференцируемы"),
    hint=Text(
        "`.item()`, `.data`, `.detach()`, numpy and `.sign()` cut the gradient.",
        "`.item()`, `.data`, `.detach()`, numpy и `.sign()` обрывают градиент.",
    ),
)
def test_margin_gradients(student, rng):
    scores, targets, parameters = margin_case(rng)
    got = student.run(
        margin_gradients,
        scores=scores,
        targets=targets,
        parameters=parameters,
        alpha=0.5,
        returns={"scores": Float(12), "parameters": ListOf(Float(...), 3)},
    )
    # The size of each gradient is the business of the other checks, its direction is that of this.
    hinge = -targets * (targets * scores < 1)
    assert_direction(got["scores"], hinge, name="scores.grad")
    for grad, value in zip(got["parameters"], parameters, strict=True):
        assert_direction(grad, value, name="parameters[i].grad")


def assert_direction(grad, expected, *, name):
    size = grad.abs().sum()
    assert_close(grad / size * expected.abs().sum(), expected, name=name, rtol=1e-3)


def assert_finite(value):
    if not bool(torch.isfinite(value).all()):
        fail(Text("The result is not a finite number.", "Результат — не конечное число."))


# --------------------------------------------------------------------------- sgd_step


def stepped(nb, *, values, cases):
    import torch

    results = []
    for steps, as_generator in cases:
        parameters = [torch.nn.Parameter(value.clone()) for value in values]
        returned = None
        for grads, learning_rate in steps:
            for parameter, grad in zip(parameters, grads, strict=True):
                parameter.grad = None if grad is None else grad.clone()
            passed = (p for p in parameters) if as_generator else parameters
            returned = nb.sgd_step(passed, learning_rate)
        results.append(
            {
                "parameters": [p.detach().clone() for p in parameters],
                "leaves": all(p.is_leaf and p.grad_fn is None for p in parameters),
                "trainable": all(p.requires_grad for p in parameters),
                "returns_none": returned is None,
            }
        )
    return results


STEPPED = {
    "parameters": ListOf(Float(...), 3),
    "leaves": Bool(),
    "trainable": Bool(),
    "returns_none": Bool(),
}


def sgd_case(rng, count):
    """Give parameters and so many steps `(gradients, learning rate)`."""
    values = [rng.normal(4, 3), rng.normal(4), rng.normal(1)]
    # Away from zero, so that every parameter visibly moves.
    grads = [
        [
            rng.signs(v.numel()).view(v.shape) * rng.uniform(*v.shape, low=0.5, high=2.0)
            for v in values
        ]
        for _ in range(count)
    ]
    steps = [(each, rng.number(0.1, 0.5)) for each in grads]
    return values, steps


def run_steps(student, values, *cases):
    return student.run(stepped, values=values, cases=cases, returns=ListOf(STEPPED, len(cases)))


@check("sgd_step", points=4, title=Text("two steps in a row", "два шага подряд"))
def test_update(student, rng):
    values, steps = sgd_case(rng, 2)
    (got,) = run_steps(student, values, (steps, False))
    flat = torch.cat([value.flatten() for value in values])
    (first, one), (second, two) = (
        (torch.cat([grad.flatten() for grad in grads]), rate) for grads, rate in steps
    )
    signs = one * first.sign() + two * second.sign()
    actual = torch.cat([value.flatten() for value in got["parameters"]])
    if actual.shape != flat.shape:
        fail(Text("sgd_step changes the shape of a parameter.", "sgd_step меняет форму параметра."))
    assert_close(
        actual,
        flat - one * first - two * second,
        name="sgd_step(parameters, learning_rate)",
        mistakes={
            Text(
                "the parameters did not change: `p = p - ...` makes a new tensor and leaves the "
                "parameter as it was",
                "параметры не изменились: `p = p - ...` создаёт новый тензор, а сам параметр "
                "остаётся прежним",
            ): flat,
            Text(
                "the step goes up the gradient: p + learning_rate * grad",
                "шаг сделан вверх по градиенту: p + learning_rate * grad",
            ): flat + one * first + two * second,
            Text("learning_rate is not used", "learning_rate не используется"): flat
            - first
            - second,
            Text(
                "the parameter is replaced by -learning_rate * grad",
                "параметр заменён на -learning_rate * grad",
            ): -two * second,
            Text("only the sign of the gradient is used", "использован только знак градиента"): flat
            - signs,
        },
    )


@check(
    "sgd_step",
    points=2,
    title=Text("parameters stay parameters", "параметры остаются параметрами"),
    hint=Text("Change the values under torch.no_grad().", "Меняйте значения под torch.no_grad()."),
)
def test_leaves(student, rng):
    values, steps = sgd_case(rng, 2)
    (got,) = run_steps(student, values, (steps, False))
    assert_moved(got["parameters"], values)
    assert_equal(
        (got["leaves"], got["trainable"]),
        (True, True),
        text=Text(
            "After the step a parameter is no longer a leaf that requires a gradient.",
            "После шага параметр перестал быть листом графа, требующим градиента.",
        ),
    )
    assert_equal(
        got["returns_none"],
        True,
        text=Text("sgd_step must return None.", "sgd_step должна возвращать None."),
    )


@check(
    "sgd_step",
    points=2,
    title=Text("parameters without a gradient are skipped", "параметры без градиента пропускаются"),
    hint=Text("p.grad may be None.", "p.grad может быть None."),
)
def test_none_grads(student, rng):
    values, ((grads, rate),) = sgd_case(rng, 1)
    absent = ((0,), (1,), (0, 2))
    cases = [
        ([([None if i in none else grad for i, grad in enumerate(grads)], rate)], False)
        for none in absent
    ]
    for none, got in zip(absent, run_steps(student, values, *cases), strict=True):
        for i, (after, before) in enumerate(zip(got["parameters"], values, strict=True)):
            if i in none:
                assert_close(after, before, name="p (p.grad is None)")
            else:
                assert_moved([after], [before])


@check(
    "sgd_step",
    points=2,
    title=Text("parameters may be a generator", "parameters может быть генератором"),
    hint=Text(
        "A generator such as model.parameters() can be walked through once only.",
        "Генератор, например model.parameters(), можно пройти только один раз.",
    ),
)
def test_step_generator(student, rng):
    values, steps = sgd_case(rng, 1)
    listed, generated = run_steps(student, values, (steps, False), (steps, True))
    # A wrong step is punished above: here a generator must do what a list does.
    assert_moved(generated["parameters"], values)
    for one, other in zip(listed["parameters"], generated["parameters"], strict=True):
        assert_close(other, one, name="p")


def assert_moved(after, before):
    for new, old in zip(after, before, strict=True):
        assert_finite(new)
        if new.shape != old.shape or is_close(new, old):
            fail(
                Text(
                    "A parameter that has a gradient did not change.",
                    "Параметр, у которого есть градиент, не изменился.",
                )
            )


# --------------------------------------------------------------------------- minibatches


def drawn_batches(nb, *, x, y, cases):
    import itertools
    import random

    import numpy as np
    import torch

    drawn, unchanged = [], True
    for count, batch_size, options, seed, used, global_seed in cases:
        torch.manual_seed(global_seed)
        np.random.seed(global_seed % 2**32)  # noqa: NPY002
        random.seed(global_seed)
        chosen = dict(options)
        if seed is not None:
            chosen["generator"] = torch.Generator().manual_seed(seed)
            torch.rand(used, generator=chosen["generator"])
        given = x[:count].clone(), y[:count].clone()
        batches = nb.minibatches(*given, batch_size, **chosen)
        # All honest batches and a few too many: an endless generator ends here.
        pairs = [(xb, yb) for xb, yb in itertools.islice(batches, count + 3)]
        drawn.append([(xb.clone(), yb.clone()) for xb, yb in pairs])
        unchanged &= torch.equal(given[0], x[:count]) and torch.equal(given[1], y[:count])
    return {
        "xb": [[xb for xb, _ in batches] for batches in drawn],
        "yb": [[yb for _, yb in batches] for batches in drawn],
        "unchanged": unchanged,
    }


class Draws:
    """What `minibatches` gave for some cases, as the numbers of the rows of x."""

    def __init__(self, student, rng, *cases):
        largest = max(case["count"] for case in cases)
        # Rows are told apart by their values: two normals in float32 are the same with probability
        # 1e-7 at most, two rows of two with 1e-14, any of 400 with less than 1e-9.
        self.x, self.y = rng.normal(largest, 2), rng.permutation(largest).float()
        got = student.run(
            drawn_batches,
            x=self.x,
            y=self.y,
            cases=[
                (
                    case["count"],
                    case["batch_size"],
                    {"replacement": True} if case.get("replacement") else {},
                    case.get("seed"),
                    case.get("used", 0),
                    rng.seed(),
                )
                for case in cases
            ],
            returns={
                "xb": ListOf(ListOf(Float(None, 2)), len(cases)),
                "yb": ListOf(ListOf(Float(None)), len(cases)),
                "unchanged": Bool(),
            },
        )
        self.unchanged = got["unchanged"]
        self.targets = got["yb"]
        self.rows = [
            [rows_in(self.x[: case["count"]], xb) for xb in batches]
            for case, batches in zip(cases, got["xb"], strict=True)
        ]
        self.orders = [torch.cat([*batches, torch.empty(0).long()]) for batches in self.rows]

    def assert_sizes(self, *cases):
        """Compare the batches' sizes with those of the contract."""
        for case, batches in zip(cases, self.rows, strict=True):
            count, size = case["count"], case["batch_size"]
            sizes = [len(batch) for batch in batches]
            assert_equal(
                sizes,
                batch_sizes(count, size),
                text=Text(
                    f"{count} samples with batch_size={size} came in batches of {listed(sizes)}.",
                    f"{count} примеров при batch_size={size} пришли пакетами {listed(sizes)}.",
                ),
            )


def rows_in(x, batch):
    """Find the number of each row of a batch; a row that is none of x costs the check."""
    few = len(batch) <= 100 * len(x)
    same = (batch[: 100 * len(x), None, :] == x[None, :, :]).all(-1)
    if not few or not bool(same.any(1).all()):
        fail(
            Text("A batch holds a row that is none of x.", "В пакете есть строка, которой нет в x.")
        )
    return same.float().argmax(1)


@check(
    "minibatches",
    points=2,
    title=Text("rows of x and y stay paired", "строки x и y остаются парами"),
)
def test_pairs(student, rng):
    cases = [{"count": 37, "batch_size": 8, "replacement": flag} for flag in (False, True)]
    draws = Draws(student, rng, *cases)
    for rows, targets in zip(draws.rows, draws.targets, strict=True):
        for indices, yb in zip(rows, targets, strict=True):
            if not torch.equal(draws.y[indices], yb):
                fail(
                    Text(
                        "xb and yb of a batch do not belong together: the rows lost their targets.",
                        "xb и yb в пакете не соответствуют друг другу: строки потеряли свои "
                        "ответы.",
                    ),
                    hint=Text(
                        "Take both by the same indices.",
                        "Берите и x, и y по одним и тем же индексам.",
                    ),
                )


@check(
    "minibatches",
    points=2,
    title=Text("sizes of the batches", "размеры пакетов"),
    hint=Text(
        "Only the last batch may be short; it must not be lost and must not be empty.",
        "Коротким может быть только последний пакет; его нельзя ни потерять, ни сделать пустым.",
    ),
)
def test_sizes(student, rng):
    cases = [
        {"count": count, "batch_size": size}
        for count, size in ((37, 8), (24, 6), (10, 3), (9, 9), (4, 1))
    ]
    Draws(student, rng, *cases).assert_sizes(*cases)


@check(
    "minibatches",
    points=1,
    title=Text("batch_size larger than the data", "batch_size больше числа примеров"),
)
def test_large_batch(student, rng):
    cases = [{"count": 7, "batch_size": 50, "replacement": flag} for flag in (False, True)]
    Draws(student, rng, *cases).assert_sizes(*cases)


@check(
    "minibatches", points=2, title=Text("every sample exactly once", "каждый пример ровно один раз")
)
def test_every_sample_once(student, rng):
    cases = [{"count": 30, "batch_size": 6}, {"count": 21, "batch_size": 21}]
    draws = Draws(student, rng, *cases)
    for case, order in zip(cases, draws.orders, strict=True):
        count, given, different = case["count"], len(order), len(set(order.tolist()))
        if given != count or different != count:
            fail(
                Text(
                    f"Without replacement {different} of {count} samples were given, "
                    f"{given - different} rows are repetitions.",
                    f"Без возвращения выдано {different} из {count} примеров, повторов: "
                    f"{given - different}.",
                )
            )


@check("minibatches", points=1, title=Text("the order is random", "порядок случаен"))
def test_order_is_random(student, rng):
    count = 200
    orders = Draws(student, rng, *[{"count": count, "batch_size": 8}] * 2).orders
    # Two honest permutations of 200 agree with probability 1/200! < 1e-370.
    if torch.equal(*orders):
        fail(
            Text(
                "Two calls give the same order: draw a new permutation in every call.",
                "Два вызова дают один и тот же порядок: выбирайте перестановку заново при "
                "каждом вызове.",
            ),
            hint=Text("Is there a fixed seed inside?", "Нет ли внутри фиксированного seed?"),
        )
    for order in orders:
        # How many neighbours follow each other as in x, either way round. In a uniform permutation
        # k given pairs (i, i+1) are all neighbours with probability (n-k)!/n!, there are C(n-1, k)
        # choices of pairs, so P(at least k) <= C(n-1, k) (n-k)!/n! < 1/k!. With k = 20, two
        # directions and two orders: 4/20! < 2e-18.
        steps = order[1:] - order[:-1]
        neighbours = max(int((steps == 1).sum()), int((steps == -1).sum()))
        if neighbours >= 20:
            fail(
                Text(
                    "The samples come (partly) in the order of x: shuffle single samples, not "
                    "whole batches.",
                    "Примеры идут (частично) в порядке x: перемешивайте отдельные примеры, а не "
                    "целые пакеты.",
                )
            )


@check(
    "minibatches",
    points=1,
    title=Text(
        "replacement=True: rows are drawn independently",
        "replacement=True: строки выбираются независимо",
    ),
)
def test_replacement(student, rng):
    count = 400
    large = {"count": count, "batch_size": 300, "replacement": True}
    small = {"count": 5, "batch_size": 5, "replacement": True}
    draws = Draws(student, rng, large, *[small] * 80)
    draws.assert_sizes(large, *[small] * 80)
    # The number of different rows among n independent uniform draws has the mean N(1 - (1-1/N)^n)
    # and changes by at most 1 with one draw: by McDiarmid it is off by t or more with probability
    # at most 2 exp(-2 t^2 / n) = 1e-11 at t = sqrt(n ln(2e11) / 2). First batch and all batches:
    # 2e-11 together.
    for drawn in (draws.rows[0][0], draws.orders[0]):
        n, different = len(drawn), len(set(drawn.tolist()))
        mean = count * (1 - (1 - 1 / count) ** n)
        if abs(different - mean) >= math.sqrt(n * math.log(2e11) / 2):
            fail(
                Text(
                    f"Among {n} rows drawn out of {count} there are {different} different ones; "
                    "independent draws hardly ever give such a number.",
                    f"Среди {n} строк, выбранных из {count}, разных: {different}; при независимом "
                    "выборе такого почти не бывает.",
                ),
                hint=Text(
                    "Draw every index on its own, e.g. with torch.randint.",
                    "Выбирайте каждый индекс отдельно, например через torch.randint.",
                ),
            )
    # 400 draws out of 5 rows (80 calls). One row is drawn Binomial(400, 1/5) times; by Hoeffding
    # it misses its mean of 80 by t or more with probability at most 2 exp(-2 t^2 / 400), for five
    # rows together 1e-11 at t = sqrt(200 ln(1e12)) = 74.3: never (6 times or less).
    counts = torch.bincount(torch.cat(draws.orders[1:]), minlength=5)
    if bool(((counts - 80).abs() >= 74.4).any()):
        fail(
            Text(
                "With replacement some rows are (almost) never drawn.",
                "С возвращением некоторые строки (почти) никогда не выбираются.",
            ),
            hint=Text(
                "The upper end of torch.randint is exclusive.",
                "Верхняя граница torch.randint не включается.",
            ),
        )


@check(
    "minibatches",
    points=1,
    title=Text(
        "the generator decides, x and y are left alone", "всё решает generator, x и y не меняются"
    ),
    hint=Text(
        "Pass generator= on to torch.randperm and torch.randint.",
        "Передавайте generator= дальше в torch.randperm и torch.randint.",
    ),
)
def test_generator(student, rng):
    seed, other = rng.seed(), rng.seed()
    other += other == seed
    for replacement in (False, True):
        # The global random state is another one in every call. The last generator has the seed of
        # the first and has given some numbers already: its state is another one.
        cases = [
            {"count": 40, "batch_size": 8, "replacement": replacement, "seed": each, "used": used}
            for each, used in ((seed, 0), (seed, 0), (other, 0), (seed, 3))
        ]
        draws = Draws(student, rng, *cases)
        assert_equal(
            draws.unchanged,
            True,
            text=Text("minibatches changes x or y.", "minibatches изменяет x или y."),
        )
        first, again, *others = draws.orders
        if not torch.equal(first, again):
            fail(
                Text(
                    "The same state of the generator gives different batches.",
                    "Одно и то же состояние generator даёт разные пакеты.",
                )
            )
        # Another state: honest orders agree with probability 1/40! or 40^-40, below 1e-47.
        if any(torch.equal(first, different) for different in others):
            fail(
                Text(
                    "Generators in different states give the same batches.",
                    "Генераторы в разных состояниях дают одинаковые пакеты.",
                )
            )


def listed(sizes):
    return f"[{', '.join(map(str, sizes[:12]))}{', …' * (len(sizes) > 12)}]"


def batch_sizes(count, size):
    full, rest = divmod(count, size)
    return [size] * full + [rest] * bool(rest)


# --------------------------------------------------------------------------- train


def trained(  # noqa: C901 - a probe travels alone and holds all it needs
    nb,
    *,
    weights,
    x,
    y,
    loss,
    epochs,
    batch_size,
    learning_rate,
    seed,
    global_seed,
    repaired,
    with_history,
):
    import random

    import numpy as np
    import torch

    torch.manual_seed(global_seed)
    np.random.seed(global_seed % 2**32)  # noqa: NPY002
    random.seed(global_seed)

    def sgd_step(parameters, learning_rate):
        with torch.no_grad():
            for parameter in parameters:
                if parameter.grad is not None:
                    parameter.sub_(learning_rate * parameter.grad)

    def minibatches(x, y, batch_size, *, replacement=False, generator=None):
        if replacement:
            order = torch.randint(len(x), (len(x),), generator=generator)
        else:
            order = torch.randperm(len(x), generator=generator)
        return [(x[rows], y[rows]) for rows in order.split(batch_size)]

    if repaired:
        nb.sgd_step = sgd_step
        nb.minibatches = minibatches

    layers = []
    for weight, bias in weights:
        layer = torch.nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)
        layers += [layer, torch.nn.Tanh()]
    network = torch.nn.Sequential(*layers[:-1])
    records = []

    def state():
        return torch.cat([p.detach().flatten() for p in network.parameters()])

    def loss_fn(model, xb, yb):
        scores, targets = model(xb).reshape(-1), yb.reshape(-1)
        if loss == "hinge":
            value = (1 - targets * scores).clamp(min=0).mean()
        else:
            value = (scores - targets).square().mean()
        # Only losses that go backward count: who also looks at others does nothing wrong.
        if value.requires_grad:
            record = (xb.detach().clone(), targets.detach().clone(), state())
            value.register_hook(lambda _: records.append(record))
        return value

    history = nb.train(
        network,
        x,
        y,
        loss_fn=loss_fn,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        generator=torch.Generator().manual_seed(seed),
    )
    return {
        # A wrong history costs the check that asks for it and no other.
        "train(...)": history if with_history else None,
        "final": state(),
        "sizes": [len(targets) for _, targets, _ in records],
        "x": torch.cat([xb for xb, _, _ in records] or [x[:0]]),
        "y": torch.cat([targets for _, targets, _ in records] or [y[:0]]),
        "states": torch.stack([start for _, _, start in records] or [state()]),
    }


class Case:
    """One call of `train`: what goes in, and the arithmetic of what must come out."""

    def __init__(self, rng, *, x, y, hidden, loss, epochs, batch_size, learning_rate):
        self.x, self.y, self.loss = x, y, loss
        self.epochs, self.batch_size, self.rate = epochs, batch_size, learning_rate
        widths = [x.shape[1], *hidden, 1]
        self.weights = [
            (rng.normal(b, a, std=1 / math.sqrt(a)), rng.normal(b, std=0.3))
            for a, b in itertools.pairwise(widths)
        ]
        self.start = torch.cat([v.flatten() for pair in self.weights for v in pair]).double()
        self.seed, self.global_seed = rng.seed(), rng.seed()

    def run(self, student, *, repaired, with_history=False, seed=None, global_seed=None):
        """Let the student train, with right companions in place of their own if `repaired`."""
        parameters = len(self.start)
        got = student.run(
            trained,
            weights=self.weights,
            x=self.x,
            y=self.y,
            loss=self.loss,
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.rate,
            seed=self.seed if seed is None else seed,
            global_seed=self.global_seed if global_seed is None else global_seed,
            repaired=repaired,
            with_history=with_history,
            returns={
                "train(...)": ListOf(Number()) if with_history else Nothing(),
                "final": Float(parameters),
                "sizes": ListOf(Integer()),
                "x": Float(None, self.x.shape[1]),
                "y": Float(None),
                "states": Float(None, parameters),
            },
        )
        # The records are claims as everything else: they must fit together before they are used.
        sizes = got["sizes"]
        whole = min(sizes, default=0) >= 0 and sum(sizes) == len(got["x"]) == len(got["y"])
        many = 10 * len(batch_sizes(len(self.x), self.batch_size)) * self.epochs
        if not whole or len(sizes) > many or len(got["states"]) != max(1, len(sizes)):
            fail(self.wrong_batches(sizes))
        return got

    def wrong_batches(self, sizes):
        """The sentence for batches that are not those of the contract."""
        if not sizes:
            return Text(
                "train never calls backward() on a loss of loss_fn.",
                "train ни разу не вызывает backward() для потерь из loss_fn.",
            )
        shown, per_epoch = listed(sizes), f"{len(sizes) / self.epochs:.3g}"
        return Text(
            f"{len(self.x)} samples, batch_size={self.batch_size}, {self.epochs} epochs: the "
            f"losses that went backward came from batches of {shown} samples ({per_epoch} per "
            "epoch).",
            f"{len(self.x)} примеров, batch_size={self.batch_size}, эпох: {self.epochs}; "
            f"backward вызван для потерь на пакетах размеров {shown} ({per_epoch} за эпоху).",
        )

    def scores(self, state, xb):
        """The network's outputs in float64, as a function of the flat vector of parameters."""
        out, offset = xb.double(), 0
        for index, (weight, bias) in enumerate(self.weights):
            w = state[offset : offset + weight.numel()].view(weight.shape)
            offset += weight.numel()
            b = state[offset : offset + bias.numel()]
            offset += bias.numel()
            out = (out.tanh() if index else out) @ w.T + b
        return out.reshape(-1)

    def loss_at(self, state, xb, yb):
        """The loss of a batch in float64."""
        scores, targets = self.scores(state, xb), yb.double()
        if self.loss == "hinge":
            return (1 - targets * scores).clamp(min=0).mean()
        return (scores - targets).square().mean()

    def gradient(self, state, xb, yb):
        """The gradient of the loss of a batch, in float64."""
        state = state.double().clone().requires_grad_()
        return torch.autograd.grad(self.loss_at(state, xb, yb), state)[0]

    def step(self, state, xb, yb):
        """The parameters after one step of SGD."""
        return state.double() - self.rate * self.gradient(state, xb, yb)

    def replayed(self, rows):
        """The parameters after the same batches, in float64."""
        state = self.start
        for epoch in rows:
            for part in epoch.split(self.batch_size):
                state = self.step(state, self.x[part], self.y[part])
        return state

    def batches(self, got):
        """The batches that went backward, as row numbers of x, epoch by epoch."""
        expected = batch_sizes(len(self.x), self.batch_size) * self.epochs
        if got["sizes"] != expected:
            fail(
                self.wrong_batches(got["sizes"]),
                hint=Text(
                    "Every epoch: for each mini-batch one loss, one backward, one step.",
                    "Каждая эпоха: для каждого пакета одни потери, один backward, один шаг.",
                ),
            )
        rows = rows_in(self.x, got["x"])
        if not torch.equal(self.y[rows], got["y"]):
            fail(
                Text(
                    "loss_fn was given xb and yb that do not belong together.",
                    "loss_fn получила xb и yb, не соответствующие друг другу.",
                )
            )
        return rows.view(self.epochs, len(self.x))

    def pairs(self, got):
        """The recorded batches as tensors."""
        sizes = got["sizes"]
        return list(zip(got["x"].split(sizes), got["y"].split(sizes), strict=True))


def either_way(judge):
    """Judge with the student's own functions, and if that fails with right ones in their place.

    `train` may call the student's `minibatches` and `sgd_step`. A mistake in those is punished
    there and must not cost `train`; a `train` that only works with its own companions is right.
    """
    try:
        judge(False)
    except StudentFault as first:
        try:
            judge(True)
        except StudentFault:
            raise first from None


def regression_case(rng, **options):
    x = rng.normal(23, 3)
    y = x @ rng.normal(3) + rng.normal(1)
    settings = {"hidden": [5], "loss": "mse", "epochs": 3, "batch_size": 5, "learning_rate": 0.1}
    return Case(rng, x=x, y=y, **{**settings, **options})


@check("train", points=2, title=Text("epochs over mini-batches", "эпохи из мини-пакетов"))
def test_batches(student, rng):
    case = regression_case(rng)

    def judge(repaired):
        rows = case.batches(case.run(student, repaired=repaired))
        for epoch in rows:
            if sorted(epoch.tolist()) != list(range(len(case.x))):
                fail(
                    Text(
                        "An epoch does not go over every sample exactly once.",
                        "Эпоха не проходит каждый пример ровно один раз.",
                    )
                )
        # Two honest epochs agree with probability 1/23! < 4e-23.
        orders = {tuple(epoch.tolist()) for epoch in rows}
        if len(orders) < case.epochs:
            fail(
                Text(
                    "The epochs go over the samples in the same order: draw new mini-batches in "
                    "every epoch.",
                    "Эпохи проходят примеры в одном и том же порядке: разбивайте на пакеты "
                    "заново в каждой эпохе.",
                )
            )
        again = case.run(student, repaired=repaired, global_seed=case.global_seed ^ 1)
        other = case.run(student, repaired=repaired, seed=case.seed ^ 1)
        # With another seed three honest epochs are the same with probability (1/23!)^3.
        if not torch.equal(case.batches(again), rows) or torch.equal(case.batches(other), rows):
            fail(
                Text(
                    "train does not take its batches from the generator that it was given.",
                    "train берёт пакеты не из переданного generator.",
                )
            )

    either_way(judge)


@check(
    "train",
    points=3,
    title=Text(
        "every step follows the gradient of its batch", "каждый шаг идёт по градиенту своего пакета"
    ),
    hint=Text(
        "For every batch: loss_fn, clear the gradients, backward, step.",
        "Для каждого пакета: loss_fn, обнулить градиенты, backward, шаг.",
    ),
)
def test_trajectory(student, rng):
    case = regression_case(rng)

    def judge(repaired):
        got = case.run(student, repaired=repaired)
        if not got["sizes"]:
            fail(case.wrong_batches([]))
        pairs = case.pairs(got)
        states = torch.cat([got["states"], got["final"][None]]).double()
        assert_close(states[0], case.start, name="model.parameters()")
        slopes = [
            case.gradient(state, xb, yb) for state, (xb, yb) in zip(states[:-1], pairs, strict=True)
        ]
        slopes = torch.stack(slopes)
        steps = case.rate * slopes
        per_epoch = len(batch_sizes(len(case.x), case.batch_size))
        assert_close(
            states[1:],
            states[:-1] - steps,
            name="model.parameters()",
            mistakes={
                Text(
                    "the weights follow exactly the path of SGD without clearing the gradients",
                    "веса идут в точности по пути SGD без обнуления градиентов",
                ): states[:-1] - case.rate * slopes.cumsum(0),
                Text(
                    "the gradients are cleared once per epoch, not for every batch",
                    "градиенты обнуляются раз в эпоху, а не для каждого пакета",
                ): states[:-1] - case.rate * cumulated(slopes, per_epoch),
                Text("the step goes up the gradient", "шаг сделан вверх по градиенту"): (
                    states[:-1] + steps
                ),
                Text("the weights never change", "веса не меняются"): states[:-1],
                Text("learning_rate is not used", "learning_rate не используется"): (
                    states[:-1] - slopes
                ),
                Text("each batch takes two steps", "на каждый пакет делается два шага"): (
                    states[:-1] - 2 * steps
                ),
                Text(
                    "there is a step at the end of an epoch only",
                    "шаг делается только в конце эпохи",
                ): epoch_steps(states, slopes, case.rate, per_epoch),
            },
        )

    either_way(judge)


def cumulated(slopes, per_epoch):
    return torch.cat([part.cumsum(0) for part in slopes.split(per_epoch)])


def epoch_steps(states, slopes, rate, per_epoch):
    after = states[:-1].clone()
    sums = cumulated(slopes, per_epoch)
    after[per_epoch - 1 :: per_epoch] -= rate * sums[per_epoch - 1 :: per_epoch]
    return after


@check(
    "train",
    points=2,
    title=Text("the history of the losses", "история потерь"),
    hint=Text(
        "Add up loss * len(batch) before each update and divide by the number of samples.",
        "Складывайте loss * len(batch) до каждого обновления и делите на число примеров.",
    ),
)
def test_history(student, rng):
    # 23 samples in batches of 7: the last one has 2, so that a plain mean of batches shows.
    case = regression_case(rng, batch_size=7, epochs=4)

    def judge(repaired):
        got = case.run(student, repaired=repaired, with_history=True)
        if len(got["train(...)"]) != case.epochs:
            fail(
                Text(
                    f"train(..., epochs={case.epochs}) must return one number per epoch; there "
                    f"are {len(got['train(...)'])}.",
                    f"train(..., epochs={case.epochs}) должна вернуть по числу на эпоху, а их "
                    f"{len(got['train(...)'])}.",
                )
            )
        case.batches(got)
        pairs = case.pairs(got)
        states = torch.cat([got["states"], got["final"][None]]).double()
        before = torch.stack(
            [case.loss_at(s, *pair) for s, pair in zip(states[:-1], pairs, strict=True)]
        )
        after = torch.stack(
            [case.loss_at(s, *pair) for s, pair in zip(states[1:], pairs, strict=True)]
        )
        sizes = torch.tensor(got["sizes"]).double().view(case.epochs, -1)
        before, after = before.view(case.epochs, -1), after.view(case.epochs, -1)
        ends = states[1:].view(*before.shape, -1)[:, -1]
        count = len(case.x)
        late = (after * sizes).sum(1) / count
        assert_close(
            torch.tensor(got["train(...)"]).double(),
            (before * sizes).sum(1) / count,
            name="train(...)",
            mistakes={
                Text(
                    "the mean over batches is taken: a short last batch weighs as much as a "
                    "full one",
                    "взято среднее по пакетам: короткий последний пакет весит столько же, "
                    "сколько полный",
                ): before.mean(1),
                Text(
                    "it holds the loss of the last batch of each epoch",
                    "в ней потери последнего пакета каждой эпохи",
                ): before[:, -1],
                Text(
                    "it holds the loss of the first batch of each epoch",
                    "в ней потери первого пакета каждой эпохи",
                ): before[:, 0],
                Text(
                    "the losses of the batches are added up and not divided",
                    "потери пакетов сложены и не поделены",
                ): before.sum(1),
                Text(
                    "the losses are weighted with the sizes and not divided by the number of "
                    "samples",
                    "потери взвешены размерами пакетов, но не поделены на число примеров",
                ): (before * sizes).sum(1),
                Text(
                    "the losses are taken after the update", "потери измерены после обновления"
                ): late,
                Text(
                    "the loss is measured on all data at the end of the epoch",
                    "потери измерены на всех данных в конце эпохи",
                ): torch.stack([case.loss_at(state, case.x, case.y) for state in ends]),
                Text(
                    "the sum of the batches' means is divided by the number of samples",
                    "сумма средних по пакетам поделена на число примеров",
                ): before.sum(1) / count,
                Text(
                    "the losses of earlier epochs are still in the sum",
                    "в сумме остались потери прошлых эпох",
                ): ((before * sizes).sum(1) / count).cumsum(0),
            },
        )

    either_way(judge)


@check(
    "train",
    points=2,
    title=Text(
        "a batch of all data is gradient descent", "пакет из всех данных — градиентный спуск"
    ),
)
def test_full_batch(student, rng):
    case = regression_case(rng, batch_size=100, epochs=6)

    def judge(repaired):
        got = case.run(student, repaired=repaired)
        expected = no_clearing = case.start
        total = torch.zeros_like(case.start)
        for _ in range(case.epochs):
            expected = case.step(expected, case.x, case.y)
            total = total + case.gradient(no_clearing, case.x, case.y)
            no_clearing = no_clearing - case.rate * total
        # Rounding in float32 differs with the order of the samples, hence the wider tolerance.
        assert_close(
            got["final"].double(),
            expected,
            name="model.parameters()",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                Text(
                    "the weights follow exactly the path of gradient descent without clearing "
                    "the gradients",
                    "веса идут в точности по пути градиентного спуска без обнуления градиентов",
                ): no_clearing,
                Text("the weights never change", "веса не меняются"): case.start,
            },
        )

    either_way(judge)


@check("train", points=2, title=Text("two moons, max-margin loss", "две луны, max-margin"))
def test_moons(student, rng):
    x, y = rng.moons(160, noise=0.1)
    case = Case(
        rng, x=x, y=y, hidden=[24], loss="hinge", epochs=30, batch_size=16, learning_rate=0.5
    )
    fresh_x, fresh_y = rng.moons(400, noise=0.1)

    def accuracy(state):
        return float((case.scores(state, fresh_x) * fresh_y > 0).float().mean())

    def judge(repaired):
        end, rows = followed(student, case, repaired)
        # The order of samples is the student's luck, but the replay has the same luck. Both ends
        # differ by rounding (1e-6 of the way) unless a margin falls on the hinge's kink within
        # rounding (under 1e-3 per run), which moves one step by a sixteenth of a gradient: next to
        # nothing of a tenth of all points.
        enough = min(0.9, accuracy(case.replayed(rows)) - 0.1)
        reached = accuracy(end)
        if reached < enough:
            fail(
                Text(
                    f"After training on two moons the share of fresh points on the right side "
                    f"is {reached:.2f}.",
                    f"После обучения на двух лунах доля новых точек на верной стороне — "
                    f"{reached:.2f}.",
                )
            )

    either_way(judge)


@check("train", points=1, title=Text("a synthetic regression, MSE", "синтетическая регрессия, MSE"))
def test_regression(student, rng):
    x = rng.normal(60, 4)
    y = x @ rng.signs(4) + 1
    # Few and short steps: at the end of the way all methods would look alike.
    case = Case(rng, x=x, y=y, hidden=[], loss="mse", epochs=8, batch_size=8, learning_rate=0.02)

    def judge(repaired):
        end, rows = followed(student, case, repaired)
        first = case.loss_at(case.start, x, y)
        reached, possible = (
            case.loss_at(state, x, y) / first for state in (end, case.replayed(rows))
        )
        # Both ends differ by rounding only: the problem is convex, and no step enlarges an error.
        if not bool(reached < max(0.5, 1.1 * possible)):
            fail(
                Text(
                    "The loss of a linear regression without noise hardly falls.",
                    "Потери линейной регрессии без шума почти не уменьшаются.",
                )
            )

    either_way(judge)


def followed(student, case, repaired):
    """Train once; give the parameters at the end and the batches that led there.

    Nothing here is left to chance: every step is compared with the step from the same parameters
    along the same batch, so that rounding does not add up.
    """
    got = case.run(student, repaired=repaired)
    rows = case.batches(got)
    states = torch.cat([got["states"], got["final"][None]]).double()
    assert_close(states[0], case.start, name="model.parameters()")
    after, expected = [], []
    for k, (xb, yb) in enumerate(case.pairs(got)):
        margins = yb.double() * case.scores(states[k], xb)
        # At the kink of the hinge both slopes are right.
        if case.loss == "mse" or float((margins - 1).abs().min()) > 1e-4:
            after.append(states[k + 1])
            expected.append(case.step(states[k], xb, yb))
    if after and not is_close(torch.stack(after), torch.stack(expected)):
        fail(
            Text(
                "Training does not go where SGD over these mini-batches leads.",
                "Обучение идёт не туда, куда ведёт SGD по этим мини-пакетам.",
            )
        )
    return states[-1], rows


def measured_accuracy(nb, *, x, targets, columns):
    import torch

    class FirstFeature(torch.nn.Module):
        def __init__(self, column):
            super().__init__()
            self.column = column

        def forward(self, inputs):
            return inputs[:, :1] if self.column else inputs[:, 0]

    return {"accuracy(...)": [nb.accuracy(FirstFeature(c), x, targets) for c in columns]}


@check("train", points=2, title=Text("accuracy", "accuracy"))
def test_accuracy(student, rng):
    # Few hits with large scores, many misses with small ones, signs in turn: so that every mistake
    # named below gives another share, whatever the numbers.
    hits = 6 + rng.integers(0, 6)
    signs = torch.tensor([1.0, -1.0] * 16)[:31]
    x = rng.normal(31, 3)
    x[:hits, 0] = signs[:hits] * rng.uniform(hits, low=0.6, high=2.0)
    x[hits:, 0] = signs[hits:] * rng.uniform(31 - hits, low=0.1, high=0.4)
    targets = torch.cat([signs[:hits], -signs[hits:]])
    order = rng.permutation(31)
    x, targets = x[order], targets[order]
    right = float((x[:, 0].sign() == targets).float().mean())
    scores = x[:, 0].sign()
    for got in accuracies(student, x, targets, [False, True]):
        assert_close(
            got,
            right,
            name="accuracy(model, x, targets)",
            mistakes={
                Text(
                    "(N, 1) scores are broadcast against (N,) targets to (N, N)",
                    "scores (N, 1) и targets (N,) растянулись до (N, N)",
                ): (scores[:, None] == targets).float().mean(),
                Text(
                    "this is a percentage; a share between 0 and 1 is wanted",
                    "это проценты, а нужна доля от 0 до 1",
                ): 100 * right,
                Text(
                    "this is the number of hits; their share is wanted",
                    "это число верных ответов, а нужна их доля",
                ): 31 * right,
                Text("this is the share of errors", "это доля ошибок"): 1 - right,
                Text(
                    "the scores are compared with 0.5; the border is 0",
                    "оценки сравниваются с 0.5, а граница — 0",
                ): (torch.where(x[:, 0] > 0.5, 1.0, -1.0) == targets).float().mean(),
                Text(
                    "the targets are taken for 0/1; they are -1/+1",
                    "targets приняты за 0/1, а они -1/+1",
                ): ((x[:, 0] > 0).float() == targets).float().mean(),
            },
        )


@check("train", points=1, title=Text("a score of exactly 0 is wrong", "оценка ровно 0 — ошибка"))
def test_accuracy_of_zero(student, rng):
    x = rng.normal(24, 2)
    targets = rng.signs(24)
    # All other samples are hits: only what becomes of the zeros is asked here.
    x[:, 0] = x[:, 0].abs().add(0.1) * targets
    rows = rng.permutation(24)[:8]
    x[rows, 0] = 0.0
    targets[rows] = torch.tensor([1.0, -1.0] * 4)
    (got,) = accuracies(student, x, targets, [False])
    zero_counts = Text(
        "A score of exactly 0 is on neither side and must count as wrong.",
        "Оценка ровно 0 не лежит ни на одной стороне и считается ошибкой.",
    )
    # A number of hits or a percentage is punished above.
    if not any(math.isclose(got, right, rel_tol=1e-4) for right in (16 / 24, 16, 1600 / 24)):
        fail(zero_counts)


def accuracies(student, x, targets, columns):
    got = student.run(
        measured_accuracy,
        x=x,
        targets=targets,
        columns=columns,
        returns={"accuracy(...)": ListOf(Number(), len(columns))},
    )
    return got["accuracy(...)"]


# --------------------------------------------------------------------------- plots


def drawn_loss(nb, *, histories):
    import matplotlib.axes
    import numpy as np
    import torch

    found = []
    for history in histories:
        axes = nb.plot_loss(history)
        plot = {"kind": type(axes).__name__, "lines": [], "labels": []}
        if isinstance(axes, matplotlib.axes.Axes):
            lines = [np.asarray(line.get_xydata(), dtype=float) for line in axes.lines[:50]]
            plot = {
                "kind": "Axes",
                "lines": [torch.from_numpy(line.reshape(-1, 2)) for line in lines],
                "labels": [axes.get_xlabel(), axes.get_ylabel()],
            }
        found.append(plot)
    return found


def drawn_predictions(nb, *, cases):  # noqa: C901 - a probe travels alone and holds all it needs
    import matplotlib.axes
    import numpy as np
    import torch
    from matplotlib.collections import LineCollection, PathCollection

    nothing = ("None", "none", "", " ", None)
    forms = {"tensor": lambda v: v, "array": lambda v: v.numpy(), "list": lambda v: v.tolist()}

    def points_of(axes):
        for collection in axes.collections:
            if isinstance(collection, PathCollection):
                yield np.ma.filled(np.ma.asarray(collection.get_offsets(), dtype=float), np.nan)
        for line in axes.lines[:5000]:
            if line.get_marker() not in nothing:
                yield np.asarray(line.get_xydata(), dtype=float)

    def lines_of(axes):
        # An `axline` or a line in the coordinates of the Axes: where it really goes depends on the
        # limits, which matplotlib computes when they are asked for.
        axes.apply_aspect()
        axes.get_xlim(), axes.get_ylim()
        to_data = axes.transData.inverted()
        for line in axes.lines[:5000]:
            vertices = np.asarray(line.get_xydata(), dtype=float)
            if line.get_linestyle() not in nothing and len(vertices) > 1:
                yield to_data.transform(line.get_transform().transform(vertices))
        for collection in axes.collections:
            if isinstance(collection, LineCollection):
                yield from (
                    np.asarray(segment, dtype=float) for segment in collection.get_segments()
                )

    found = []
    for reference, predicted, form in cases:
        axes = nb.plot_predictions(forms[form](reference), forms[form](predicted))
        plot = {"kind": type(axes).__name__, "points": [], "lines": [], "labels": []}
        if isinstance(axes, matplotlib.axes.Axes):
            points, lines = (
                [torch.tensor(np.asarray(each).reshape(-1, 2)) for each in part(axes)]
                for part in (points_of, lines_of)
            )
            plot = {
                "kind": "Axes",
                "points": points[:5000],
                "lines": lines[:100],
                "labels": [axes.get_xlabel(), axes.get_ylabel()],
            }
        found.append(plot)
    return found


def figures_made(nb, *, history, reference, predicted):
    import matplotlib.axes
    import matplotlib.pyplot as plt

    open_before, axes_before = plt.subplots()
    drawn = [
        nb.plot_loss(history),
        nb.plot_predictions(reference, predicted),
        nb.plot_loss(history),
        nb.plot_predictions(reference, predicted),
    ]
    is_axes = [isinstance(each, matplotlib.axes.Axes) for each in drawn]
    figures = [
        open_before,
        *(each.figure for each, good in zip(drawn, is_axes, strict=True) if good),
    ]
    return {
        "kinds": [
            "Axes" if good else type(each).__name__
            for each, good in zip(drawn, is_axes, strict=True)
        ],
        "separate": len({id(figure) for figure in figures}) == len(figures),
        "untouched": len(open_before.axes) == 1 and not axes_before.has_data(),
    }


DRAWN = {"kind": Str(), "lines": ListOf(Double(None, 2)), "labels": ListOf(Str())}


@check("plots", points=3, title=Text("plot_loss draws the history", "plot_loss рисует историю"))
def test_loss_line(student, rng):
    histories = [
        [float(value) for value in rng.uniform(epochs, low=0.1, high=2.0)] for epochs in (9, 14)
    ]
    for history, plot in zip(histories, loss_plots(student, *histories), strict=True):
        lines, epochs = plot["lines"], len(history)
        values = torch.tensor(history, dtype=torch.float64)
        steps = torch.arange(epochs, dtype=torch.float64)
        fitting = [line for line in lines if is_close(line[:, 1], values)]
        if not fitting:
            points = [len(line) for line in lines[:5]]
            fail(
                Text(
                    f"plot_loss was given {epochs} values; none of the {len(lines)} lines of its "
                    f"Axes shows them (points of the lines: {points}).",
                    f"plot_loss получила {epochs} значений, но ни одна линия на её Axes их не "
                    f"показывает (линий: {len(lines)}, точек в них: {points}).",
                )
            )
        if not any(is_close(line[:, 0], steps + first) for line in fitting for first in (0, 1)):
            fail(
                Text(
                    "The horizontal axis must count the epochs one by one, from 0 or from 1.",
                    "По горизонтали должны идти номера эпох подряд, от 0 или от 1.",
                )
            )


@check("plots", points=1, title=Text("plot_loss labels both axes", "plot_loss подписывает обе оси"))
def test_loss_labels(student, rng):
    assert_labels(*loss_plots(student, [float(value) for value in rng.uniform(5)]))


@check(
    "plots",
    points=2,
    title=Text(
        "plot_predictions: one point per sample", "plot_predictions: точка на каждый пример"
    ),
)
def test_predictions_points(student, rng):
    reference, predicted = rng.normal(17), rng.normal(17)
    (plot,) = prediction_plots(student, (reference, predicted, "tensor"))
    assert_points(plot, reference, predicted)


@check(
    "plots",
    points=1,
    title=Text(
        "plot_predictions takes (N, 1) tensors, arrays and lists",
        "plot_predictions принимает тензоры (N, 1), массивы и списки",
    ),
)
def test_predictions_inputs(student, rng):
    cases = [
        (rng.normal(*shape), rng.normal(*shape), form)
        for form, shape in (("tensor", (9, 1)), ("array", (9,)), ("array", (9, 1)), ("list", (9,)))
    ]
    for case, plot in zip(cases, prediction_plots(student, *cases), strict=True):
        reference, predicted, _ = case
        # The wrong way round is punished above.
        if not shows(plot["points"], predicted, reference):
            assert_points(plot, reference, predicted)


@check(
    "plots",
    points=1,
    title=Text("plot_predictions: the diagonal y = x", "plot_predictions: диагональ y = x"),
)
def test_diagonal(student, rng):
    reference, predicted = rng.normal(14, mean=1.0), rng.normal(14, std=2.0)
    (plot,) = prediction_plots(student, (reference, predicted, "tensor"))
    for line in plot["lines"]:
        size = float(line.abs().max())
        on_it = (line[:, 0] - line[:, 1]).abs() <= 1e-6 * size
        if math.isfinite(size) and bool(on_it.all()) and float(line[:, 0].max() - line[:, 0].min()):
            return
    fail(
        Text(
            "There is no line y = x in the plot of predictions.",
            "На графике предсказаний нет прямой y = x.",
        ),
        hint=Text(
            "A perfect prediction lies on the diagonal: draw it from the lowest to the highest "
            "value.",
            "Идеальное предсказание лежит на диагонали: проведите её от наименьшего значения до "
            "наибольшего.",
        ),
    )


@check(
    "plots",
    points=1,
    title=Text("plot_predictions labels both axes", "plot_predictions подписывает обе оси"),
)
def test_predictions_labels(student, rng):
    assert_labels(*prediction_plots(student, (rng.normal(6), rng.normal(6), "tensor")))


@check(
    "plots",
    points=1,
    title=Text("each call makes its own figure", "каждый вызов создаёт свою фигуру"),
    hint=Text(
        "Begin with fig, ax = plt.subplots() and draw on ax.",
        "Начните с fig, ax = plt.subplots() и рисуйте на ax.",
    ),
)
def test_own_figures(student, rng):
    got = student.run(
        figures_made,
        history=[float(v) for v in rng.uniform(5)],
        reference=rng.normal(6),
        predicted=rng.normal(6),
        returns={"kinds": ListOf(Str(), 4), "separate": Bool(), "untouched": Bool()},
    )
    for kind, name in zip(got["kinds"], ["plot_loss", "plot_predictions"] * 2, strict=True):
        assert_axes({"kind": kind}, name)
    assert_equal(
        (got["separate"], got["untouched"]),
        (True, True),
        text=Text(
            "A call draws on a figure that was there before.",
            "Вызов рисует на фигуре, которая уже была.",
        ),
    )


def loss_plots(student, *histories):
    plots = student.run(drawn_loss, histories=histories, returns=ListOf(DRAWN, len(histories)))
    return [assert_axes(plot, "plot_loss") for plot in plots]


def prediction_plots(student, *cases):
    drawn = {**DRAWN, "points": ListOf(Double(None, 2))}
    plots = student.run(drawn_predictions, cases=cases, returns=ListOf(drawn, len(cases)))
    return [assert_axes(plot, "plot_predictions") for plot in plots]


def assert_axes(got, name):
    if got["kind"] != "Axes":
        kind = got["kind"] if got["kind"].isidentifier() else "?"
        fail(
            Text(
                f"{name} must return the Axes that it drew on; it returned {kind}.",
                f"{name} должна вернуть Axes, на которых рисовала, а вернула {kind}.",
            ),
            hint=Text(
                "fig, ax = plt.subplots(); ...; return ax",
                "fig, ax = plt.subplots(); ...; return ax",
            ),
            cause="wrong_type",
        )
    return got


def assert_labels(drawn):
    if len(drawn["labels"]) != 2 or not all(label.strip() for label in drawn["labels"]):
        fail(
            Text("Both axes must have a label.", "Обе оси должны быть подписаны."),
            hint=Text("ax.set_xlabel, ax.set_ylabel", "ax.set_xlabel, ax.set_ylabel"),
        )


def assert_points(drawn, reference, predicted):
    if shows(drawn["points"], reference, predicted):
        return
    count = reference.numel()
    if shows(drawn["points"], predicted, reference):
        fail(
            Text(
                "reference and predicted are on each other's axes: a point stands at "
                "(reference, predicted).",
                "reference и predicted перепутаны местами: точка стоит в (reference, predicted).",
            )
        )
    fail(
        Text(
            f"plot_predictions was given {count} samples; its points (by group: "
            f"{[len(group) for group in drawn['points'][:5]]}) are not those of "
            "(reference, predicted).",
            f"plot_predictions получила {count} примеров; её точки (по группам: "
            f"{[len(group) for group in drawn['points'][:5]]}) — не (reference, predicted).",
        )
    )


def shows(groups, reference, predicted):
    """Say whether one group of points, or all together, are these samples in any order."""
    expected = in_order(torch.stack([reference.flatten(), predicted.flatten()], 1).double())
    everything = [torch.cat(groups)] if groups else []
    candidates = [group for group in [*groups, *everything] if len(group) == len(expected)]
    return any(is_close(in_order(group), expected) for group in candidates)


def in_order(points):
    return torch.tensor(sorted(points.tolist()), dtype=torch.float64).reshape(-1, 2)
