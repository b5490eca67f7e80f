"""Hidden checks of the task `MyLinear`."""

import math

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
from zachetka.pytest_plugin.sources import paths_used_by
from zachetka.pytest_plugin.specs import validate


def linear_parameters(nb, *, inputs, outputs):
    from unittest import mock

    import torch
    from torch.nn.modules import linear

    my_linear = nb.MyLinear  # first of all: without it nothing has been touched
    made, make = [], linear.Linear.__init__

    def counted(self, *args, **kwargs):
        made.append(1)
        return make(self, *args, **kwargs)

    mock.patch.object(linear.Linear, "__init__", counted).start()
    layer = my_linear(inputs, outputs)
    parameters = list(layer.parameters())
    mock.patch.stopall()
    return {
        "weight": layer.weight,
        "bias": layer.bias,
        "registered": [
            isinstance(value, torch.nn.Parameter) and any(value is p for p in parameters)
            for value in (layer.weight, layer.bias)
        ],
        "trainable": [
            bool(getattr(value, "requires_grad", False)) for value in (layer.weight, layer.bias)
        ],
        "ready_made": bool(made),
    }


def linear_outputs(nb, *, layers, with_first):
    from unittest import mock

    import torch
    from torch.nn.modules import linear
    from torch.overrides import TorchFunctionMode

    my_linear = nb.MyLinear  # first of all: without it nothing has been touched
    made, make, called = [], linear.Linear.__init__, set()

    def counted(self, *args, **kwargs):
        made.append(1)
        return make(self, *args, **kwargs)

    class Watch(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            called.add(getattr(func, "__name__", ""))
            return func(*args, **(kwargs or {}))

    def learns(layer):
        learned = isinstance(layer.weight, torch.nn.Parameter) and layer.weight.requires_grad
        return learned and any(layer.weight is p for p in layer.parameters())

    mock.patch.object(linear.Linear, "__init__", counted).start()
    values, shapes, no_bias, missing, first, again = [], [], True, False, None, None
    learns_with_bias_only = False
    for weight, bias, xs in layers:
        outputs, inputs = weight.shape
        layer = my_linear(inputs, outputs, **({"bias": False} if bias is None else {}))
        no_bias &= bias is not None or getattr(layer, "bias", None) is None
        missing |= not hasattr(layer, "bias")
        if bias is None and not learns(layer):
            learns_with_bias_only |= learns(my_linear(inputs, outputs))
        given = [layer.weight] if bias is None else [layer.weight, layer.bias]
        shapes.append([None if value is None else list(value.shape) for value in given])
        # What does not fit cannot be filled in: its shape is what is wrong.
        if shapes[-1][0] != [outputs, inputs]:
            break
        if bias is not None and (layer.bias is None or layer.bias.numel() != outputs):
            break
        with Watch():
            first = layer(xs[0]) if with_first else None
            with torch.no_grad():
                layer.weight.copy_(weight)
                if bias is not None:
                    layer.bias.copy_(bias.view(layer.bias.shape))
            values += [layer(x) for x in xs]
            again = layer(xs[0]) if with_first else None
    mock.patch.stopall()
    return {
        "MyLinear(...)(x)": values,
        "shapes": shapes,
        "first": first,
        "again": again,
        "no_bias": no_bias,
        "missing": missing,
        "learns_with_bias_only": learns_with_bias_only,
        "ready_made": bool(made),
        "called": sorted(called),
    }


def linear_gradients(nb, *, weight, bias, x, upstream):
    from unittest import mock

    import torch
    from torch.nn.modules import linear
    from torch.overrides import TorchFunctionMode

    my_linear = nb.MyLinear  # first of all: without it nothing has been touched
    made, make, called = [], linear.Linear.__init__, set()

    def counted(self, *args, **kwargs):
        made.append(1)
        return make(self, *args, **kwargs)

    class Watch(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            called.add(getattr(func, "__name__", ""))
            return func(*args, **(kwargs or {}))

    mock.patch.object(linear.Linear, "__init__", counted).start()
    layer = my_linear(x.shape[-1], weight.shape[0])
    given = (layer.weight, layer.bias)
    shapes = [None if value is None else list(value.shape) for value in given]
    fitting = shapes[0] == list(weight.shape) and layer.bias is not None
    if fitting and layer.bias.numel() == len(bias):
        with torch.no_grad():
            layer.weight.copy_(weight)
            layer.bias.copy_(bias.view(layer.bias.shape))
        x.requires_grad_()
        with Watch():
            out = layer(x)
        # Where all of the graph is cut there is nothing to go back along.
        if getattr(out, "requires_grad", True):
            # `backward(upstream)` would import half of sympy.
            (out * upstream).sum().backward()
    mock.patch.stopall()
    return {
        "weight.grad": layer.weight.grad,
        "bias.grad": getattr(layer.bias, "grad", None),
        "x.grad": x.grad,
        "shapes": [shapes],
        "ready_made": bool(made),
        "called": sorted(called),
    }


SHAPE = AnyOf(Nothing(), ListOf(Integer(), at_most=8))
SHAPES = ListOf(ListOf(SHAPE, at_most=2), at_most=4)


def assert_parameter_shapes(found, wanted):
    """Fail the check if a weight or a bias could not be filled in; the layers end with that one.

    A bias of as many numbers in another shape could be: it is punished with the parameters.
    """
    for shapes, right in zip(found, wanted, strict=False):
        for name, shape, fitting in zip(("weight", "bias"), shapes, right, strict=False):
            if shape is None:
                fail(
                    Text(
                        f"`{name}` is None; it must be a parameter of the shape {fitting}.",
                        f"`{name}` равен None, а должен быть параметром формы {fitting}.",
                    ),
                    cause="wrong_type",
                )
            filled = name == "bias" and math.prod(shape) == math.prod(fitting)
            if tuple(shape) != fitting and not filled:
                fail(
                    Text(
                        f"`{name}` has the shape {tuple(shape)}; {fitting} is wanted.",
                        f"`{name}` имеет форму {tuple(shape)}, а нужна {fitting}.",
                    ),
                    cause="wrong_type",
                )


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
    hint=Text(
        "They are two nn.Parameter: `weight` of shape (out_features, in_features), `bias` of shape "
        "(out_features,).",
        "Это два nn.Parameter: `weight` формы (out_features, in_features) и `bias` формы "
        "(out_features,).",
    ),
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
            "weight": Tensor(...),
            "bias": Float(outputs),
            "registered": ListOf(Bool(), 2),
            "trainable": ListOf(Bool(), 2),
            "ready_made": Bool(),
        },
    )
    refuse_ready_made_linear(student, found=got["ready_made"])
    if tuple(got["weight"].shape) == (inputs, outputs):
        fail(
            Text(
                "`weight` has the shape (in_features, out_features): it is transposed, the "
                "contract wants (out_features, in_features).",
                "`weight` имеет форму (in_features, out_features): она транспонирована, нужна "
                "(out_features, in_features).",
            )
        )
    Float(outputs, inputs).validate(got["weight"], "weight")
    assert_equal(got["registered"], [True, True], text=REGISTERED)
    assert_equal(got["trainable"], [True, True], text=REGISTERED)


