"""Hidden checks of the task `gradients`."""

import torch

from zachetka.language import Text
from zachetka.pytest_plugin import (
    SUM_FOR_MEAN,
    AnyOf,
    Bool,
    Float,
    ListOf,
    Nothing,
    ScalarOrFloat,
    Tensor,
    Unvalidated,
    assert_close,
    check,
    fail,
    is_close,
)
from zachetka.pytest_plugin.specs import validate


def linear_mse(nb, *, weight, bias, x, y, times, part, stale):
    import torch

    layer = torch.nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    values = []
    for number in range(times):
        if stale and number == times - 1:
            # What an earlier backward() has left is no part of the answer.
            layer.weight.grad = torch.ones_like(layer.weight)
        pair = nb.task_linear_mse_loss(layer, x, y)
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            return {"pairs": False, f"task_linear_mse_loss(...)[{int(part == 'grad')}]": []}
        loss, grad = pair
        value = {"loss": loss, "grad": grad}[part]
        # A copy: the next call may well clear or reuse what this one gave away.
        values.append(value.detach().clone() if isinstance(value, torch.Tensor) else value)
    return {"pairs": True, f"task_linear_mse_loss(...)[{int(part == 'grad')}]": values}


def squares_gradients(nb, *, xs):
    return {"task_grad_sum_of_squares(x)": [nb.task_grad_sum_of_squares(x) for x in xs]}


def mse_values(student, part, spec, *, times, stale=False, **case):
    """Give the loss or the gradient of so many calls in a row."""
    key = f"task_linear_mse_loss(...)[{int(part == 'grad')}]"
    got = student.run(
        linear_mse,
        times=times,
        part=part,
        stale=stale,
        **case,
        returns={"pairs": Bool(), key: ListOf(Unvalidated(), at_most=times)},
    )
    if not got["pairs"] or len(got[key]) != times:
        fail(
            Text(
                "task_linear_mse_loss must return two values: `return loss, weight_grad`.",
                "task_linear_mse_loss должна вернуть два значения: `return loss, weight_grad`.",
            ),
            cause="wrong_type",
        )
    # One by one: the student's code gave values, not our list of them.
    return [validate(spec, value, key) for value in got[key]]


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
    values = mse_values(
        student, "loss", ScalarOrFloat(), times=1, weight=weight, bias=bias, x=x, y=y
    )
    (loss,) = values
    if isinstance(loss, float):
        fail(
            Text(
                "The loss is a Python number: return the tensor itself, without `.item()`.",
                "Потери — число Python, а нужен сам тензор, без `.item()`.",
            ),
            cause="wrong_type",
        )
    squares = error.square()
    assert_close(
        loss,
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
            Text("the bias of the layer is left out", "не учтён bias слоя"): (error - bias)
            .square()
            .mean(),
        },
    )


@check(
    "gradients",
    points=3,
    title=Text("the gradient of task_linear_mse_loss", "градиент в task_linear_mse_loss"),
)
def test_mse_weight_grad(student, rng):
    weight, bias, x, y, error = linear_mse_case(rng)
    values = mse_values(
        student, "grad", AnyOf(Tensor(...), Nothing()), times=1, weight=weight, bias=bias, x=x, y=y
    )
    (grad,) = values
    if grad is None:
        fail(
            Text(
                "The gradient is None: was it cleared before it was returned, or was backward() "
                "never called?",
                "Градиент равен None: не обнулён ли он раньше, чем возвращён, и вызван ли "
                "backward()?",
            )
        )
    right, mistakes = known_gradients(x, bias, error)
    if tuple(grad.shape) == (5, 3):
        fail(
            Text(
                "The gradient is transposed: it must have the shape of `layer.weight`, (out, in).",
                "Градиент транспонирован: нужна форма `layer.weight`, то есть (out, in).",
            )
        )
    Float(3, 5).validate(grad, "task_linear_mse_loss(...)[1]")
    assert_close(grad, right, name="task_linear_mse_loss(...)[1]", mistakes=mistakes)


def known_gradients(x, bias, error):
    """Give the gradient of the mean squared error and what known mistakes make of it."""
    product = error.T @ x
    right = 2 * product / error.numel()
    return right, {
        SUM_FOR_MEAN: 2 * product,
        MEAN_OVER_ROWS: 2 * product / len(x),
        Text(
            "the factor 2 of the derivative of a square is missing",
            "потерян множитель 2 из производной квадрата",
        ): product / error.numel(),
        Text(
            "these are zeros: was the gradient cleared before it was returned?",
            "это нули: не обнулили ли градиент до того, как вернуть его?",
        ): torch.zeros_like(right),
        Text("the sign is turned", "перепутан знак"): -right,
        Text(
            "this is the gradient of the mean of |error|", "это градиент среднего модуля ошибки"
        ): error.sign().T @ x / error.numel(),
        Text("the bias of the layer is left out", "не учтён bias слоя"): 2
        * (error - bias).T
        @ x
        / error.numel(),
        Text(
            "the factor 2 is missing and the mean is over the rows only",
            "потерян множитель 2, и среднее взято только по строкам",
        ): product / len(x),
    }


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
    weight, bias, x, y, error = linear_mse_case(rng)
    first, *others, beside = mse_values(
        student, "grad", Float(...), times=4, stale=True, weight=weight, bias=bias, x=x, y=y
    )
    # A wrong gradient is punished above, but it must be one: a constant repeats itself, too.
    right, mistakes = known_gradients(x, bias, error)
    if not bool(first.abs().sum() > 0) or not any(
        is_close(first, gradient) for gradient in (right, *mistakes.values())
    ):
        fail(
            Text(
                "What the first call returns is not the gradient of the loss, so there is "
                "nothing to repeat.",
                "Первый вызов возвращает не градиент потерь, так что повторять нечего.",
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
    assert_close(
        beside,
        first,
        name="task_linear_mse_loss(...)[1]",
        mistakes={
            Text(
                "a gradient that the layer had before is in it: clear it before backward()",
                "сюда попал градиент, который был у слоя раньше: обнуляйте его до backward()",
            ): first + 1
        },
    )


@check("gradients", points=3, title=Text("task_grad_sum_of_squares", "task_grad_sum_of_squares"))
def test_grad_sum_of_squares(student, rng):
    xs = [rng.normal(*shape) for shape in ((6,), (3, 4), (2, 3, 2))]
    name = "task_grad_sum_of_squares(x)"
    grads = ListOf(Unvalidated(), len(xs))
    for x, got in zip(
        xs, student.run(squares_gradients, xs=xs, returns={name: grads})[name], strict=True
    ):
        Float(*x.shape).validate(got, name)
        mean = 2 * x / x.numel()
        assert_close(
            got,
            2 * x,
            name=name,
            mistakes={
                Text("this is the gradient of the mean", "это градиент среднего, а не суммы"): mean,
                Text("the factor 2 is missing", "потерян множитель 2"): x,
                Text("the sign is turned", "перепутан знак"): -2 * x,
                Text(
                    "these are ones: this is the gradient of sum(x)",
                    "это единицы: градиент суммы x, а не суммы квадратов",
                ): torch.ones_like(x),
                Text(
                    "this is the gradient of the squared sum of x",
                    "это градиент квадрата суммы x, а не суммы квадратов",
                ): 2 * x.sum() * torch.ones_like(x),
                Text(
                    "this is x**2 itself, not its derivative", "это сам x**2, а не производная"
                ): x.square(),
            },
        )


MEAN_OVER_ROWS = Text(
    "the mean is over the rows only, not over all elements",
    "среднее взято только по строкам, а не по всем элементам",
)
