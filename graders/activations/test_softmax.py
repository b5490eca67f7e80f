"""Hidden checks of `softmax` of the assignment `activations`."""

import torch

from zachetka.language import Text
from zachetka.pytest_plugin import (
    Float,
    ListOf,
    Str,
    Unvalidated,
    assert_close,
    check,
    fail,
    is_close,
)
from zachetka.pytest_plugin.sources import paths_used_by
from zachetka.pytest_plugin.specs import validate


def softmax_outputs(nb, *, cases, as_leaf):
    import torch

    given = nb.softmax
    if isinstance(given, type):
        return {"kind": "class", "outs": [], "grads": []}
    if not callable(given):
        return {"kind": "value", "outs": [], "grads": []}
    outs, grads = [], []
    for logits, upstream, args, kwargs in cases:
        leaf = logits.clone().requires_grad_()
        # Only one check gives it a leaf: what writes into its input shall fail for that alone.
        out = given(leaf if as_leaf else leaf * 1, *args, **kwargs)
        fits = isinstance(out, torch.Tensor) and out.shape == logits.shape
        outs.append(out)
        if upstream is None or not fits or not out.requires_grad:
            grads.append(None)
        else:
            try:
                # `backward(upstream)` would import half of sympy.
                (grad,) = torch.autograd.grad((out * upstream).sum(), leaf, allow_unused=True)
            except RuntimeError:
                if as_leaf:
                    raise
                grad = None
            grads.append(torch.zeros_like(leaf) if grad is None else grad)
    return {"kind": "function", "outs": outs, "grads": grads}


READY_MADE = frozenset(
    f"torch.{path}softmax" for path in ("", "nn.functional.", "special.", "Tensor.")
) | {"torch.nn.Softmax", ".softmax"}
# What is a softmax inside, and what scikit-learn and SciPy have.
IN_DISGUISE = (
    *(".scaled_dot_product_attention", ".MultiheadAttention", ".multi_head_attention_forward"),
    *("scipy.special.softmax", "sklearn.utils.extmath.softmax"),
)
WHOLE = Text(
    "the values are divided by the sum of the whole tensor, not by the sums along dim",
    "значения делятся на сумму всего тензора, а не на суммы вдоль dim",
)
LARGE = Text(
    "Subtract the maximum along dim before exp: softmax does not change, and nothing overflows.",
    "Вычтите максимум вдоль dim до exp: softmax от этого не меняется, а переполняться нечему.",
)

OVERFLOW = Text(
    "softmax of logits up to 1e4 gives NaN or infinity: exp has overflowed.",
    "softmax логитов до 1e4 даёт NaN или бесконечность: переполнилась exp.",
)
GRADIENT_OVERFLOW = Text(
    "The gradient of softmax at logits up to 1e4 contains NaN or infinity, though the values are "
    "right.",
    "Градиент softmax при логитах до 1e4 содержит NaN или бесконечность, хотя значения верны.",
)
SUMS = Text(
    "The rows of softmax of large logits do not sum to 1.",
    "При больших логитах суммы строк softmax не равны 1.",
)
# Keeps apart two ways to make the same mistake, whose numbers differ.
AGAIN = Text(" ", " ")
# What is subtracted by mistake in place of the maximum of each row.
WRONG_MAXIMA = {
    Text(
        "softmax of logits up to 1e4 gives NaN: the maximum that is subtracted is that of the "
        "whole tensor, not of each row.",
        "softmax логитов до 1e4 даёт NaN: вычитается максимум всего тензора, а не каждой строки.",
    ): torch.max,
    Text(
        "softmax of logits up to 1e4 gives NaN: the maxima that are subtracted are those of the "
        "columns, not of the rows.",
        "softmax логитов до 1e4 даёт NaN: вычитаются максимумы столбцов, а не строк.",
    ): lambda logits: logits.amax(0),
}


def ask(student, cases, *, as_leaf=False):
    """Give what `softmax` returned and its gradients for (logits, upstream, args, kwargs)."""
    reply = student.run(
        softmax_outputs,
        cases=cases,
        as_leaf=as_leaf,
        returns={"kind": Str(), "outs": Unvalidated(), "grads": Unvalidated()},
    )
    if reply["kind"] == "class":
        fail(
            Text(
                "`softmax` is a class; a function is wanted: softmax(logits, dim=-1).",
                "`softmax` — класс, а нужна функция: softmax(logits, dim=-1).",
            ),
            cause="wrong_type",
        )
    if reply["kind"] == "value":
        fail(
            Text(
                "`softmax` is no function: is the name used again further down?",
                "`softmax` — не функция: не занято ли это имя ниже чем-то другим?",
            ),
            cause="wrong_type",
        )
    used = paths_used_by("softmax", [cell.source for cell in student.cells])
    if used & READY_MADE or any(path.endswith(IN_DISGUISE) for path in used):
        # The rule against ready-made functions is about the eight modules.
        student.flag("softmax seems to call a ready-made softmax of torch")
    student.flag_back_doors("softmax")
    anything = ListOf(Unvalidated(), len(cases))
    outs = validate(anything, reply["outs"], "softmax")
    grads = validate(anything, reply["grads"], "softmax")
    for (logits, _, args, kwargs), out in zip(cases, outs, strict=True):
        validate(Float(*logits.shape), out, called_as(args, kwargs))
    return outs, grads


