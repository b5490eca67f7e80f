"""Hidden checks of the task `minibatches`."""

import itertools
import math

import torch

from zachetka.language import Text
from zachetka.pytest_plugin import (
    Bool,
    Float,
    ListOf,
    Long,
    Str,
    Tensor,
    TupleOf,
    assert_equal,
    check,
    fail,
)


def drawn_batches(nb, *, data, cases):
    import itertools
    import random

    import numpy as np
    import torch

    drawn, unchanged = [], True
    for which, count, batch_size, options, seed, used, global_seed in cases:
        x, y = data[which]
        # The public function formats the stack three times, for devices that are not here.
        torch.default_generator.manual_seed(global_seed)
        np.random.seed(global_seed % 2**32)  # noqa: NPY002
        random.seed(global_seed)
        chosen = dict(options)
        if seed is not None:
            chosen["generator"] = torch.Generator().manual_seed(seed)
            torch.rand(used, generator=chosen["generator"])
        given = x[:count].clone(), y[:count].clone()
        batches = nb.minibatches(*given, batch_size, **chosen)
        if not hasattr(batches, "__iter__") and not hasattr(batches, "__getitem__"):
            return {"xb": [], "yb": [], "unchanged": True, "no_batches": type(batches).__name__}
        # All honest batches and a few too many: an endless generator ends here.
        pairs = [(xb, yb) for xb, yb in itertools.islice(batches, count + 3)]
        drawn.append([(xb.clone(), yb.clone()) for xb, yb in pairs])
        unchanged &= torch.equal(given[0], x[:count]) and torch.equal(given[1], y[:count])
    return {
        "xb": [[xb for xb, _ in batches] for batches in drawn],
        "yb": [[yb for _, yb in batches] for batches in drawn],
        "unchanged": unchanged,
        "no_batches": "",
    }


class Draws:
    """What `minibatches` gave for some cases, as the numbers of the rows of x.

    A case is a dict: how many rows there are, the size of a batch, whether with replacement, and
    what the rows look like, if they are not points of a plane with a number each.
    """

    def __init__(self, student, rng, *cases):
        largest = max(case["count"] for case in cases)
        # Rows are told apart by their values: two normals in float32 are the same with probability
        # 1e-7 at most, two rows of two with 1e-14, any of 400 with less than 1e-9.
        self.kinds = []
        for case in cases:
            if case.get("rows", POINTS) not in self.kinds:
                self.kinds.append(case.get("rows", POINTS))
        order = rng.permutation(largest)
        self.data = [
            (
                rng.normal(largest, *of_x),
                (order if whole else order.float()).reshape(largest, *of_y),
            )
            for of_x, of_y, whole in self.kinds
        ]
        which = [self.kinds.index(case.get("rows", POINTS)) for case in cases]
        # The probe stops there.
        batches = ListOf(Tensor(...), at_most=largest + 3)
        got = student.run(
            drawn_batches,
            data=self.data,
            cases=[
                (
                    kind,
                    case["count"],
                    case["batch_size"],
                    {"replacement": True} if case.get("replacement") else {},
                    case.get("seed"),
                    case.get("used", 0),
                    rng.seed(),
                )
                for kind, case in zip(which, cases, strict=True)
            ],
            returns={
                "xb": ListOf(batches, at_most=len(cases)),
                "yb": ListOf(batches, at_most=len(cases)),
                "unchanged": Bool(),
                "no_batches": Str(),
            },
        )
        if got["no_batches"]:
            kind = got["no_batches"].removesuffix("Type")
            fail(
                Text(
                    f"minibatches must give a list or a generator of pairs; it gave {kind}.",
                    f"minibatches должна вернуть список или генератор пар, а вернула {kind}.",
                ),
                cause="wrong_type",
            )
        for part, spec_of in (("xb", lambda kind: Float(None, *kind[0])), ("yb", targets_of)):
            specs = [
                ListOf(spec_of(self.kinds[kind]), at_most=case["count"] + 3)
                for kind, case in zip(which, cases, strict=True)
            ]
            TupleOf(*specs).validate(got[part], part)
        self.unchanged = got["unchanged"]
        self.rows = [
            [rows_in(self.data[kind][0][: case["count"]], xb) for xb in batches]
            for kind, case, batches in zip(which, cases, got["xb"], strict=True)
        ]
        self.orders = [torch.cat([*batches, torch.empty(0).long()]) for batches in self.rows]
        self.targets = [
            (self.data[kind][1], batches) for kind, batches in zip(which, got["yb"], strict=True)
        ]

    def refuse_one_batch(self, *cases):
        """Fail the check if batches are larger than they may be or never end: nothing was cut."""
        for case, batches in zip(cases, self.rows, strict=True):
            if len(batches) == case["count"] + 3:
                fail(ENDLESS)
            largest = max(map(len, batches), default=0)
            if largest > case["batch_size"]:
                fail(
                    Text(
                        f"With batch_size={case['batch_size']} there is a batch of {largest} rows.",
                        f"При batch_size={case['batch_size']} есть пакет из {largest} строк.",
                    )
                )

    def assert_sizes(self, *cases):
        """Compare the batches' sizes with those of the contract."""
        for case, batches in zip(cases, self.rows, strict=False):
            count, size = case["count"], case["batch_size"]
            sizes, wanted = [len(batch) for batch in batches], batch_sizes(count, size)
            why = Text("", "")
            if len(sizes) == count + 3:
                fail(ENDLESS)
            if sizes == [*wanted, 0]:
                why = Text(": the last one is empty", ": последний из них пуст")
            elif sizes == wanted[:-1]:
                why = Text(": the last one is lost", ": последний пакет потерян")
            elif sizes[:-1] == wanted[:-1]:
                why = Text(
                    ": the last one has the wrong size", ": у последнего пакета неверный размер"
                )
            elif sizes == [count]:
                why = Text(": batch_size is not used", ": batch_size не используется")
            assert_equal(
                sizes,
                wanted,
                text=Text(
                    f"{count} samples with batch_size={size} came in batches of {listed(sizes)}"
                    f"{why.en}.",
                    f"{count} примеров при batch_size={size} пришли пакетами {listed(sizes)}"
                    f"{why.ru}.",
                ),
            )


