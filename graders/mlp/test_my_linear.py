"""Hidden checks of the task `MyLinear`."""

import ast
import functools
import re

from zachetka.language import Text
from zachetka.pytest_plugin import (
    Bool,
    Float,
    ListOf,
    TupleOf,
    assert_close,
    assert_equal,
    check,
    fail,
    is_close,
)


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
    # One output is a dimension, too: `linear_out` declares the shape (5, 1).
    linear_out(student, rng.normal(1, 7), rng.normal(1), [rng.normal(5, 7)])


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
