"""Hidden checks of the task `max_margin_loss`."""

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
    Unvalidated,
    assert_close,
    check,
    fail,
    is_close,
)


def margin_losses(nb, *, targets, calls):
    import torch

    values, kept = [], True
    for scores, tensors, options, as_generator in calls:
        parameters = [torch.nn.Parameter(value) for value in tensors]
        passed = (value for value in parameters) if as_generator else parameters
        own = scores.clone(), targets[: len(scores)].clone()
        values.append(nb.max_margin_loss(*own, passed, **options))
        kept = kept and torch.equal(own[0], scores) and torch.equal(own[1], targets[: len(scores)])
    return {"max_margin_loss(...)": values, "kept": kept}


def margin_gradients(nb, *, scores, targets, parameters, alpha):
    import torch

    for value in (scores, *parameters):
        value.requires_grad_()
    loss = nb.max_margin_loss(scores, targets, parameters, alpha=alpha)
    # From a number, or where all of the graph is cut, there is nothing to go back along.
    cut = isinstance(loss, torch.Tensor) and not loss.requires_grad
    if not cut and not isinstance(loss, float):
        loss.backward()
    gradients = [value.grad for value in parameters]
    return {"loss": loss, "scores": scores.grad, "parameters": gradients}


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


def margin_values(student, targets, *calls, untouched=False):
    """Give the loss of each call `(scores, parameters, options, as_generator)`.

    With `untouched`, a call that changes its scores or targets fails the check.
    """
    got = student.run(
        margin_losses,
        targets=targets,
        calls=calls,
        returns={"max_margin_loss(...)": ListOf(Unvalidated(), len(calls)), "kept": Bool()},
    )
    if untouched and not got["kept"]:
        fail(
            Text(
                "max_margin_loss changes the scores or the targets that it is given.",
                "max_margin_loss изменяет переданные ей scores или targets.",
            ),
            hint=Text(
                "Methods whose names end with _ and operators such as *= work in place.",
                "Методы с _ на конце имени и операторы вроде *= меняют сам тензор.",
            ),
        )
    # One by one: the student's code gave losses, not our list of them.
    name = "max_margin_loss(...)"
    values = [ScalarOrFloat().validate(value, name) for value in got[name]]
    if any(isinstance(value, float) for value in values):
        fail(
            Text(
                "The loss is a Python number, which nothing can be derived from: return the "
                "tensor itself, without `.item()`.",
                "Потери — число Python, от него не взять производную: верните сам тензор, без "
                "`.item()`.",
            ),
            cause="wrong_type",
        )
    return values


def known_hinges(scores, targets):
    """Give the hinge and what known mistakes make of it."""
    margins = targets * scores
    hinge = (1 - margins).clamp(min=0)
    return hinge.mean(), {
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
        Text("this is max(0, -t*s), without the margin of 1", "это max(0, -t*s), без зазора 1"): (
            -margins
        )
        .clamp(min=0)
        .mean(),
        **{
            Text(f"the margin is {margin}, not 1", f"зазор равен {margin}, а не 1"): (
                margin - margins
            )
            .clamp(min=0)
            .mean()
            for margin in (0.5, 2)
        },
        Text(
            "a softplus stands in place of max(0, ...)", "вместо max(0, ...) стоит softplus"
        ): torch.nn.functional.softplus(1 - margins).mean(),
        Text("the targets are not used", "targets не используются"): (1 - scores)
        .clamp(min=0)
        .mean(),
        Text(
            "this looks like targets of 0/1; they are -1/+1",
            "похоже, что targets считаются равными 0/1, а они -1/+1",
        ): (1 - (2 * targets - 1) * scores).clamp(min=0).mean(),
        Text(
            "max(0, ...) is taken of the mean, not of every sample",
            "max(0, ...) взят от среднего, а не для каждого примера",
        ): (1 - margins).mean().clamp(min=0),
        Text(
            "only the samples with a positive hinge are averaged; divide by all of them",
            "среднее взято только по примерам с ненулевыми потерями, а нужно по всем",
        ): hinge[hinge > 0].mean(),
        Text("it is halved", "оно поделено пополам"): hinge.mean() / 2,
        Text(
            "this is the logistic loss log(1 + exp(-t*s))", "это логистические потери"
        ): torch.nn.functional.softplus(-margins).mean(),
    }