ENDLESS = Text(
    "There are more batches than samples: the batches never end, or most of them are empty.",
    "Пакетов больше, чем примеров: они не кончаются или почти все пусты.",
)

# The shape of a row of x and of y, and whether y holds integers.
POINTS = ((2,), (), False)
COLUMN = ((2,), (1,), False)
PICTURES = ((1, 4, 4), (), True)


def targets_of(kind):
    _, of_y, whole = kind
    return (Long if whole else Float)(None, *of_y)


def rows_in(x, batch):
    """Find the number of each row of a batch; a row that is none of x costs the check."""
    if len(batch) > max(100, 2 * len(x)):
        fail(
            Text(
                f"A batch has {len(batch)} rows; x has {len(x)}.",
                f"В пакете строк: {len(batch)}, а в x: {len(x)}.",
            )
        )
    x, batch = x.flatten(1), batch.flatten(1)
    same = (batch[:, None, :] == x[None, :, :]).all(-1)
    if not bool(same.any(1).all()):
        fail(
            Text("A batch holds a row that is none of x.", "В пакете есть строка, которой нет в x.")
        )
    return same.float().argmax(1)


@check(
    "minibatches",
    points=2,
    title=Text("rows of x and y stay paired", "строки x и y остаются парами"),
)
def test_pairs(student, rng):
    cases = [
        {"count": 37, "batch_size": 8, "replacement": flag, "rows": rows}
        for rows in (POINTS, COLUMN, PICTURES)
        for flag in (False, True)
    ]
    # What is drawn from a generator may go another way.
    cases += [{**case, "seed": rng.seed()} for case in cases[:2]]
    draws = Draws(student, rng, *cases)
    draws.refuse_one_batch(*cases)
    for rows, (y, targets) in zip(draws.rows, draws.targets, strict=True):
        # Two lists of claims: they may differ in length.
        for indices, yb in itertools.zip_longest(rows, targets):
            if indices is None or yb is None or not torch.equal(y[indices], yb):
                fail(
                    Text(
                        "xb and yb of a batch do not belong together: the rows lost their targets.",
                        "xb и yb в пакете не соответствуют друг другу: строки потеряли свои "
                        "ответы.",
                    ),
                    hint=Text(
                        "Take both by the same indices.",
                        "Берите и x, и y по одним и тем же индексам.",
                    ),
                )


@check(
    "minibatches",
    points=2,
    title=Text("sizes of the batches", "размеры пакетов"),
    hint=Text(
        "Only the last batch may be short; it must not be lost and must not be empty.",
        "Коротким может быть только последний пакет; его нельзя ни потерять, ни сделать пустым.",
    ),
)
def test_sizes(student, rng):
    cases = [
        {"count": count, "batch_size": size}
        for count, size in ((37, 8), (24, 6), (10, 3), (9, 9), (4, 1))
    ]
    cases.append({"count": 37, "batch_size": 8, "seed": rng.seed()})
    Draws(student, rng, *cases).assert_sizes(*cases)


@check(
    "minibatches",
    points=1,
    title=Text("batch_size larger than the data", "batch_size больше числа примеров"),
)
def test_large_batch(student, rng):
    cases = [{"count": 7, "batch_size": 50, "replacement": flag} for flag in (False, True)]
    smaller = {"count": 7, "batch_size": 2}
    draws = Draws(student, rng, *cases, smaller)
    # One batch of everything is right here only if it is not what always comes.
    draws.refuse_one_batch(*cases, smaller)
    draws.assert_sizes(*cases)


