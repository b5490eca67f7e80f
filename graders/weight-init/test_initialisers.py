"""Hidden checks of `weight-init`: the fans, the constants, and how every initialiser behaves.

What the random initialisers draw from is the matter of another file. Here: the values 0 and 1, the
bias, the parameter object that stays, and the random generator.
"""

import itertools

import torch

from zachetka.language import Text
from zachetka.pytest_plugin import (
    AnyOf,
    Bool,
    Float,
    Integer,
    ListOf,
    Long,
    Nothing,
    Number,
    TupleOf,
    assert_close,
    assert_equal,
    check,
    either_way,
    fail,
)

# --------------------------------------------------------------------------- fan_in_and_fan_out


def fans(nb, *, shapes):
    import torch

    def of(shape):
        pair = nb.fan_in_and_fan_out(torch.nn.Linear(shape[1], shape[0]).weight)
        return list(pair) if isinstance(pair, tuple | list) else pair

    return {f"fan_in_and_fan_out(weight), weight: {tuple(s)}": of(s) for s in shapes}


class AnyNumber(AnyOf):
    """A number, be it Python's or in a tensor."""

    def __init__(self):
        super().__init__(Number(), Long(), Float())

    def __str__(self):
        return "number"


def fans_of(student, rng, number):
    """The answers for a wide, a tall and a narrow layer."""
    small = rng.integers(3, 9)
    large = small + rng.integers(2, 9)
    shapes = [(small, large), (large, small), (1, small), (small, small)]
    keys = [f"fan_in_and_fan_out(weight), weight: {shape}" for shape in shapes]
    returns = {key: TupleOf(number, number) for key in keys}
    got = student.run(fans, shapes=shapes, returns=returns)
    return [(key, shape, got[key]) for key, shape in zip(keys, shapes, strict=True)]


@check(
    "fan_in_and_fan_out",
    points=4,
    title=Text("fan_in comes first, then fan_out", "сначала fan_in, потом fan_out"),
    hint=Text(
        "The weight of nn.Linear has the shape (out_features, in_features).",
        "Вес nn.Linear имеет форму (out_features, in_features).",
    ),
)
def test_fans(student, rng):
    # All shapes at once: a mistake has a name only if it explains every answer.
    answers = fans_of(student, rng, AnyNumber())
    expected = torch.tensor([[inputs, outputs] for _, (outputs, inputs), _ in answers])
    ordered = expected.sort(1).values
    assert_close(
        torch.tensor([[float(torch.as_tensor(fan)) for fan in pair] for *_, pair in answers]),
        expected,
        name="fan_in_and_fan_out(weight)",
        mistakes={
            Text("fan_in and fan_out are swapped", "fan_in и fan_out переставлены"): (
                expected.flip(1)
            ),
            Text("the larger number is always first", "первым всегда стоит большее число"): (
                ordered.flip(1)
            ),
            Text(
                "the smaller number is always first", "первым всегда стоит меньшее число"
            ): ordered,
            Text(
                "both numbers are the number of all weights",
                "оба числа — это количество всех весов",
            ): expected.prod(1, keepdim=True).expand(-1, 2),
            Text("both are fan_in", "оба числа — fan_in"): expected[:, :1].expand(-1, 2),
            Text("both are fan_out", "оба числа — fan_out"): expected[:, 1:].expand(-1, 2),
        },
    )


@check(
    "fan_in_and_fan_out",
    points=1,
    title=Text("the answer is a pair of int", "ответ — пара целых чисел"),
    hint=Text(
        "`weight.shape` already holds ints; `/` and tensors do not give any.",
        "В `weight.shape` уже лежат int; деление `/` и тензоры дают не их.",
    ),
)
def test_fans_are_integers(student, rng):
    fans_of(student, rng, Integer())


# --------------------------------------------------------------------------- the probe