def known_penalties(parameters, count):
    """Give the sum of squares and what known mistakes make of it; `count` is that of samples."""
    squares = [value.square().sum() for value in parameters]
    total = sum(squares)
    wide = [value.square().sum() for value in parameters if value.ndim > 1]
    return total, {
        Text("only the first parameter is regularised", "учтён только первый параметр"): squares[0],
        Text("only the last parameter is regularised", "учтён только последний параметр"): squares[
            -1
        ],
        Text(
            "parameters of one dimension (biases) are left out",
            "пропущены одномерные параметры (bias)",
        ): sum(wide),
        Text("norms are added, not squares", "сложены нормы, а не квадраты"): sum(
            value.norm() for value in parameters
        ),
        Text("a root is taken of the sum of squares", "из суммы квадратов извлечён корень"): (
            total.sqrt()
        ),
        Text(
            "absolute values are added (L1), not squares", "сложены модули (L1), а не квадраты"
        ): sum(value.abs().sum() for value in parameters),
        Text(
            "the mean of the squares of each parameter is taken, not the sum",
            "взято среднее квадратов каждого параметра, а не сумма",
        ): sum(value.square().mean() for value in parameters),
        Text(
            "the mean of all squares is taken, not the sum",
            "взято среднее всех квадратов, а не сумма",
        ): total / sum(value.numel() for value in parameters),
        Text(
            "the sums of the parameters are squared, not the parameters",
            "в квадрат возведены суммы параметров, а не сами параметры",
        ): sum(value.sum().square() for value in parameters),
        Text("the parameters are added without a square", "параметры сложены без квадрата"): sum(
            value.sum() for value in parameters
        ),
        Text("it is halved", "оно поделено пополам"): total / 2,
        Text("it is doubled", "оно удвоено"): 2 * total,
        Text("it is divided by the number of samples", "оно поделено на число примеров"): total
        / count,
        Text("it is multiplied by the number of samples", "оно умножено на число примеров"): total
        * count,
        Text("it is subtracted, not added", "оно вычитается, а не прибавляется"): -total,
    }


def worse(scores, targets):
    """Move every score to the wrong side by as much."""
    return scores - 0.5 * targets


def refuse_fakes(loss, scores, targets, parameters, alpha, *, own):
    """Fail the check for what is no max-margin loss at all.

    A loss with a known mistake is punished where it is checked and goes on here; one that has
    little to do with its arguments would often agree with itself. `own` are the student's values
    with alpha=0 for these scores and for worse ones: if the loss grows it is one, whatever stands
    in place of the hinge, and only what alpha adds must be known.
    """
    hinge, other_hinges = known_hinges(scores, targets)
    penalty, other_penalties = known_penalties(parameters, len(scores))
    hinges = torch.stack([hinge, *other_hinges.values()])
    penalties = torch.stack([penalty, *other_penalties.values()])
    # One mistake at a time, and alpha may be a number of the student's own. Few values and a narrow
    # tolerance: a constant comes as near to one of them in fewer than one run of a hundred.
    known = [
        part
        for factor in (alpha, alpha**2, 1e-4, 1e-3, 1e-2)
        for part in (hinges + factor * penalty, hinge + factor * penalties)
    ]
    bare, higher = own
    if bool(higher > bare + 0.01):
        known.append(bare + alpha * penalties)
    if not bool(torch.isclose(torch.cat(known), loss, rtol=2e-5, atol=1e-6).any()):
        fail(
            Text(
                "The loss is not the mean hinge plus alpha times the sum of squares, so there is "
                "nothing to compare.",
                "Потери — не средний зазор плюс alpha, умноженная на сумму квадратов, так что "
                "сравнивать нечего.",
            )
        )