@check(
    "minibatches", points=2, title=Text("every sample exactly once", "каждый пример ровно один раз")
)
def test_every_sample_once(student, rng):
    cases = [{"count": 30, "batch_size": 6}, {"count": 21, "batch_size": 21}]
    cases.append({"count": 30, "batch_size": 6, "seed": rng.seed()})
    draws = Draws(student, rng, *cases)
    draws.refuse_one_batch(*cases)
    for case, order in zip(cases, draws.orders, strict=True):
        count, given, different = case["count"], len(order), len(set(order.tolist()))
        if given != count or different != count:
            fail(
                Text(
                    f"Without replacement {different} of {count} samples were given, "
                    f"{given - different} rows are repetitions.",
                    f"Без возвращения выдано {different} из {count} примеров, повторов: "
                    f"{given - different}.",
                )
            )


@check("minibatches", points=1, title=Text("the order is random", "порядок случаен"))
def test_order_is_random(student, rng):
    count = 200
    orders = Draws(student, rng, *[{"count": count, "batch_size": 8}] * 3).orders
    if all(torch.equal(order, torch.arange(len(order))) for order in orders):
        fail(
            Text(
                "The samples come in the order of x: they are not shuffled.",
                "Примеры идут в том же порядке, что и в x: они не перемешаны.",
            )
        )
    # Honest permutations of 200 agree with probability 1/200! < 1e-370, and so do the seeds of 31
    # bits that stand behind them, ours or the student's own, if three of them must: 2**-62.
    if all(torch.equal(orders[0], order) for order in orders[1:]):
        fail(
            Text(
                "Every call gives the same order: draw a new permutation in every call.",
                "Каждый вызов даёт один и тот же порядок: выбирайте перестановку заново при "
                "каждом вызове.",
            ),
            hint=Text("Is there a fixed seed inside?", "Нет ли внутри фиксированного seed?"),
        )
    for order in orders:
        # How many neighbours follow each other as in x, either way round. In a uniform permutation
        # k given pairs (i, i+1) are all neighbours with probability (n-k)!/n!, there are C(n-1, k)
        # choices of pairs, so P(at least k) <= C(n-1, k) (n-k)!/n! < 1/k!. With k = 20, two
        # directions and three orders: 6/20! < 3e-18.
        steps = order[1:] - order[:-1]
        neighbours = max(int((steps == 1).sum()), int((steps == -1).sum()))
        if neighbours >= 20:
            fail(
                Text(
                    "The samples come (partly) in the order of x: shuffle single samples, not "
                    "whole batches.",
                    "Примеры идут (частично) в порядке x: перемешивайте отдельные примеры, а не "
                    "целые пакеты.",
                )
            )
        # How many of the first half come from the first half of x: hypergeometric with mean 50; by
        # Hoeffding (1963) it is off by 37 or more with less than 2 exp(-2 37^2 / 100) = 3e-12.
        if len(order) == count and abs(int((order[:100] < 100).sum()) - 50) >= 37:
            fail(
                Text(
                    "The samples are shuffled within pieces of x only: draw one permutation of "
                    "all of them.",
                    "Примеры перемешаны только внутри кусков x: нужна одна перестановка всех.",
                )
            )


