"""Public checks of the assignment `activations`: what a student can try before handing in."""

import math

import torch

from zachetka.language import Text
from zachetka.pytest_plugin import Double, Float, ListOf, assert_close, assert_equal, check

NAMES = "MyReLU MyLeakyReLU MySigmoid MyTanh MyELU MySiLU MyGELU MyMish"


def values_and_slopes(nb, *, name, x):
    import torch

    x.requires_grad_()
    out = getattr(nb, name)()(x)
    (slope,) = torch.autograd.grad(out.sum(), x)
    return {"values": out, "derivative": slope}


def softmax_of(nb, *, logits):
    return nb.softmax(logits)


def applied(nb, *, name, x):
    import torch

    x.requires_grad_()
    out = getattr(nb, name).apply(x)
    (slope,) = torch.autograd.grad((out * 3).sum(), x)
    return {"values": out, "gradient": slope}


def trained_outputs(nb, *, x, y):
    import torch

    networks = [nb.train_with_activation(torch.nn.ReLU, x, y, epochs=20) for _ in range(2)]
    with torch.no_grad():
        return [network(x) for network in networks]


def examine(student, name, values, slopes):
    """Compare with values and derivatives at -1 and 1 that anyone can check by hand."""
    got = student.run(
        values_and_slopes,
        name=name,
        x=torch.tensor([[-1.0, 1.0]]),
        returns={"values": Float(1, 2), "derivative": Float(1, 2)},
    )
    assert_close(got["values"], torch.tensor([values]), name=f"{name}()(x)", atol=1e-3)
    assert_close(got["derivative"], torch.tensor([slopes]), name=f"{name}: derivative", atol=1e-3)


def title(name):
    return Text(f"{name} at -1 and 1", f"{name} в точках -1 и 1")


@check("MyReLU", points=0, title=title("MyReLU"))
def test_relu(student):
    examine(student, "MyReLU", [0.0, 1.0], [0.0, 1.0])


@check("MyLeakyReLU", points=0, title=title("MyLeakyReLU"))
def test_leaky_relu(student):
    examine(student, "MyLeakyReLU", [-0.01, 1.0], [0.01, 1.0])


@check("MySigmoid", points=0, title=title("MySigmoid"))
def test_sigmoid(student):
    low, high = 1 / (1 + math.e), 1 / (1 + 1 / math.e)
    examine(student, "MySigmoid", [low, high], [low * high, low * high])


@check("MyTanh", points=0, title=title("MyTanh"))
def test_tanh(student):
    high = math.tanh(1)
    examine(student, "MyTanh", [-high, high], [1 - high**2, 1 - high**2])


@check("MyELU", points=0, title=title("MyELU"))
def test_elu(student):
    examine(student, "MyELU", [1 / math.e - 1, 1.0], [1 / math.e, 1.0])


@check("MySiLU", points=0, title=title("MySiLU"))
def test_silu(student):
    examine(student, "MySiLU", [-0.2689, 0.7311], [0.0723, 0.9277])


@check("MyGELU", points=0, title=title("MyGELU"))
def test_gelu(student):
    examine(student, "MyGELU", [-0.1587, 0.8413], [-0.0833, 1.0833])


@check("MyMish", points=0, title=title("MyMish"))
def test_mish(student):
    examine(student, "MyMish", [-0.3034, 0.8651], [0.0592, 1.0490])


@check("softmax", points=0, title=Text("softmax of three logits", "softmax трёх логитов"))
def test_softmax(student):
    logits = torch.tensor([[0.0, math.log(2), 0.0]])
    out = student.run(softmax_of, logits=logits, returns=Float(1, 3))
    assert_close(out, torch.tensor([[0.25, 0.5, 0.25]]), name="softmax(logits)")


@check(
    "autograd_functions",
    points=0,
    title=Text("both Functions at 0", "обе Function в нуле"),
)
def test_functions(student):
    for name, value, slope in (("SigmoidFunction", 0.5, 0.25), ("SiLUFunction", 0.0, 0.5)):
        got = student.run(
            applied,
            name=name,
            x=torch.zeros(2, 2, dtype=torch.float64),
            returns={"values": Double(2, 2), "gradient": Double(2, 2)},
        )
        assert_close(got["values"], torch.full((2, 2), value), name=f"{name}.apply(x)")
        assert_close(got["gradient"], torch.full((2, 2), 3 * slope), name=f"{name}: gradient")


@check(
    "train_with_activation",
    points=0,
    title=Text("a network (N, 1), the same for the same seed", "сеть (N, 1), одна при одном seed"),
)
def test_training(student, rng):
    x, y = rng.moons(40)
    first, second = student.run(trained_outputs, x=x, y=y, returns=ListOf(Float(40, 1), 2))
    assert_equal(
        torch.allclose(first, second),
        True,
        text=Text(
            "Two calls with the same seed give two different networks.",
            "Два вызова с одним seed дают разные сети.",
        ),
    )