@check("max_margin_loss", points=2, title=Text("the hinge, alpha = 0", "сам зазор, alpha = 0"))
def test_hinge(student, rng):
    scores, targets, parameters = margin_case(rng)
    call = (scores, parameters, {"alpha": 0.0}, False)
    (got,) = margin_values(student, targets, call, untouched=True)
    hinge, mistakes = known_hinges(scores, targets)
    squares, _ = known_penalties(parameters, len(scores))
    for factor in (1e-4, 1e-3, 1e-2, 1e-1, 1.0):
        text = Text(
            "alpha is ignored: with alpha=0 nothing may be added",
            "alpha не используется: при alpha=0 прибавлять нечего",
        )
        if is_close(got, hinge + factor * squares) and not is_close(got, hinge):
            mistakes[text] = got
    assert_close(got, hinge, name="max_margin_loss(..., alpha=0.0)", mistakes=mistakes)


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
    flat, higher, got, one, single = margin_values(
        student,
        targets,
        (scores, parameters, {"alpha": 0.0}, False),
        (worse(scores, targets), parameters, {"alpha": 0.0}, False),
        (scores.unsqueeze(1), parameters, {"alpha": 0.0}, False),
        # The last batch of an epoch may hold one sample.
        (scores[:1], parameters, {"alpha": 0.0}, False),
        (scores[:1].unsqueeze(1), parameters, {"alpha": 0.0}, False),
    )
    refuse_fakes(flat, scores, targets, parameters, 0.0, own=(flat, higher))
    stretched, others = known_hinges(scores.unsqueeze(1).expand(12, 12), targets.expand(12, 12))
    broadcast = Text(
        "one of scores and targets is (N, 1), the other (N,): they are broadcast "
        "against each other to (N, N)",
        "одно из scores и targets имеет форму (N, 1), другое — (N,): вместе они "
        "растянулись до (N, N)",
    )
    known = [stretched, *others.values()]
    mistakes = {broadcast: got} if any(is_close(got, value) for value in known) else {}
    assert_close(got, flat, name="max_margin_loss", mistakes=mistakes)
    assert_close(single, one, name="max_margin_loss, scores: (1, 1)")