@check("MyLinear", points=4, title=Text("forward pass of a batch", "прямой проход пакета"))
def test_forward(student, rng):
    weight, bias, x = rng.normal(4, 7), rng.normal(4), rng.normal(6, 7)
    got = linear_out(student, [(weight, bias, [x])], [Float(6, 4)], with_first=True)
    (out,) = got["MyLinear(...)(x)"]
    product = x @ weight.T
    steady = got["again"] is not None and is_close(out, got["again"])
    mistakes = {
        **({} if steady else {UNSTEADY: out}),
        NO_BIAS_ADDED: product,
        Text("the bias is subtracted, not added", "bias вычитается, а не прибавляется"): product
        - bias,
        Text("the bias is added twice", "bias прибавлен дважды"): product + 2 * bias,
        Text("the bias is added before the product", "bias прибавлен до умножения"): (
            (x.unsqueeze(1) + bias.view(1, -1, 1)) * weight
        ).sum(-1),
    }
    for name, bend in BENDS.items():
        mistakes[
            Text(
                f"there is a {name} at the end: a linear layer has no activation",
                f"в конце стоит {name}: у линейного слоя нет активации",
            )
        ] = bend(product + bias)
    mistakes[
        Text(
            "the output stays the same when `weight` changes: compute it from the present "
            "self.weight in every call, not from a copy",
            "выход не меняется, когда меняется `weight`: считайте его по текущему self.weight "
            "при каждом вызове, а не по копии",
        )
    ] = got["first"]
    # The bias may follow while the weight is stuck: then the outputs differ by one row.
    shift = out - got["first"]
    if is_close(shift, shift[:1].expand_as(shift)):
        mistakes[list(mistakes)[-1]] = out
    assert_close(out, product + bias, name="MyLinear(...)(x)", mistakes=mistakes)