def initialised(nb, *, task, name, part, shapes, start, seeds, companions):  # noqa: C901
    """Run one initialiser; `part` says what is asked of it."""
    import torch

    if companions is not None:
        rules = torch.nn.init
        fills = {
            "init_zeros_": rules.zeros_,
            "init_ones_": rules.ones_,
            "init_uniform_": rules.uniform_,
            "init_centered_": lambda weight: rules.uniform_(weight, -0.5, 0.5),
            "init_general_rule_": lambda weight: rules.kaiming_uniform_(weight, a=5**0.5),
            "init_normal_": lambda weight: rules.normal_(weight, 0.0, weight.shape[1] ** -0.5),
            "init_xavier_uniform_": rules.xavier_uniform_,
            "init_xavier_normal_": rules.xavier_normal_,
            "init_kaiming_uniform_": rules.kaiming_uniform_,
            "init_kaiming_normal_": rules.kaiming_normal_,
        }

        def companion(fill):
            def init_(layer):
                fill(layer.weight)
                if layer.bias is not None:
                    torch.nn.init.zeros_(layer.bias)

            return init_

        nb.fan_in_and_fan_out = lambda weight: (weight.shape[1], weight.shape[0])
        for other, fill in fills.items():
            if other not in task and other in companions:
                setattr(nb, other, companion(fill))

    init_ = getattr(nb, name)
    (outputs, inputs), *_ = shapes
    key = f"{name}(layer): layer.weight"
    if part == "weights":
        weights = []
        for rows, columns in shapes:
            layer = torch.nn.Linear(columns, rows)
            with torch.no_grad():
                layer.weight.copy_(start * torch.arange(1, 1 + rows * columns).view(rows, columns))
            init_(layer)
            weights.append(layer.weight)
        return {key: weights}
    if part == "draws":
        weights, starts = [], []
        for seed in seeds:
            # Creating a layer draws from the generator, too: all three first.
            layers = [torch.nn.Linear(inputs, outputs) for _ in range(3)]
            starts.append([layer.weight.detach().clone() for layer in layers])
            torch.manual_seed(seed)
            for layer in layers:
                init_(layer)
            weights.append([layer.weight for layer in layers])
        return {key: weights, "starts": starts}
    layer = torch.nn.Linear(inputs, outputs)
    weight, bias = layer.weight, layer.bias
    if part == "bias":
        with torch.no_grad():
            bias.copy_(start)
        started = weight.detach().clone()
        init_(layer)
        bare = torch.nn.Linear(1, 1, bias=False)
        with torch.no_grad():
            # No rule draws it.
            bare.weight.fill_(77.25)
        try:
            init_(bare)
        except (AttributeError, TypeError, ValueError, RuntimeError):
            return {
                f"{name}(layer): layer.bias": layer.bias,
                "works": False,
                "filled": False,
                "layer.bias": None,
            }
        # Who fills no weight at all loses points elsewhere.
        untouched = torch.equal(layer.weight, started)
        filled = untouched or not bool((bare.weight == 77.25).all())
        return {
            f"{name}(layer): layer.bias": layer.bias,
            "works": True,
            "filled": filled,
            "layer.bias": bare.bias,
        }
    before, derived = weight.detach().clone(), torch.is_grad_enabled()
    init_(layer)
    same_type = weight.dtype == before.dtype
    return {
        "weight_stays": layer.weight is weight,
        "changed": not (same_type and torch.equal(weight.detach(), before)),
        "bias_stays": layer.bias is bias,
        "registered": [key for key, _ in layer.named_parameters()] == ["weight", "bias"],
        "trainable": bool(weight.requires_grad and bias.requires_grad),
        "leaves": bool(weight.is_leaf and bias.is_leaf),
        "derives": torch.is_grad_enabled() == derived,
    }


TASKS = {
    "init_zeros_ones": ("init_zeros_", "init_ones_"),
    "init_uniform_centered": ("init_uniform_", "init_centered_"),
    "init_general_normal": ("init_general_rule_", "init_normal_"),
    "init_xavier": ("init_xavier_uniform_", "init_xavier_normal_"),
    "init_kaiming": ("init_kaiming_uniform_", "init_kaiming_normal_"),
}