@check("max_margin_loss", points=2, title=Text("the regularisation", "регуляризация"))
def test_regularisation(student, rng):
    scores, targets, parameters = margin_case(rng)
    none, low, high = margin_values(
        student,
        targets,
        *((scores, parameters, {"alpha": alpha}, False) for alpha in (0.0, 0.2, 0.7)),
    )
    squares, mistakes = known_penalties(parameters, len(scores))
    # The hinge, right or wrong, cancels in the difference.
    slope = 2 * (high - low)
    if is_close(slope, 0.0, atol=1e-4):
        hinge, others = known_hinges(scores, targets)
        bare = any(is_close(none, value) for value in (hinge, *others.values()))
        text = (
            Text("it is missing", "его нет")
            if bare
            else Text("alpha is ignored", "alpha не используется")
        )
        mistakes = {text: slope}
    if is_close(low - none, 0.2**2 * squares, rtol=1e-3):
        mistakes = {Text("alpha is squared", "alpha возведена в квадрат"): slope} | mistakes
    assert_close(
        slope, squares, rtol=1e-3, name="max_margin_loss: alpha * (...)", mistakes=mistakes
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
    listed, bare, higher, got = margin_values(
        student,
        targets,
        (scores, parameters, {"alpha": 0.5}, False),
        (scores, parameters, {"alpha": 0.0}, False),
        (worse(scores, targets), parameters, {"alpha": 0.0}, False),
        (scores, parameters, {"alpha": 0.5}, True),
    )
    refuse_fakes(listed, scores, targets, parameters, 0.5, own=(bare, higher))
    assert_close(
        got,
        listed,
        name="max_margin_loss",
        mistakes={
            Text(
                "with a generator the regularisation is missing: it was used up by an earlier walk",
                "с генератором пропала регуляризация: он исчерпан более ранним проходом",
            ): bare
        },
    )


@check(
    "max_margin_loss", points=1, title=Text("alpha is 1e-4 by default", "по умолчанию alpha = 1e-4")
)
def test_default_alpha(student, rng):
    scores, targets, _ = margin_case(rng)
    parameters = [rng.normal(20, 30, std=10.0)]
    calls = [(scores, parameters, options, False) for options in ({"alpha": 1e-4}, {})]
    bases = [(each, parameters, {"alpha": 0.0}, False) for each in (scores, worse(scores, targets))]
    given, got, *own = margin_values(student, targets, *calls, *bases)
    refuse_fakes(given, scores, targets, parameters, 1e-4, own=own)
    if not is_close(got, given):
        fail(
            Text(
                "Without `alpha` the loss is not that with alpha=1e-4: the default is another one.",
                "Без `alpha` потери не те, что при alpha=1e-4: значение по умолчанию другое.",
            )
        )


@check(
    "max_margin_loss",
    points=2,
    title=Text("the loss can be differentiated", "потери дифференцируемы"),
)
def test_margin_gradients(student, rng):
    scores, targets, parameters = margin_case(rng)
    got = student.run(
        margin_gradients,
        scores=scores,
        targets=targets,
        parameters=parameters,
        alpha=0.5,
        returns={
            "loss": Unvalidated(),
            "scores": AnyOf(Float(12), Nothing()),
            "parameters": ListOf(AnyOf(Float(...), Nothing()), 3),
        },
    )
    # The size of each gradient is the business of the other checks, its direction is that of this;
    # where the loss is right, they find nothing and the size counts here.
    margins = targets * scores
    hinge = -targets * (margins < 1)
    loss = (1 - margins).clamp(min=0).mean() + 0.5 * sum(p.square().sum() for p in parameters)
    is_right = isinstance(got["loss"], torch.Tensor) and is_close(got["loss"], loss)
    if is_right or not pushes_right(got["scores"], targets, margins):
        assert_direction(got["scores"], hinge, name="scores")
    for index, (grad, value) in enumerate(zip(got["parameters"], parameters, strict=True)):
        assert_direction(grad, value, name=f"parameters[{index}]")
    if is_right:
        assert_size(got["scores"], hinge / 12, name="scores")
        for index, (grad, value) in enumerate(zip(got["parameters"], parameters, strict=True)):
            assert_size(grad, value, name=f"parameters[{index}]")


def pushes_right(grad, targets, margins):
    """Say whether a gradient moves scores to their own side, and all of those on the wrong one.

    How far each of them moves is wrong where the hinge is, and that is punished above.
    """
    if grad is None or not bool(grad.isfinite().all()):
        return False
    pushes = -grad * targets
    return bool((pushes >= 0).all()) and bool((pushes[margins < 0] > 0).all())


def assert_direction(grad, expected, *, name):
    size = None if grad is None else float(grad.abs().sum())
    if not size:
        fail(
            Text(
                f"After backward() no gradient has reached `{name}`: the loss does not depend on "
                "it, or the graph is cut.",
                f"После backward() градиент не дошёл до `{name}`: потери от него не зависят или "
                "граф вычислений разорван.",
            ),
            hint=Text(
                "`.item()`, `.data`, `.detach()`, numpy and `.sign()` cut the gradient.",
                "`.item()`, `.data`, `.detach()`, numpy и `.sign()` обрывают градиент.",
            ),
        )
    assert_close(
        grad / size * expected.abs().sum(),
        expected,
        name=f"{name}.grad",
        rtol=1e-3,
        mistakes={Text("the sign is turned", "перепутан знак"): -expected},
    )


def assert_size(grad, expected, *, name):
    times = float(grad.norm() / expected.norm())
    why = Text(
        f"it is {times:.3g} times what it must be: is a part of the loss detached?",
        f"он умножен на {times:.3g}: не отделена ли часть потерь от графа?",
    )
    assert_close(grad, expected, name=f"{name}.grad", rtol=1e-3, mistakes={why: times * expected})
