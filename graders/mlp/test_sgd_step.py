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
            }
        )
    return results


STEPPED = {
    "parameters": ListOf(Float(...), 3),
    "leaves": Bool(),
    "trainable": Bool(),
    "returns_none": Bool(),
}


def sgd_case(rng, count):
    """Give parameters and so many steps `(gradients, learning rate)`."""
    values = [rng.normal(4, 3), rng.normal(4), rng.normal(1)]
    # Away from zero, so that every parameter visibly moves.
    grads = [
        [
            rng.signs(v.numel()).view(v.shape) * rng.uniform(*v.shape, low=0.5, high=2.0)
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
    values, steps = sgd_case(rng, 2)
    (got,) = run_steps(student, values, (steps, False))
    flat = torch.cat([value.flatten() for value in values])
    (first, one), (second, two) = (
        (torch.cat([grad.flatten() for grad in grads]), rate) for grads, rate in steps
    )
    signs = one * first.sign() + two * second.sign()
    actual = torch.cat([value.flatten() for value in got["parameters"]])
    if actual.shape != flat.shape:
        fail(Text("sgd_step changes the shape of a parameter.", "sgd_step меняет форму параметра."))
    assert_close(
        actual,
        flat - one * first - two * second,
        name="sgd_step(parameters, learning_rate)",
        mistakes={
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
            Text("learning_rate is not used", "learning_rate не используется"): flat
            - first
            - second,
            Text(
                "the parameter is replaced by -learning_rate * grad",
                "параметр заменён на -learning_rate * grad",
            ): -two * second,
            Text("only the sign of the gradient is used", "использован только знак градиента"): flat
            - signs,
        },
    )


@check(
    "sgd_step",
    points=2,
    title=Text("parameters stay parameters", "параметры остаются параметрами"),
    hint=Text("Change the values under torch.no_grad().", "Меняйте значения под torch.no_grad()."),
)
def test_leaves(student, rng):
    values, steps = sgd_case(rng, 2)
    (got,) = run_steps(student, values, (steps, False))
    assert_moved(got["parameters"], values)
    assert_equal(
        (got["leaves"], got["trainable"]),
        (True, True),
        text=Text(
            "After the step a parameter is no longer a leaf that requires a gradient.",
            "После шага параметр перестал быть листом графа, требующим градиента.",
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
    values, ((grads, rate),) = sgd_case(rng, 1)
    absent = ((0,), (1,), (0, 2))
    cases = [
        ([([None if i in none else grad for i, grad in enumerate(grads)], rate)], False)
        for none in absent
    ]
    for none, got in zip(absent, run_steps(student, values, *cases), strict=True):
        for i, (after, before) in enumerate(zip(got["parameters"], values, strict=True)):
            if i in none:
                assert_close(after, before, name="p (p.grad is None)")
            else:
                assert_moved([after], [before])


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
    values, steps = sgd_case(rng, 1)
    listed, generated = run_steps(student, values, (steps, False), (steps, True))
    # A wrong step is punished above: here a generator must do what a list does.
    assert_moved(generated["parameters"], values)
    for one, other in zip(listed["parameters"], generated["parameters"], strict=True):
        assert_close(other, one, name="p")


def assert_moved(after, before):
    for new, old in zip(after, before, strict=True):
        assert_finite(new)
        if new.shape != old.shape or is_close(new, old):
            fail(
                Text(
                    "A parameter that has a gradient did not change.",
                    "Параметр, у которого есть градиент, не изменился.",
                )
            )