def run_initialiser(student, name, part, *, shapes, returns, repaired, start=None, seeds=()):
    """Ask for a part; with `repaired`, among right functions of the other tasks."""
    (task,) = (names for names in TASKS.values() if name in names)
    return student.run(
        initialised,
        task=task,
        name=name,
        part=part,
        shapes=shapes,
        start=start,
        seeds=list(seeds),
        companions=student.defined_above(name) if repaired else None,
        returns=returns,
    )


# --------------------------------------------------------------------------- constants


def constant_check(name, value):
    """Make the check of an initialiser that fills in one number."""

    @check("init_zeros_ones", points=1, title=Text(f"{name}: the weights", f"{name}: веса"))
    def test(student, rng):
        shapes = [(rng.integers(2, 6), 7), (5, 1)]
        key = f"{name}(layer): layer.weight"
        start = rng.number(0.3, 0.7)

        def judge(repaired):
            weights = run_initialiser(
                student,
                name,
                "weights",
                shapes=shapes,
                start=start,
                repaired=repaired,
                returns={key: TupleOf(*(Float(*shape) for shape in shapes))},
            )[key]
            for shape, weight in zip(shapes, weights, strict=True):
                assert_constant(weight, shape, value, start, key)

        either_way(judge)

    return test


def assert_constant(weight, shape, value, start, key):
    untouched = start * torch.arange(1, 1 + shape[0] * shape[1]).view(shape).float()
    assert_close(
        weight,
        torch.full(shape, value),
        name=key,
        rtol=0.0,
        atol=0.0,
        mistakes={
            Text("the weights are not changed", "веса не изменились"): untouched,
            Text(
                "all weights are 1; the task asks for 0", "все веса равны 1, а нужны нули"
            ): torch.ones(shape),
            Text(
                "all weights are 0; the task asks for 1", "все веса равны 0, а нужны единицы"
            ): torch.zeros(shape),
            Text(
                "this is a unit matrix: ones on the diagonal only",
                "это единичная матрица: единицы только на диагонали",
            ): torch.eye(*shape),
            Text("1 is added to the weights", "к весам прибавлена 1"): untouched + 1,
        },
    )


test_zeros_weight = constant_check("init_zeros_", 0.0)
test_ones_weight = constant_check("init_ones_", 1.0)


# --------------------------------------------------------------------------- the bias


def bias_check(task, points, name):
    """Make the check of what becomes of the bias."""

    @check(
        task,
        points=points,
        title=Text(
            f"{name}: the bias becomes zero; a layer without one is fine, too",
            f"{name}: bias становится нулём; слой без bias тоже годится",
        ),
    )
    def test(student, rng):
        outputs, inputs = 4, rng.integers(6, 9)
        start = rng.uniform(outputs, low=0.5, high=2.0) * rng.signs(outputs)
        key = f"{name}(layer): layer.bias"

        def judge(repaired):
            got = run_initialiser(
                student,
                name,
                "bias",
                shapes=[(outputs, inputs)],
                start=start,
                repaired=repaired,
                returns={
                    key: Float(outputs),
                    "works": Bool(),
                    "filled": Bool(),
                    "layer.bias": Nothing(),
                },
            )
            assert_equal(
                got["works"],
                True,
                text=Text(
                    f"`{name}` stops with an error on a layer with bias=False, whose `layer.bias` "
                    "is None.",
                    f"`{name}` завершается ошибкой на слое с bias=False, у которого `layer.bias` "
                    "равен None.",
                ),
                hint=Text("`if layer.bias is not None:`", "`if layer.bias is not None:`"),
            )
            assert_equal(
                got["filled"],
                True,
                text=Text(
                    f"`{name}` does not change the weights of a layer with bias=False: only the "
                    "bias depends on `layer.bias is not None`.",
                    f"`{name}` не меняет веса слоя с bias=False: от `layer.bias is not None` "
                    "зависит только bias.",
                ),
            )
            assert_close(
                got[key],
                torch.zeros(outputs),
                name=key,
                rtol=0.0,
                atol=0.0,
                mistakes={
                    Text(
                        "the bias is not changed; it must become zero",
                        "bias не изменился, а должен стать нулём",
                    ): start,
                    Text("the bias is 1; it must be zero", "bias равен 1, а должен быть нулём"): (
                        torch.ones(outputs)
                    ),
                    # Whatever else it is.
                    Text(
                        "the bias is changed, but not to zero; it must become zero",
                        "bias изменился, но не на ноль, а должен стать нулём",
                    ): got[key],
                },
            )

        either_way(judge)

    return test