def called_as(args, kwargs):
    words = ["logits", *map(str, args), *(f"{key}={value}" for key, value in kwargs.items())]
    return f"softmax({', '.join(words)})"


def mistakes_of(logits, dim):
    """What known mistakes would have given."""
    e = logits.double().exp()
    shifted = (logits.double() - logits.double().amax(dim, keepdim=True)).exp()
    others = [other for other in range(logits.ndim) if other != dim % logits.ndim]
    found = {
        WHOLE: e / e.sum(),
        WHOLE + AGAIN: shifted / shifted.sum(),
        Text(
            "the division is missing: exp(logits - max)", "нет деления: exp(logits - max)"
        ): shifted,
        Text("these are exp(logits), not divided by anything", "это exp(logits) без деления"): e,
        Text(
            "the logits themselves are divided by their sum: exp is missing",
            "на сумму делятся сами логиты: нет exp",
        ): logits.double() / logits.double().sum(dim, keepdim=True),
        Text("these are logarithms: this is log_softmax", "это логарифмы: получился log_softmax"): (
            logits.double().log_softmax(dim)
        ),
        Text(
            "every logit goes through a sigmoid on its own", "каждый логит прошёл через сигмоиду"
        ): (logits.double().sigmoid()),
        Text("the sign of the logits is wrong", "неверен знак логитов"): (
            (-logits.double()).softmax(dim)
        ),
        Text("2 ** logits stands for exp(logits)", "вместо exp(logits) стоит 2 ** logits"): (
            (logits.double() * 0.6931471805599453).softmax(dim)
        ),
    }
    tempered = logits.double() / logits.shape[dim] ** 0.5
    found[Text("the logits are divided by a number first", "логиты сперва поделены на число")] = (
        tempered.softmax(dim)
    )
    if logits.ndim == 2 and logits.shape[0] == logits.shape[1]:
        text = Text(
            "without keepdim=True the sums stand along the wrong dimension",
            "без keepdim=True суммы встают не вдоль того измерения",
        )
        found[text] = shifted / shifted.sum(dim)
        found[text + AGAIN] = e / e.sum(dim)
    for other in others:
        text = Text(
            f"the sums run along dimension {other}, not along {dim}",
            f"суммы взяты вдоль размерности {other}, а не {dim}",
        )
        found[text] = logits.double().softmax(other)
        text = Text(
            f"the maxima that are subtracted run along dimension {other}, not along {dim}",
            f"вычитаются максимумы вдоль размерности {other}, а не {dim}",
        )
        e = (logits.double() - logits.double().amax(other, keepdim=True)).exp()
        found[text] = e / e.sum(dim, keepdim=True)
    return found


@check("softmax", points=3, title=Text("rows of a matrix", "строки матрицы"))
def test_rows(student, rng):
    logits = rng.normal(5, 5, std=2.0)
    ((out,), _) = ask(student, [(logits, None, [], {})])
    assert_close(
        out,
        logits.double().softmax(-1),
        name="softmax(logits)",
        mistakes=mistakes_of(logits, -1),
    )


@check(
    "softmax",
    points=2,
    title=Text("along any dim", "вдоль любой размерности"),
    hint=Text(
        "keepdim=True keeps the shape in which the sums can be divided by.",
        "keepdim=True сохраняет форму, на которую можно делить.",
    ),
)
def test_dim(student, rng):
    cases = [
        (rng.normal(3, 4, 5), rng.normal(3, 4, 5), [], {"dim": 0}),
        (rng.normal(3, 4, 5), None, [1], {}),
        (rng.normal(3, 4, 5), None, [], {"dim": -2}),
        (rng.normal(4, 4), None, [], {"dim": 0}),
        (rng.normal(6), None, [], {"dim": 0}),
        (rng.normal(2, 3, 2, 3), None, [], {}),
        (rng.normal(3, 4), rng.normal(3, 4), [], {}),
    ]
    outs, grads = ask(student, cases)
    for (logits, _, args, kwargs), out in zip(cases, outs, strict=True):
        dim = kwargs.get("dim", *(args or [-1]))
        mistakes = mistakes_of(logits, dim)
        mistakes[
            Text("dim is ignored, the last one is taken", "dim не учтён, берётся последняя")
        ] = logits.double().softmax(-1)
        assert_close(
            out,
            logits.double().softmax(dim),
            name=f"{called_as(args, kwargs)}, logits: {tuple(logits.shape)}",
            mistakes=mistakes,
        )
    # A gradient that is wrong for rows of a matrix, too, is punished below.
    along_first, of_rows = (
        isinstance(grads[at], torch.Tensor)
        and is_close(grads[at], gradient_of(*cases[at][:2], dim))
        for at, dim in ((0, 0), (-1, -1))
    )
    if of_rows and not along_first:
        fail(
            Text(
                "The gradient is right for the rows of a matrix and wrong with dim=0.",
                "Градиент верен для строк матрицы и неверен при dim=0.",
            ),
            hint=Text(
                "The `backward` of your own Function must sum along the same dim.",
                "В `backward` своей Function сумма берётся вдоль того же dim.",
            ),
        )


