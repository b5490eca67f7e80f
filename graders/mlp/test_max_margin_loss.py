"""Hidden checks of the task `max_margin_loss`."""

import math

import torch

from zachetka.language import Text
from zachetka.pytest_plugin import (
    Float,
    ListOf,
    assert_close,
    assert_finite,
    check,
)

SUM_FOR_MEAN = Text("a sum is taken for the mean", "взята сумма вместо среднего")


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