@check(
    "minibatches",
    points=1,
    title=Text(
        "replacement=True: rows are drawn independently",
        "replacement=True: строки выбираются независимо",
    ),
)
def test_replacement(student, rng):
    count = 400
    large = {"count": count, "batch_size": 300, "replacement": True}
    equal = {"count": count, "batch_size": 100, "replacement": True}
    small = {"count": 5, "batch_size": 5, "replacement": True}
    seeded, whole = {**large, "seed": rng.seed()}, {**large, "batch_size": 500}
    cases = [large, equal, seeded, whole, *[small] * 80]
    draws = Draws(student, rng, *cases)
    draws.assert_sizes(*cases)
    in_batches, _, with_generator, at_once = draws.orders[:4]
    refuse_once_each(in_batches, with_generator)
    # 80 honest calls draw the same 5 of 5 rows with probability 5^-395.
    first, *others = draws.orders[4:]
    if all(torch.equal(first, order) for order in others):
        fail(
            Text(
                "With replacement every call draws the same rows.",
                "С возвращением каждый вызов выбирает одни и те же строки.",
            ),
            hint=Text("Is there a fixed seed inside?", "Нет ли внутри фиксированного seed?"),
        )
    # Two honest batches of 100 are the same with probability 400^-100.
    if any(torch.equal(*pair) for pair in itertools.combinations(draws.rows[1], 2)):
        fail(
            Text(
                "With replacement every batch of a call has the same rows.",
                "С возвращением во всех пакетах одного вызова одни и те же строки.",
            ),
            hint=Text("Draw the rows anew for each batch.", "Выбирайте строки заново для пакета."),
        )
    # The number of different rows among n independent uniform draws has the mean N(1 - (1-1/N)^n),
    # that of rows of the first half n/2, and each changes by at most 1 with one draw: by McDiarmid
    # it is off by t or more with probability at most 2 exp(-2 t^2 / n) = 1e-11 at
    # t = sqrt(n ln(2e11) / 2). Six times two of them: 1.2e-10 together.
    for drawn in (draws.rows[0][0], draws.orders[0], *draws.rows[1]):
        n, different = len(drawn), len(set(drawn.tolist()))
        mean = count * (1 - (1 - 1 / count) ** n)
        reach = math.sqrt(n * math.log(2e11) / 2)
        if abs(int((drawn < count // 2).sum()) - n / 2) >= reach:
            fail(
                Text(
                    "Some batches come from a part of the rows only: every row must be drawn from "
                    "all of them.",
                    "Некоторые пакеты выбираются только из части строк: каждую строку нужно "
                    "выбирать из всех.",
                )
            )
        if abs(different - mean) >= reach:
            fail(
                Text(
                    f"Among {n} rows drawn out of {count} there are {different} different ones; "
                    "independent draws hardly ever give such a number.",
                    f"Среди {n} строк, выбранных из {count}, разных: {different}; при независимом "
                    "выборе такого почти не бывает.",
                ),
                hint=Text(
                    "Draw every index on its own, e.g. with torch.randint.",
                    "Выбирайте каждый индекс отдельно, например через torch.randint.",
                ),
            )
    # 400 draws out of 5 rows (80 calls). One row is drawn Binomial(400, 1/5) times; by Hoeffding
    # it misses its mean of 80 by t or more with probability at most 2 exp(-2 t^2 / 400), for five
    # rows together 1e-11 at t = sqrt(200 ln(1e12)) = 74.3: never (6 times or less).
    counts = torch.bincount(torch.cat(draws.orders[4:]), minlength=5)
    if bool(((counts - 80).abs() >= 74.4).any()):
        fail(
            Text(
                "With replacement some rows are (almost) never drawn.",
                "С возвращением некоторые строки (почти) никогда не выбираются.",
            ),
            hint=Text(
                "The upper end of torch.randint is exclusive.",
                "Верхняя граница torch.randint не включается.",
            ),
        )
    refuse_once_each(at_once)


def refuse_once_each(*orders):
    """Fail if all draws differ: 400 honest ones do with probability 400!/400^400 < 1e-171."""
    if any(len(set(order.tolist())) == len(order) for order in orders):
        fail(
            Text(
                "With replacement=True every sample still comes exactly once.",
                "При replacement=True каждый пример всё равно встречается ровно один раз.",
            )
        )


@check(
    "minibatches",
    points=1,
    title=Text(
        "the generator decides, x and y are left alone", "всё решает generator, x и y не меняются"
    ),
    hint=Text(
        "Pass generator= on to torch.randperm and torch.randint.",
        "Передавайте generator= дальше в torch.randperm и torch.randint.",
    ),
)
def test_generator(student, rng):
    seed = rng.seed()
    # The global random state is another one in every call. The last generators have the seed of the
    # first and have given some numbers already: their states are others.
    states = ((seed, 0), (seed, 0), (seed ^ 1, 0), (seed ^ 2, 0), (seed, 3), (seed, 5))
    cases = [
        {"count": 40, "batch_size": 8, "replacement": replacement, "seed": each, "used": used}
        for replacement in (False, True)
        for each, used in states
    ]
    draws = Draws(student, rng, *cases)
    assert_equal(
        draws.unchanged,
        True,
        text=Text("minibatches changes x or y.", "minibatches изменяет x или y."),
    )
    for first, again, *others in (draws.orders[: len(states)], draws.orders[len(states) :]):
        if not torch.equal(first, again):
            fail(
                Text(
                    "The same state of the generator gives different batches: is `generator` "
                    "passed on?",
                    "Одно и то же состояние generator даёт разные пакеты: передан ли он дальше?",
                )
            )
        # Other states: honest orders agree with probability 1/40! or 40^-40, below 1e-47. Those of
        # seeds of 31 bits that are drawn from the generator do with 2**-31, and so two must agree.
        alike = [torch.equal(first, different) for different in others]
        if all(alike[:2]) or all(alike[2:]):
            fail(
                Text(
                    "Generators in different states give the same batches.",
                    "Генераторы в разных состояниях дают одинаковые пакеты.",
                )
            )


def listed(sizes):
    return f"[{', '.join(map(str, sizes[:12]))}{', …' * (len(sizes) > 12)}]"


def batch_sizes(count, size):
    full, rest = divmod(count, size)
    return [size] * full + [rest] * bool(rest)
