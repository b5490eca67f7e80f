"""Public checks of the assignment `weight-init`: one small example per task, run at home.

They give no points. The hidden checks take other sizes, look at whole distributions, and at what a
function leaves behind.
"""

import math

import torch

from zachetka.language import Text
from zachetka.pytest_plugin import (
    Bool,
    Float,
    Integer,
    ListOf,
    Number,
    Str,
    TupleOf,
    assert_close,
    assert_equal,
    check,
    fail,
)

OUTPUTS, INPUTS = 60, 240
# Far looser than the hidden bounds: ten times the spread that 14 400 weights leave to chance.
SLACK = 0.06


def fans(nb, *, outputs, inputs):
    import torch

    return {"fan_in_and_fan_out(weight)": nb.fan_in_and_fan_out(torch.zeros(outputs, inputs))}


@check("fan_in_and_fan_out", points=0, title=Text("a weight (3, 8)", "вес формы (3, 8)"))
def test_fans(student):
    key = "fan_in_and_fan_out(weight)"
    got = student.run(fans, outputs=3, inputs=8, returns={key: TupleOf(Integer(), Integer())})
    assert_close(torch.tensor(got[key]), torch.tensor([8, 3]), name=key)


def initialised(nb, *, name, outputs, inputs):
    import torch

    layer = torch.nn.Linear(inputs, outputs)
    getattr(nb, name)(layer)
    return {"layer.weight": layer.weight, "layer.bias": layer.bias}


def example_check(task, name, mean, std):
    """Make the check that mean and std of a layer's weights are about right."""

    @check(task, points=0, title=Text(f"{name}: mean, std, bias", f"{name}: среднее, std, bias"))
    def judge(student):
        got = student.run(
            initialised,
            name=name,
            outputs=OUTPUTS,
            inputs=INPUTS,
            returns={"layer.weight": Float(OUTPUTS, INPUTS), "layer.bias": Float(OUTPUTS)},
        )
        weight = got["layer.weight"].double()
        scale = max(std, 1e-9)
        for value, expected in ((weight.mean(), mean), (weight.std(), std)):
            if not abs(float(value) - expected) <= SLACK * scale:
                fail(
                    Text(
                        f"`{name}`: mean {float(weight.mean()):.4f} and std "
                        f"{float(weight.std()):.4f} of a layer with {INPUTS} inputs and "
                        f"{OUTPUTS} outputs are not those of the task.",
                        f"`{name}`: среднее {float(weight.mean()):.4f} и std "
                        f"{float(weight.std()):.4f} слоя с {INPUTS} входами и {OUTPUTS} "
                        "выходами не те, что в условии.",
                    )
                )
        assert_close(got["layer.bias"], torch.zeros(OUTPUTS), name="layer.bias", atol=0.0)

    return judge


test_zeros = example_check("init_zeros_ones", "init_zeros_", 0.0, 0.0)
test_ones = example_check("init_zeros_ones", "init_ones_", 1.0, 0.0)
test_uniform = example_check("init_uniform_centered", "init_uniform_", 0.5, 12**-0.5)
test_centered = example_check("init_uniform_centered", "init_centered_", 0.0, 12**-0.5)
test_general_rule = example_check(
    "init_general_normal", "init_general_rule_", 0.0, (3 * INPUTS) ** -0.5
)
test_normal = example_check("init_general_normal", "init_normal_", 0.0, INPUTS**-0.5)
XAVIER, KAIMING = math.sqrt(2 / (INPUTS + OUTPUTS)), math.sqrt(2 / INPUTS)
test_xavier_uniform = example_check("init_xavier", "init_xavier_uniform_", 0.0, XAVIER)
test_xavier_normal = example_check("init_xavier", "init_xavier_normal_", 0.0, XAVIER)
test_kaiming_uniform = example_check("init_kaiming", "init_kaiming_uniform_", 0.0, KAIMING)
test_kaiming_normal = example_check("init_kaiming", "init_kaiming_normal_", 0.0, KAIMING)