BENDS = {
    "ReLU": lambda out: out.relu(),
    "sigmoid": lambda out: out.sigmoid(),
    "tanh": lambda out: out.tanh(),
    "softmax": lambda out: out.softmax(-1),
}


@check(
    "MyLinear",
    points=3,
    title=Text(
        "inputs of one, three and four dimensions", "одномерные, трёхмерные и четырёхмерные входы"
    ),
    hint=Text(
        "The last dimension of x is in_features; there may be any number before it.",
        "Последняя размерность x — это in_features; перед ней может быть сколько угодно других.",
    ),
)
def test_input_shapes(student, rng):
    # A missing or a subtracted bias is punished in `forward`, but that one asks for matrices only:
    # what the layer does with a matrix may be wrong here, too, and nothing else may.
    weight, bias = rng.normal(4, 7), rng.normal(4)
    xs = [rng.normal(7), rng.normal(3, 5, 7), rng.normal(1, 7), rng.normal(2, 3, 2, 7)]
    one = (rng.normal(1, 7), rng.normal(1), [rng.normal(5, 7)])
    shapes = [Float(*x.shape[:-1], 4) for x in xs]
    outs = linear_out(
        student,
        [(weight, bias, xs), one],
        [*shapes, Tensor(...)],
    )["MyLinear(...)(x)"]
    forgiven = [k for k in (-1, 0) if is_close(outs[2], xs[2] @ weight.T + k * bias)]
    for x, out in zip(xs, outs, strict=False):
        product = x @ weight.T
        if not any(is_close(out, product + k * bias) for k in forgiven):
            assert_close(
                out,
                product + bias,
                name=f"MyLinear(...)(x), x: {tuple(x.shape)}",
                mistakes={NO_BIAS_ADDED: product},
            )
    if tuple(outs[-1].shape) == (5,):
        fail(
            Text(
                "With out_features=1 the last dimension is lost: x of shape (5, 7) must give "
                "(5, 1).",
                "При out_features=1 пропадает последняя размерность: для x формы (5, 7) выход "
                "должен иметь форму (5, 1).",
            )
        )
    Float(5, 1).validate(outs[-1], "MyLinear(7, 1)(x)")


@check("MyLinear", points=2, title=Text("a layer with bias=False", "слой с bias=False"))
def test_no_bias(student, rng):
    weight, x = rng.normal(3, 5), rng.normal(6, 5)
    got = linear_out(student, [(weight, None, [x])], [Float(6, 3)])
    assert_equal(
        got["no_bias"],
        True,
        text=Text(
            "With bias=False the attribute `bias` must be None.",
            "При bias=False атрибут `bias` должен быть равен None.",
        ),
    )
    assert_equal(
        got["missing"],
        False,
        text=Text(
            "With bias=False the layer has no attribute `bias` at all; it must be None.",
            "При bias=False у слоя вовсе нет атрибута `bias`, а он должен быть равен None.",
        ),
    )
    assert_equal(
        got["learns_with_bias_only"],
        False,
        text=Text(
            "With bias=False `weight` is no registered parameter that requires a gradient.",
            "При bias=False `weight` — не зарегистрированный параметр, требующий градиента.",
        ),
    )
    (out,) = got["MyLinear(...)(x)"]
    assert_close(
        out,
        x @ weight.T,
        name="MyLinear(..., bias=False)(x)",
        mistakes={
            Text(
                f"there is a {name} at the end: a linear layer has no activation",
                f"в конце стоит {name}: у линейного слоя нет активации",
            ): bend(x @ weight.T)
            for name, bend in BENDS.items()
        },
    )