# --------------------------------------------------------------------------- in place


def in_place_check(task, points, name):
    """Make the check that an optimizer which knows the parameters still has them."""

    @check(
        task,
        points=points,
        title=Text(
            f"{name}: works in place, the parameters stay the same objects",
            f"{name}: работает на месте, параметры остаются теми же объектами",
        ),
        hint=Text(
            "Fill the tensor that is there: a method with `_` at its end under torch.no_grad().",
            "Заполните имеющийся тензор: метод с `_` на конце под torch.no_grad().",
        ),
    )
    def test(student, rng):
        shapes = [(3, rng.integers(4, 8))]
        facts = ["weight_stays", "bias_stays", "changed", "registered", "trainable", "leaves"]
        facts.append("derives")

        def judge(repaired):
            got = run_initialiser(
                student,
                name,
                "objects",
                shapes=shapes,
                repaired=repaired,
                returns=dict.fromkeys(facts, Bool()),
            )
            assert_in_place(got, name)

        either_way(judge)

    return test


def assert_in_place(got, name):
    for key in ("weight", "bias"):
        assert_equal(
            got[f"{key}_stays"],
            True,
            text=Text(
                f"`{name}` puts a new object in the place of `layer.{key}`: an optimizer would "
                "go on with the old one.",
                f"`{name}` ставит новый объект на место `layer.{key}`: оптимизатор продолжит "
                "работать со старым.",
            ),
        )
    if not got["changed"]:
        fail_unchanged(name)
    for key in ("registered", "trainable", "leaves"):
        assert_equal(
            got[key],
            True,
            text=Text(
                f"after `{name}` the parameters of the layer cannot be trained any more: they "
                "must be leaves with requires_grad=True.",
                f"после `{name}` параметры слоя больше нельзя обучать: они должны остаться "
                "листьями с requires_grad=True.",
            ),
        )
    assert_equal(
        got["derives"],
        True,
        text=Text(
            f"after `{name}` gradients are switched off for all code that follows: "
            "`with torch.no_grad():` switches them on again.",
            f"после `{name}` градиенты выключены для всего кода, который идёт дальше: "
            "`with torch.no_grad():` включает их обратно.",
        ),
    )


def fail_unchanged(name):
    fail(
        Text(
            f"`{name}` does not change the weights of the layer that it was given.",
            f"`{name}` не меняет веса того слоя, который получила.",
        )
    )


# --------------------------------------------------------------------------- the generator


def generator_check(task, points, name):
    """Make the check that weights come from torch's global generator and from nothing else.

    48 float32 values coincide by chance with a probability below 2^-900.
    """

    @check(
        task,
        points=points,
        title=Text(
            f"{name}: draws from torch's global generator",
            f"{name}: берёт случайные числа из глобального генератора torch",
        ),
        hint=Text(
            "No manual_seed, no generator of your own, no numpy inside: torch.rand, torch.randn, "
            "uniform_ and normal_ take the global generator by themselves.",
            "Внутри не нужны ни manual_seed, ни свой генератор, ни numpy: torch.rand, "
            "torch.randn, uniform_ и normal_ сами берут глобальный генератор.",
        ),
    )
    def test(student, rng):
        shape = (6, 8)
        seed = rng.seed()
        key = f"{name}(layer): layer.weight"

        def judge(repaired):
            triples = ListOf(ListOf(Float(*shape), 3), 3)
            got = run_initialiser(
                student,
                name,
                "draws",
                shapes=[shape],
                seeds=[seed, seed, seed ^ 1],
                repaired=repaired,
                returns={key: triples, "starts": triples},
            )
            weights, starts = (list(itertools.chain(*got[part])) for part in (key, "starts"))
            if all(map(torch.equal, weights, starts)):
                fail_unchanged(name)
            assert_global_generator(got[key], name)

        either_way(judge)

    return test


