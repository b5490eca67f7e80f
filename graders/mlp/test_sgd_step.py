"""Hidden checks of the task `sgd_step`."""

import torch

from zachetka.language import Text
from zachetka.pytest_plugin import (
    Bool,
    Float,
    ListOf,
    assert_close,
    assert_equal,
    assert_finite,
    check,
    fail,
    is_close,
)


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
                "derives": torch.is_grad_enabled(),
            }
        )
    return results


STEPPED = {
    "parameters": ListOf(Float(...), 3),
    "leaves": Bool(),
    "trainable": Bool(),
    "returns_none": Bool(),
    "derives": Bool(),
}


def sgd_case(rng, count, *, largest):
    """Give parameters and so many steps `(gradients, learning rate)`.

    Gradients above 1 in size tell who cuts them off there; that is asked for once.
    """
    values = [rng.normal(4, 3), rng.normal(4), rng.normal(1)]
    # Away from zero, so that every parameter visibly moves.
    grads = [
        [
            rng.signs(v.numel()).view(v.shape) * rng.uniform(*v.shape, low=0.4, high=largest)
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
    values, steps = sgd_case(rng, 2, largest=2.0)
    # Large ones in the second step: who cuts off or scales down at 5 is seen there.
    steps[1] = [15 * grad for grad in steps[1][0]], steps[1][1]
    # Next to no gradient moves nothing, however high the rate: a small weight decay is seen there.
    # None at all would let those who divide by its length fail before they are told about that.
    nowhere = [([torch.full_like(value, 1e-9) for value in values], 5.0)]
    got, still = run_steps(student, values, (steps, False), (nowhere, False))
    flat = torch.cat([value.flatten() for value in values])
    (first, one), (second, two) = (
        (torch.cat([grad.flatten() for grad in grads]), rate) for grads, rate in steps
    )
    signs = one * first.sign() + two * second.sign()
    actual = torch.cat([value.flatten() for value in got["parameters"]])
    if actual.shape != flat.shape:
        fail(Text("sgd_step changes the shape of a parameter.", "sgd_step меняет форму параметра."))
    right = flat - one * first - two * second
    # How much of a vector is in the difference; a mistake of the form "right + c * vector", with a
    # c of the student's choice, is then found by comparison like the others.
    mistakes = {
        text: right + extent(actual - right, vector) * vector
        for text, vector in (
            (
                Text(
                    "the second step still moves along the first gradient (momentum?); plain SGD "
                    "has no memory",
                    "второй шаг идёт и по первому градиенту (momentum?); у обычного SGD нет памяти",
                ),
                first,
            ),
            (
                SHRINKS,
                one * flat + two * (flat - one * first),
            ),
        )
    }
    along = first + second
    mistakes = {
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
        Text(
            "learning_rate is not used: the steps have a length of their own",
            "learning_rate не используется: у шагов своя собственная длина",
        ): flat + extent(actual - flat, along) * along,
        Text(
            "the parameter is replaced by -learning_rate * grad",
            "параметр заменён на -learning_rate * grad",
        ): -two * second,
        Text("only the sign of the gradient is used", "использован только знак градиента"): flat
        - signs,
        Text(
            "gradients above 1 in size are cut off there",
            "градиенты больше 1 по модулю обрезаются до 1",
        ): flat - one * first.clamp(-1, 1) - two * second.clamp(-1, 1),
        Text(
            "the gradient is scaled to length 1 before the step",
            "перед шагом градиент приведён к длине 1",
        ): torch.cat([value.flatten() for value in normed(values, steps)]),
        Text(
            "parameters of one dimension (biases) are skipped",
            "пропущены одномерные параметры (bias)",
        ): torch.where(
            torch.cat([torch.full((v.numel(),), v.ndim > 1) for v in values]), right, flat
        ),
        **mistakes,
    }
    # Each number goes its own way, but not as far as its gradient says.
    share = (actual - flat + one * first) / (-two * second)
    if bool(((share > 0) & (share < 1 + 1e-4)).all()):
        mistakes[
            Text(
                "the second step, along large gradients, is too short: are they cut off or scaled "
                "down?",
                "второй шаг, по большим градиентам, слишком короткий: не обрезаются ли они и не "
                "уменьшаются ли?",
            )
        ] = actual
    known = mistakes if bool(actual.isfinite().all()) else {}
    assert_close(actual, right, name="sgd_step(parameters, learning_rate)", mistakes=known)
    rest = torch.cat([value.flatten() for value in still["parameters"]])
    shrunk = flat + extent(rest - flat, flat) * flat
    assert_close(rest, flat, name="p (p.grad ≈ 0)", mistakes={SHRINKS: shrunk})


SHRINKS = Text(
    "the parameters shrink besides the step (weight decay?)",
    "кроме шага параметры ещё и уменьшаются (weight decay?)",
)


def extent(difference, vector):
    return (difference @ vector) / (vector @ vector)


def normed(values, steps):
    """Follow the steps along gradients of length 1."""
    for index, value in enumerate(values):
        yield value - sum(rate * grads[index] / grads[index].norm() for grads, rate in steps)


@check(
    "sgd_step",
    points=2,
    title=Text("parameters stay parameters", "параметры остаются параметрами"),
    hint=Text("Change the values under torch.no_grad().", "Меняйте значения под torch.no_grad()."),
)
def test_leaves(student, rng):
    values, ((first, one), (second, two)) = sgd_case(rng, 2, largest=0.95)
    # Both steps go the same way: two that do not may cancel in the parameter of one number.
    second = [a.sign() * b.abs() for a, b in zip(first, second, strict=True)]
    steps = [(first, one), (second, two)]
    (got,) = run_steps(student, values, (steps, False))
    assert_moved(got["parameters"], values, steps)
    assert_equal(
        (got["leaves"], got["trainable"]),
        (True, True),
        text=Text(
            "After the step a parameter is no longer a leaf that requires a gradient.",
            "После шага параметр перестал быть листом графа, требующим градиента.",
        ),
    )
    assert_equal(
        got["derives"],
        True,
        text=Text(
            "After sgd_step gradients are switched off for all code that follows: nothing can be "
            "trained any more.",
            "После sgd_step градиенты выключены для всего кода, который идёт дальше: обучать "
            "больше ничего нельзя.",
        ),
        hint=Text(
            "`with torch.no_grad():` switches them on again; torch.set_grad_enabled(False) alone "
            "does not.",
            "`with torch.no_grad():` включает их обратно, а torch.set_grad_enabled(False) сам по "
            "себе — нет.",
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
    values, ((grads, rate),) = sgd_case(rng, 1, largest=0.95)
    absent = ((), (0,), (1,), (0, 2))
    cases = [
        ([([None if i in none else grad for i, grad in enumerate(grads)], rate)], False)
        for none in absent
    ]
    moved = {}
    for none, got in zip(absent, run_steps(student, values, *cases), strict=True):
        after = got["parameters"]
        for i in none:
            assert_close(after[i], values[i], name="p (p.grad is None)")
        moving = [i for i in range(len(values)) if i not in none]
        moved[none] = [i for i in moving if not is_close(after[i], values[i])]
        others_move = len(moved[()]) == len(values) and 0 in moved[none]
        if none == (1,) and moved[0,] == [] and others_move:
            fail(
                Text(
                    "When the first parameter has no gradient the others do not move either: "
                    "skip that one only (`continue`, not `return` or `break`).",
                    "Если градиента нет у первого параметра, остальные тоже не двигаются: "
                    "пропускайте только его (`continue`, а не `return` или `break`).",
                )
            )
        if moved[none]:
            assert_moved(after, values, [(grads, rate)], among=moved[none])
    if any(len(moved[none]) + len(none) < len(values) for none in absent):
        fail(UNMOVED)


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
    values, steps = sgd_case(rng, 1, largest=0.95)
    listed, generated = run_steps(student, values, (steps, False), (steps, True))
    # A wrong step is punished above: here a generator must do what a list does.
    assert_moved(listed["parameters"], values, steps)
    if any(map(is_close, generated["parameters"], values)):
        fail(
            Text(
                "Given a generator, sgd_step leaves parameters as they were: an earlier walk has "
                "used the generator up.",
                "С генератором sgd_step не меняет часть параметров: генератор исчерпан более "
                "ранним проходом.",
            )
        )
    for one, other in zip(listed["parameters"], generated["parameters"], strict=True):
        assert_close(other, one, name="p")


UNMOVED = Text(
    "A parameter that has a gradient did not change.",
    "Параметр, у которого есть градиент, не изменился.",
)


def assert_moved(after, before, steps, *, among=None):
    """Fail unless every parameter moved along its gradients, however far and whichever way.

    A wrong length or direction along a gradient is punished in `update`, and so are a weight decay,
    a step along the signs and one of length 1.
    """
    among = range(len(before)) if among is None else among
    for i in among:
        assert_finite(after[i])
        if after[i].shape != before[i].shape or is_close(after[i], before[i]):
            fail(UNMOVED)
    moves = [(after[i] - before[i]).flatten() for i in among]
    slopes = [[grads[i].flatten() for grads, _ in steps] for i in among]
    decay = torch.cat([before[i].flatten() for i in among])
    joined = [torch.cat(of_step) for of_step in zip(*slopes, strict=True)]
    together = torch.cat(moves)
    signs = [slope.sign() for slope in joined]
    whole = spans([*joined, decay], together) or spans(signs, together)
    if not whole and not all(spans(own, move) for own, move in zip(slopes, moves, strict=True)):
        fail(
            Text(
                "A parameter does not move along its gradient.",
                "Параметр движется не вдоль своего градиента.",
            )
        )


def spans(vectors, move):
    """Say whether a move is made of these vectors, and not of the last alone if there are more."""
    basis = torch.stack(vectors, 1).double()
    shares = torch.linalg.lstsq(basis, move.double()[:, None]).solution
    return is_close(basis @ shares, move[:, None], rtol=1e-3, atol=1e-4) and bool(
        shares[0].abs() > 1e-6
    )