@check(
    "MyLinear",
    points=3,
    title=Text("gradients reach weight, bias and x", "градиенты доходят до weight, bias и x"),
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
            "weight.grad": AnyOf(Tensor(...), Nothing()),
            "bias.grad": AnyOf(Tensor(...), Nothing()),
            "x.grad": AnyOf(Float(6, 7), Nothing()),
            "shapes": SHAPES,
            "ready_made": Bool(),
            "called": ListOf(Str()),
        },
    )
    flag_suspicious(student, SUSPICIOUS & set(got["called"]))
    refuse_ready_made_linear(student, found=got["ready_made"] or "linear" in got["called"])
    assert_parameter_shapes(got["shapes"], [((4, 7), (4,))])
    expected = {
        "weight": upstream.T @ x,
        "bias": upstream.sum(0),
        "x": upstream @ weight,
    }
    for name, value in expected.items():
        grad = got[f"{name}.grad"]
        if grad is None or not bool(grad.any()):
            fail(
                Text(
                    f"After backward() no gradient has reached `{name}`: the output does not "
                    "depend on it, or the graph is cut.",
                    f"После backward() градиент не дошёл до `{name}`: выход от него не зависит "
                    "или граф вычислений разорван.",
                ),
                hint=Text(
                    "`.data`, `.detach()`, `.item()` and numpy cut the graph.",
                    "`.data`, `.detach()`, `.item()` и numpy разрывают граф вычислений.",
                ),
            )
        Float(*value.shape).validate(grad, f"{name}.grad")
        assert_close(grad, value, name=f"{name}.grad")


def linear_out(student, layers, shapes, *, with_first=False):
    refuse_ready_made_linear(student)
    got = student.run(
        linear_outputs,
        layers=layers,
        with_first=with_first,
        returns={
            "MyLinear(...)(x)": Unvalidated(),
            "shapes": SHAPES,
            "first": Unvalidated(),
            "again": AnyOf(Tensor(...), Nothing()),
            "no_bias": Bool(),
            "missing": Bool(),
            "learns_with_bias_only": Bool(),
            "ready_made": Bool(),
            "called": ListOf(Str()),
        },
    )
    flag_suspicious(student, SUSPICIOUS & set(got["called"]))
    refuse_ready_made_linear(student, found=got["ready_made"] or "linear" in got["called"])
    wanted = [
        [tuple(value.shape) for value in (weight, bias) if value is not None]
        for weight, bias, _ in layers
    ]
    assert_parameter_shapes(got["shapes"], wanted)
    first = Float(len(layers[0][2][0]), len(layers[0][0])) if with_first else Nothing()
    name = "MyLinear(...)(x)"
    outs = validate(ListOf(Unvalidated(), len(shapes)), got[name], name)
    # One by one: the student's code gave tensors, not our list of them.
    for spec, out in [*zip(shapes, outs, strict=True), (first, got["first"])]:
        validate(spec, out, name)
    return got


READY_MADE = frozenset({"Linear", "LazyLinear", "linear"})
SUSPICIOUS = frozenset(
    {
        *("Bilinear", "bilinear", "Conv1d", "conv1d", "Conv2d", "conv2d", "Conv3d", "conv3d"),
        *("ConvTranspose1d", "conv_transpose1d", "_C", "ops"),
    }
)


def refuse_ready_made_linear(student, *, found=None):
    """Fail the check if `MyLinear` is built on what it should replace.

    The class is read outside, where the student's code cannot hide it; `found` is what was seen at
    run time and catches a detour through another function. What only looks like one is for the
    teaching assistant to judge: a helper that names `nn.Linear` may well ask what something is.
    """
    if found is None:
        sources = [cell.source for cell in student.cells]
        named = words_of(paths_used_by("MyLinear", sources, helpers=False))
        found = not named.isdisjoint(READY_MADE)
        used = paths_used_by("MyLinear", sources, values=True)
        flag_suspicious(student, (named & SUSPICIOUS) | (words_of(used) & READY_MADE))
        student.flag_back_doors("MyLinear")
        if any(path.startswith("torch.jit.") for path in used):
            student.flag("MyLinear uses torch.jit: which functions compiled code calls is not seen")
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


def flag_suspicious(student, names):
    for name in sorted(names):
        student.flag(f"MyLinear uses {name} of torch, which can stand in for a linear layer")


def words_of(paths):
    """Give the last words of what comes from torch; the module `linear` holds other things, too."""
    of_torch = {path for path in paths if path.startswith("torch.")}
    return {path.rpartition(".")[2] for path in of_torch - {"torch.nn.modules.linear"}} | {
        word for path in of_torch for word in path.split(".") if word == "_C"
    }
