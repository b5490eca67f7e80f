"""Public checks of the assignment `mlp`: small cases whose answers fit on paper.

A student runs them at home. The grader asks for more: other numbers, other shapes, training.
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
    TupleOf,
    assert_close,
    assert_equal,
    check,
    fail,
)


def linear_by_hand(nb):
    import torch

    layer = nb.MyLinear(3, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0, 2.0, 3.0], [0.0, 0.0, 1.0]]))
        layer.bias.copy_(torch.tensor([10.0, 20.0]))
    return {
        "MyLinear(3, 2)(x)": layer(torch.tensor([[1.0, 1.0, 2.0], [0.0, 0.0, 0.0]])),
        "parameters": len(list(layer.parameters())),
        "bias_is_none": nb.MyLinear(3, 2, bias=False).bias is None,
    }


@check(
    "MyLinear",
    points=0,
    title=Text("two rows times a matrix, plus a bias", "две строки на матрицу, плюс bias"),
)
def test_linear_by_hand(student):
    got = student.run(
        linear_by_hand,
        returns={
            "MyLinear(3, 2)(x)": Float(2, 2),
            "parameters": Integer(),
            "bias_is_none": Bool(),
        },
    )
    expected = torch.tensor([[19.0, 22.0], [10.0, 20.0]])
    assert_close(got["MyLinear(3, 2)(x)"], expected, name="MyLinear(3, 2)(x)")
    assert_equal(
        got["parameters"],
        2,
        text=Text(
            "`layer.parameters()` must give the weight and the bias.",
            "`layer.parameters()` должен отдавать weight и bias.",
        ),
    )
    assert_equal(
        got["bias_is_none"],
        True,
        text=Text("With bias=False `bias` must be None.", "При bias=False `bias` — это None."),
    )


def mlp_shapes(nb):
    import torch

    model = nb.MyMLP(input_dim=12, output_dim=3, hidden_dims=(8, 7, 6))
    layers = [model.input_layer, *model.hidden_layers, model.output_layer]
    digits = nb.MyMLP(input_dim=784, output_dim=10, hidden_dims=(512, 256, 128, 32))
    return {
        "weights": [list(layer.weight.shape) for layer in layers],
        "MyMLP(...)(x)": model(torch.zeros(5, 3, 4)),
        "count_parameters(...)": nb.count_parameters(digits),
    }


@check(
    "MyMLP", points=0, title=Text("layers, shapes and a count", "слои, формы и число параметров")
)
def test_mlp_shapes(student):
    got = student.run(
        mlp_shapes,
        returns={
            "weights": ListOf(ListOf(Integer())),
            "MyMLP(...)(x)": Float(5, 3),
            "count_parameters(...)": Integer(),
        },
    )
    assert_equal(
        got["weights"],
        [[8, 12], [7, 8], [6, 7], [3, 6]],
        text=Text(
            "The layers of MyMLP(12, 3, (8, 7, 6)) must join 12, 8, 7, 6 and 3 in this order.",
            "Слои MyMLP(12, 3, (8, 7, 6)) должны соединять 12, 8, 7, 6 и 3 в этом порядке.",
        ),
    )
    assert_equal(
        got["count_parameters(...)"],
        570_602,
        text=Text(
            "The network 784-512-256-128-32-10 has 570602 parameters.",
            "В сети 784-512-256-128-32-10 параметров 570602.",
        ),
    )


def gradients_by_hand(nb):
    import torch

    layer = torch.nn.Linear(1, 1)
    with torch.no_grad():
        layer.weight.fill_(2.0)
        layer.bias.fill_(1.0)
    x, y = torch.tensor([[1.0], [3.0]]), torch.tensor([[1.0], [3.0]])
    loss, grad = nb.task_linear_mse_loss(layer, x, y)
    return {"loss": loss, "weight_grad": grad, "grad": nb.task_grad_sum_of_squares(x)}


@check("gradients", points=0, title=Text("one weight, two samples", "один вес, два примера"))
def test_gradients_by_hand(student):
    got = student.run(
        gradients_by_hand,
        returns={"loss": Float(), "weight_grad": Float(1, 1), "grad": Float(2, 1)},
    )
    assert_close(got["loss"], 10.0, name="loss")
    assert_close(got["weight_grad"], [[14.0]], name="weight_grad")
    assert_close(got["grad"], [[2.0], [6.0]], name="task_grad_sum_of_squares(x)")


def margin_by_hand(nb):
    import torch

    scores, targets = torch.tensor([2.0, -0.5, 1.0]), torch.tensor([1.0, -1.0, -1.0])
    parameters = [torch.tensor([3.0, 4.0])]
    return [
        nb.max_margin_loss(s, targets, (p for p in parameters), alpha=0.01)
        for s in (scores, scores.reshape(3, 1))
    ]


@check("max_margin_loss", points=0, title=Text("three samples", "три примера"))
def test_margin_by_hand(student):
    for loss in student.run(margin_by_hand, returns=TupleOf(Float(), Float())):
        assert_close(loss, (0 + 0.5 + 2) / 3 + 0.01 * 25, name="max_margin_loss(...)")


def step_by_hand(nb):
    import torch

    moving = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    idle = torch.nn.Parameter(torch.tensor([5.0]))
    moving.grad = torch.tensor([10.0, -10.0])
    nb.sgd_step((p for p in (moving, idle)), 0.1)
    return {"moving": moving, "idle": idle, "leaf": moving.is_leaf and moving.requires_grad}


@check("sgd_step", points=0, title=Text("one step", "один шаг"))
def test_step_by_hand(student):
    got = student.run(step_by_hand, returns={"moving": Float(2), "idle": Float(1), "leaf": Bool()})
    assert_close(got["moving"], [0.0, 3.0], name="p")
    assert_close(got["idle"], [5.0], name="p (p.grad is None)")
    assert_equal(
        got["leaf"],
        True,
        text=Text(
            "After the step the parameter must still be a leaf that requires a gradient.",
            "После шага параметр должен остаться листом, требующим градиента.",
        ),
    )


def ten_rows(nb, *, replacement):
    import itertools

    import torch

    x, y = torch.arange(10.0).reshape(10, 1), torch.arange(10.0)
    batches = list(itertools.islice(nb.minibatches(x, y, 4, replacement=replacement), 13))
    return {"xb": [xb for xb, _ in batches], "yb": [yb for _, yb in batches]}


@check("minibatches", points=0, title=Text("ten rows in fours", "десять строк по четыре"))
def test_ten_rows(student):
    for replacement in (False, True):
        got = student.run(
            ten_rows,
            replacement=replacement,
            returns={"xb": ListOf(Float(None, 1)), "yb": ListOf(Float(None))},
        )
        assert_equal(
            [len(xb) for xb in got["xb"]],
            [4, 4, 2],
            text=Text(
                "Ten rows with batch_size=4 make batches of 4, 4 and 2.",
                "Десять строк при batch_size=4 дают пакеты из 4, 4 и 2 строк.",
            ),
        )
        rows, targets = torch.cat(got["xb"]).flatten(), torch.cat(got["yb"])
        assert_close(targets, rows, name="xb, yb")
        if not replacement and sorted(rows.tolist()) != [float(row) for row in range(10)]:
            fail(
                Text(
                    "Without replacement every row comes exactly once.",
                    "Без возвращения каждая строка встречается ровно один раз.",
                )
            )


def one_weight(nb):
    import torch

    line = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(line.weight)
    x = torch.tensor([[1.0], [2.0]])
    history = nb.train(
        line,
        x,
        2 * x,
        loss_fn=lambda model, xb, yb: (model(xb) - yb).square().mean(),
        epochs=2,
        batch_size=2,
        learning_rate=0.1,
    )
    signs = torch.tensor([[1.0], [-1.0], [0.0], [3.0]])
    same = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.ones_(same.weight)
    return {
        "train(...)": history,
        "weight": line.weight,
        "accuracy(...)": nb.accuracy(same, signs, torch.ones(4)),
    }


@check("train", points=0, title=Text("one weight, two epochs", "один вес, две эпохи"))
def test_one_weight(student):
    got = student.run(
        one_weight,
        returns={
            "train(...)": ListOf(Number(), 2),
            "weight": Float(1, 1),
            "accuracy(...)": Number(),
        },
    )
    # w: 0 -> 1 -> 1.5, because the gradient is 5 (w - 2); the loss is 2.5 (w - 2)^2.
    assert_close(got["weight"], [[1.5]], name="model.weight")
    assert_close(got["train(...)"], [10.0, 2.5], name="train(...)")
    assert_close(got["accuracy(...)"], 0.5, name="accuracy(...)")


def small_plots(nb):
    import matplotlib.axes

    plots = [nb.plot_loss([3.0, 2.0, 1.5]), nb.plot_predictions([1.0, 2.0], [1.5, 1.5])]
    axes = [plot for plot in plots if isinstance(plot, matplotlib.axes.Axes)]
    return {
        "axes": len(axes),
        "labelled": [bool(plot.get_xlabel() and plot.get_ylabel()) for plot in axes],
        "losses": [
            [float(v) for v in line.get_ydata()] for plot in axes[:1] for line in plot.lines
        ],
    }


@check("plots", points=0, title=Text("two small plots", "два маленьких графика"))
def test_small_plots(student):
    got = student.run(
        small_plots,
        returns={
            "axes": Integer(),
            "labelled": ListOf(Bool()),
            "losses": ListOf(ListOf(Number())),
        },
    )
    assert_equal(
        got["axes"],
        2,
        text=Text("Both functions must return an Axes.", "Обе функции должны возвращать Axes."),
    )
    assert_equal(
        got["labelled"],
        [True, True],
        text=Text(
            "Both axes of both plots need a label.", "Обе оси обоих графиков надо подписать."
        ),
    )
    shown = any(
        len(losses) == 3 and all(map(math.isclose, losses, [3.0, 2.0, 1.5]))
        for losses in got["losses"]
    )
    assert_equal(
        shown,
        True,
        text=Text(
            "No line of plot_loss shows the history.",
            "Ни одна линия plot_loss не показывает историю.",
        ),
    )