def applied(nb):
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(2, 3), nn.LayerNorm(3), nn.Sequential(nn.Linear(3, 1)))

    def init_(layer):
        with torch.no_grad():
            layer.weight.fill_(7.0)

    same = nb.apply_init(model, init_) is model
    return {"same": same, "changed": [bool((p == 7).all()) for p in model.parameters()]}


@check("apply_init", points=0, title=Text("two layers and a LayerNorm", "два слоя и LayerNorm"))
def test_apply(student):
    got = student.run(applied, returns={"same": Bool(), "changed": ListOf(Bool(), 6)})
    text = Text("apply_init must return the same model.", "apply_init должна вернуть ту же модель.")
    assert_equal(got["same"], True, text=text)
    assert_equal(
        got["changed"],
        [True, False, False, False, True, False],
        text=Text(
            "init_ must be called for both nn.Linear and for nothing else.",
            "init_ должна быть вызвана для обоих nn.Linear и больше ни для чего.",
        ),
    )


def measured(nb, *, what):
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 1))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[1.0], [-1.0]]))
        model[2].weight.copy_(torch.tensor([[1.0, 1.0]]))
        model[0].bias.zero_()
        model[2].bias.zero_()
    x = torch.tensor([[1.0], [3.0]])
    if what == "signal":
        return {"forward_statistics(model, x)": nb.forward_statistics(model, x)}
    norms = nb.gradient_statistics(model, x, x - 1, nn.functional.mse_loss)
    return {"gradient_statistics(...)": norms}


@check("forward_statistics", points=0, title=Text("a network of two layers", "сеть из двух слоёв"))
def test_forward(student):
    key = "forward_statistics(model, x)"
    pairs = ListOf(TupleOf(Number(), Number()), 2)
    got = student.run(measured, what="signal", returns={key: pairs})
    expected = torch.tensor([[0.0, math.sqrt(5)], [2.0, 1.0]])
    assert_close(torch.tensor(got[key]), expected, name=key)


@check("gradient_statistics", points=0, title=Text("a network of two layers", "сеть из двух слоёв"))
def test_gradients(student):
    key = "gradient_statistics(...)"
    got = student.run(measured, what="gradient", returns={key: ListOf(Number(), 2)})
    # Both errors are 1, and only the first of the two hidden neurons is open: 1 + 3 twice.
    assert_close(torch.tensor(got[key]), torch.tensor([4.0, 4.0]), name=key)


def trained(nb, *, x, y):
    from torch import nn

    model, history = nb.train_with_init(
        nb.init_kaiming_normal_, x, y, depth=3, width=16, epochs=40, batch_size=20
    )
    linears = [module for module in model.modules() if isinstance(module, nn.Linear)]
    return {
        "history": [float(value) for value in history],
        "layers": [str(tuple(layer.weight.shape)) for layer in linears],
        "model(x)": model(x).reshape(-1),
    }


@check("train_with_init", points=0, title=Text("a small network learns", "маленькая сеть учится"))
def test_training(student, rng):
    x, sides = rng.moons(200, noise=0.05)
    got = student.run(
        trained,
        x=x,
        y=(sides + 1) / 2,
        returns={"history": ListOf(Number(), 40), "layers": ListOf(Str()), "model(x)": Float(200)},
    )
    shapes = ["(16, 2)", "(16, 16)", "(1, 16)"]
    assert_equal(
        sorted(got["layers"]),
        sorted(shapes),
        text=Text(
            f"depth=3, width=16: the weights must have the shapes {', '.join(shapes)}.",
            f"depth=3, width=16: веса должны иметь формы {', '.join(shapes)}.",
        ),
    )
    share = float((got["model(x)"] * sides > 0).float().mean())
    if not share > 0.8:
        fail(
            Text(
                f"Only {share:.2f} of the points are on the right side.",
                f"На верной стороне только {share:.2f} точек.",
            )
        )