def gradient_of(logits, upstream, dim):
    """The gradient of (softmax(logits) * upstream).sum(), in float64."""
    probabilities = logits.double().softmax(dim)
    return probabilities * (upstream - (upstream * probabilities).sum(dim, keepdim=True))


@check("softmax", points=3, title=Text("logits up to 1e4", "логиты до 1e4"))
def test_large_logits(student, rng):
    rows = rng.normal(6, 5, std=2.0) + torch.tensor([1e4, -1e4, 95.0, -110.0, 800.0, 0.0])[:, None]
    rows = rows.clamp(-1e4, 1e4)
    wide = rng.uniform(4, 6, low=-1e4, high=1e4)
    cases = [(x, torch.ones_like(x) + x.sign(), [], {}) for x in (rows, wide, rows[:1])]
    outs, grads = ask(student, cases)
    all_logits = [logits for logits, _, _, _ in cases]
    if not all(bool(out.isfinite().all()) for out in outs):
        lost = (
            text
            for text, maximum in WRONG_MAXIMA.items()
            if all(map(is_lost_to(maximum), all_logits, outs))
        )
        fail(next(lost, OVERFLOW), hint=LARGE)
    for logits, out in zip(all_logits, outs, strict=True):
        mistakes = {
            Text(
                "the logits are cut off, so that differences between them are lost" + " " * number,
                "логиты обрезаны, и разница между ними потеряна" + " " * number,
            ): logits.double().clamp(-limit, limit).softmax(-1)
            for number, limit in enumerate((10, 20, 30, 50, 80, 88, 100))
        }
        named = any(is_close(out, wrong) for wrong in mistakes.values())
        if not named and ((out.double().sum(-1) - 1).abs() > 2e-3).any():
            fail(SUMS, hint=LARGE)
        assert_close(
            out,
            logits.double().softmax(-1),
            name="softmax(logits)",
            # In float32 neighbours at 1e4 lie a thousandth apart: exp(z - logsumexp(z)) may round
            # its exponent by half of that.
            rtol=2e-3,
            mistakes=mistakes,
        )
    # That there is no graph at all is punished below.
    if any(isinstance(grad, torch.Tensor) and not grad.isfinite().all() for grad in grads):
        fail(GRADIENT_OVERFLOW, hint=LARGE)


def is_lost_to(maximum):
    """Make the test whether exactly the rows are NaN that subtracting such a maximum empties."""

    def test(logits, out):
        sums = (logits - maximum(logits)).exp().sum(-1, keepdim=True)
        return bool((out.isnan() == (sums == 0).expand(logits.shape)).all())

    return test


@check(
    "softmax",
    points=2,
    title=Text("gradient", "градиент"),
    hint=Text(
        "`.data`, `.detach()`, numpy and writing into logits break it. Subtracting a maximum "
        "changes nothing, with its gradient or without.",
        "Его ломают `.data`, `.detach()`, numpy и запись в сам logits. Вычитание максимума ничего "
        "не меняет, с его градиентом или без.",
    ),
)
def test_gradient(student, rng):
    # No logit is so large that exp overflows: that is punished above.
    cases = [
        (rng.normal(4, 5), rng.normal(4, 5), [], {}),
        (rng.normal(4, 5, std=4.0), rng.normal(4, 5), [], {}),
    ]
    _, grads = ask(student, cases, as_leaf=True)
    for (logits, upstream, _, _), grad in zip(cases, grads, strict=True):
        if grad is None:
            fail(
                Text(
                    "softmax returns a tensor without a graph: no gradient can flow back.",
                    "У результата softmax нет графа вычислений: градиент до логитов не дойдёт.",
                )
            )
        expected = logits.double().softmax(-1)
        constant_sum = upstream.double() * expected
        # The same where a maximum was subtracted, whose gradient goes to the largest logit.
        largest = torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).double()
        constant_sum_of_shifted = constant_sum - largest * constant_sum.sum(-1, keepdim=True)
        detached = Text(
            "the sum is taken for a constant: is it detached?",
            "сумма принята за константу: не отделена ли она от графа?",
        )
        assert_close(
            validate(Float(*logits.shape), grad, "gradient"),
            gradient_of(logits, upstream, -1),
            name="gradient of softmax(logits)",
            mistakes={
                detached: constant_sum,
                detached + AGAIN: constant_sum_of_shifted,
                Text("the gradient is 0", "градиент равен 0"): torch.zeros_like(logits),
                Text(
                    "only the diagonal of the Jacobian is there: every value depends on all logits "
                    "of its row",
                    "учтена только диагональ якобиана, а каждое значение зависит от всех логитов "
                    "своей строки",
                ): upstream.double() * expected * (1 - expected),
                Text(
                    "the gradient passes unchanged, as if softmax were not there",
                    "градиент проходит без изменений, будто softmax нет",
                ): upstream,
            },
        )