def assert_global_generator(draws, name):
    first, again, other = draws
    # One pair of them may be alike by chance where each call draws a seed of 31 bits for another
    # generator; that two of these twelve pairs are has a probability below 66 / 2**62 < 2e-17.
    in_a_row = sum(torch.equal(a, b) for a, b in itertools.combinations(first, 2))
    across = sum(torch.equal(a, b) for a in first for b in other)
    if in_a_row and in_a_row + across > 1:
        fail(
            Text(
                f"`{name}`: calls in a row give the same weights, as if a seed were fixed inside.",
                f"`{name}`: вызовы подряд дают одни и те же веса, будто внутри закреплено зерно.",
            )
        )
    if across > 1:
        fail(
            Text(
                f"`{name}`: after torch.manual_seed with another seed the same weights come "
                "again: the seed is fixed inside.",
                f"`{name}`: после torch.manual_seed с другим зерном появляются те же веса: "
                "зерно закреплено внутри.",
            )
        )
    if not all(torch.equal(a, b) for a, b in zip(first, again, strict=True)):
        fail(
            Text(
                f"`{name}`: the same torch.manual_seed gives other weights: they do not come "
                "from torch's global generator.",
                f"`{name}`: при одном и том же torch.manual_seed веса разные: они берутся не "
                "из глобального генератора torch.",
            )
        )


# --------------------------------------------------------------------------- who is checked

test_zeros_bias = bias_check("init_zeros_ones", 0.5, "init_zeros_")
test_zeros_in_place = in_place_check("init_zeros_ones", 0.5, "init_zeros_")
test_ones_bias = bias_check("init_zeros_ones", 0.5, "init_ones_")
test_ones_in_place = in_place_check("init_zeros_ones", 0.5, "init_ones_")

test_uniform_bias = bias_check("init_uniform_centered", 0.5, "init_uniform_")
test_uniform_in_place = in_place_check("init_uniform_centered", 0.5, "init_uniform_")
test_uniform_generator = generator_check("init_uniform_centered", 0.5, "init_uniform_")
test_centered_bias = bias_check("init_uniform_centered", 0.5, "init_centered_")
test_centered_in_place = in_place_check("init_uniform_centered", 0.5, "init_centered_")
test_centered_generator = generator_check("init_uniform_centered", 0.5, "init_centered_")

test_general_rule_bias = bias_check("init_general_normal", 0.5, "init_general_rule_")
test_general_rule_in_place = in_place_check("init_general_normal", 0.5, "init_general_rule_")
test_general_rule_generator = generator_check("init_general_normal", 1, "init_general_rule_")
test_normal_bias = bias_check("init_general_normal", 0.5, "init_normal_")
test_normal_in_place = in_place_check("init_general_normal", 0.5, "init_normal_")
test_normal_generator = generator_check("init_general_normal", 1, "init_normal_")

test_xavier_uniform_bias = bias_check("init_xavier", 1, "init_xavier_uniform_")
test_xavier_uniform_in_place = in_place_check("init_xavier", 1, "init_xavier_uniform_")
test_xavier_uniform_generator = generator_check("init_xavier", 1, "init_xavier_uniform_")
test_xavier_normal_bias = bias_check("init_xavier", 1, "init_xavier_normal_")
test_xavier_normal_in_place = in_place_check("init_xavier", 1, "init_xavier_normal_")
test_xavier_normal_generator = generator_check("init_xavier", 1, "init_xavier_normal_")

test_kaiming_uniform_bias = bias_check("init_kaiming", 1, "init_kaiming_uniform_")
test_kaiming_uniform_in_place = in_place_check("init_kaiming", 1, "init_kaiming_uniform_")
test_kaiming_uniform_generator = generator_check("init_kaiming", 1, "init_kaiming_uniform_")
test_kaiming_normal_bias = bias_check("init_kaiming", 1, "init_kaiming_normal_")
test_kaiming_normal_in_place = in_place_check("init_kaiming", 1, "init_kaiming_normal_")
test_kaiming_normal_generator = generator_check("init_kaiming", 1, "init_kaiming_normal_")
