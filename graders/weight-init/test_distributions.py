"""Hidden checks of `weight-init`: from what distribution each random initialiser draws.

A probe gives the weights of two layers, a wide and a tall one, so that fan-in and fan-out cannot
be mixed up unseen. Under the right law F the values U = F(W) are independent and uniform on
[0, 1]; everything below is a bound on the chance that such values look wrong. Each bound is an
inequality that holds for every sample size, no approximation, and each is used at the level ALARM:

* ends (uniform laws): no value among the top or bottom share g of the interval has the
  probability (1 - g)^N <= exp(-g N) = ALARM for g = ln(1/ALARM) / N;
* spread (normal laws): the sum of squares of N standard normal values is chi-squared; Laurent and
  Massart (2000, lemma 1): P(S >= N + 2 sqrt(N t) + 2 t) <= e^-t and
  P(S <= N - 2 sqrt(N t)) <= e^-t, with t = ln(1/ALARM);
* mean (normal laws): sqrt(N) times the mean is standard normal, P(|Z| >= s) <= 2 exp(-s^2 / 2);
* shape: Dvoretzky, Kiefer, Wolfowitz with Massart's constant (1990):
  P(sup |F_N - F| > e) <= 2 exp(-2 N e^2);
* tails (normal laws): the number X of |z| > 3.01 is binomial with p = 2 Phi(-3.01); Chernoff:
  P(X beyond k) <= exp(-N KL(k/N || p)) on either side;
* independence: V = 2 U - 1 is a matrix of independent values in [-1, 1] with mean 0. Contraction
  by a Rademacher matrix, which is at most sqrt(pi/2) of a Gaussian one, and Gordon's bound give
  E|V| <= sqrt(pi/2) (sqrt(m) + sqrt(n)) for the spectral norm. It is convex and 1-Lipschitz, so
  P(|V| >= E|V| + s) <= exp(-s^2 / 8) (Boucheron, Lugosi, Massart 2013, theorem 6.10). Repeated,
  sorted or summed rows have a norm of the order sqrt(m n / 3), about twice the bound;
* resolution: a float32 generator has at least 2^20 levels; the number of different values among
  N changes by at most 1 with each draw, so that falling from its mean, over N - N^2 / 2^21, to
  3/4 N has a probability below exp(-2 (N/4 - N^2/2^21)^2 / N) < e^-2800 (McDiarmid).

A run uses 4 bounds for each of 10 matrices with a uniform law (both ends, shape, independence) and
7 for each of 6 with a normal one (two of spread, mean, two of tails, shape, independence):
(40 + 42) * ALARM < 1e-10 in all.

Misses: a wrong law whose distribution function differs from the right one by D somewhere passes
`shape` with a probability of at most 2 exp(-2 N (D - e)^2). With N >= 90 * 280 = 25 200 the
threshold is e < 0.0238, and D >= 0.05 is missed with less than 1e-12. That holds for uniform
against normal of the same variance, D = 0.057, and for a factor of sqrt(2) in the spread, D = 0.08.
What is closer has other marks: a normal law cut at 2 or 3 std has empty tails where 66 values are
due; Kaiming's variance is 1.3 times that of Xavier for the wide layer, where `spread` allows 7 %,
and 3.7 times for the tall one; uniform laws are told by their ends to 0.2 %.
"""

import math
from dataclasses import dataclass

import torch

from zachetka.language import Text
from zachetka.pytest_plugin import Float, TupleOf, check, either_way, fail

ALARM = 1e-12
# Not 3: what is clamped at three deviations must not be taken for a tail.
TAIL = 3.01
# Rounding to float32 moves a bound by less than this share of it.
ROUNDING = 1e-6


def initialised(nb, *, task, name, shapes, start, companions):
    import torch

    if companions is not None:
        rules = torch.nn.init
        fills = {
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

    weights = []
    for outputs, inputs in shapes:
        layer = torch.nn.Linear(inputs, outputs)
        with torch.no_grad():
            # nn.Linear's own start is one of the laws: who changes nothing must be seen.
            layer.weight.fill_(start)
            layer.bias.fill_(start)
        getattr(nb, name)(layer)
        weights.append(layer.weight)
    return {f"{name}(layer): layer.weight": weights}


# --------------------------------------------------------------------------- laws


@dataclass(frozen=True)
class Uniform:
    """Uniform between two ends."""

    low: float
    high: float

    def share_below(self, w):
        """The distribution function."""
        return ((w - self.low) / (self.high - self.low)).clamp(0, 1)


@dataclass(frozen=True)
class Normal:
    """Normal with mean 0; `cut` throws away what is further out, in units of `std`."""

    std: float
    cut: float = math.inf

    def share_below(self, w):
        """The distribution function."""
        outside = float(torch.special.ndtr(torch.tensor(-self.cut, dtype=torch.float64)))
        share = torch.special.ndtr(w / self.std)
        return ((share - outside) / (1 - 2 * outside)).clamp(0, 1)


@dataclass(frozen=True)
class Positive:
    """The absolute value of a normal one."""

    std: float

    def share_below(self, w):
        """The distribution function."""
        return (2 * torch.special.ndtr(w / self.std) - 1).clamp(0, 1)


def symmetric(bound):
    return Uniform(-bound, bound)


# --------------------------------------------------------------------------- what can be wrong

NOT_FINITE = Text(
    "there is NaN or infinity among the weights", "среди весов есть NaN или бесконечность"
)
FEW_VALUES = Text(
    "many weights are exactly equal, up to the sign: each must be drawn anew, and none rounded",
    "много в точности одинаковых (до знака) весов: каждый надо разыграть заново и ничего не "
    "округлять",
)
OUTSIDE = Text(
    "some weights lie outside of the interval of the task",
    "часть весов лежит вне интервала из условия",
)
NARROW = Text(
    "the weights do not fill the interval of the task: they are spread too little",
    "веса не заполняют интервал из условия: разброс слишком мал",
)
TOO_LARGE = Text("the spread of the weights is too large", "разброс весов слишком велик")
TOO_SMALL = Text("the spread of the weights is too small", "разброс весов слишком мал")
OFF_CENTRE = Text("the mean of the weights is not zero", "среднее весов не равно нулю")
SHAPE = Text(
    "the weights have another distribution than that of the task",
    "распределение весов не то, что в условии",
)
TAILS = Text(
    "the weights have not the tails of a normal distribution: values far from zero are too rare "
    "or too frequent",
    "хвосты не как у нормального распределения: далёкие от нуля значения слишком редки или часты",
)
DEPENDENT = Text(
    "each single weight looks right, but they depend on each other: rows or columns are alike, "
    "or sorted",
    "каждый вес по отдельности похож на правду, но веса зависят друг от друга: строки или столбцы "
    "похожи либо отсортированы",
)


def problem(weight, law):
    """Say what tells a matrix from one drawn by the law; None if nothing does."""
    w = weight.double()
    reason = None
    if isinstance(law, Uniform):
        reason = wrong_ends(w, law)
    elif isinstance(law, Normal) and math.isinf(law.cut):
        reason = wrong_spread(w, law)
    allowed = math.sqrt(math.log(2 / ALARM) / (2 * w.numel()))
    if reason is None and max_distance(law.share_below(w)) > allowed:
        reason = SHAPE
    return reason


def wrong_ends(w, law):
    slack = ROUNDING * max(abs(law.low), abs(law.high))
    gap = (law.high - law.low) * math.log(1 / ALARM) / w.numel() + slack
    if w.min() < law.low - slack or w.max() > law.high + slack:
        return OUTSIDE
    if w.min() > law.low + gap or w.max() < law.high - gap:
        return NARROW
    return None


def wrong_spread(w, law):
    count, t = w.numel(), math.log(1 / ALARM)
    z = w / law.std
    squares = float(z.square().sum())
    if squares > count + 2 * math.sqrt(count * t) + 2 * t:
        return TOO_LARGE
    if squares < count - 2 * math.sqrt(count * t):
        return TOO_SMALL
    if abs(float(z.mean())) > math.sqrt(2 * math.log(2 / ALARM) / count):
        return OFF_CENTRE
    far = float((z.abs() > TAIL).double().mean())
    return TAILS if count * divergence(far, tail_share()) > t else None


def tail_share():
    return math.erfc(TAIL / math.sqrt(2))


def divergence(share, expected):
    """Kullback-Leibler divergence of two coins."""
    parts = ((share, expected), (1 - share, 1 - expected))
    return sum(a * math.log(a / b) for a, b in parts if a > 0)


def max_distance(shares):
    """Kolmogorov's distance of values from the uniform distribution on [0, 1]."""
    ordered = shares.flatten().sort().values
    steps = torch.arange(len(ordered) + 1, dtype=torch.float64) / len(ordered)
    return float(torch.maximum(steps[1:] - ordered, ordered - steps[:-1]).max())


def repeats(weight):
    """Whether a quarter of the values repeat others; signs do not make a difference."""
    return len(weight.abs().unique()) < 0.75 * weight.numel()


def dependent(weight, law):
    """Whether the spectral norm is far from that of independent values."""
    rows, columns = sorted(weight.shape)
    v = 2 * law.share_below(weight.double()) - 1
    v = v if v.shape[0] == rows else v.T
    norm = math.sqrt(float(torch.linalg.eigvalsh(v @ v.T)[-1]))
    usual = math.sqrt(math.pi / 2) * (math.sqrt(rows) + math.sqrt(columns))
    return norm > usual + math.sqrt(8 * math.log(1 / ALARM))


# --------------------------------------------------------------------------- known mistakes

FAN_OUT = Text("fan_out is used where fan_in belongs", "вместо fan_in взят fan_out")
LARGER_FAN = Text("the larger of the two fans is used", "взят больший из fan_in и fan_out")
SMALLER_FAN = Text("the smaller of the two fans is used", "взят меньший из fan_in и fan_out")
UNTOUCHED = Text("the weights are not changed at all", "веса вообще не изменились")
CONSTANT = Text("all weights have one value", "все веса равны одному числу")

ONE_SIDED = Text(
    "the weights lie between zero and the right end: U[0, a) in place of U[-a, a)",
    "веса лежат между нулём и правым концом: U[0, a) вместо U[-a, a)",
)
NO_ROOT = Text("the square root is missing", "пропущен квадратный корень")
ROOT_TWICE = Text("the square root is taken twice", "квадратный корень взят дважды")
STD_AS_BOUND = Text(
    "the standard deviation is used as the end of the interval; a uniform distribution on "
    "(-a, a) has the deviation a/sqrt(3)",
    "стандартное отклонение взято концом интервала; у равномерного распределения на (-a, a) "
    "отклонение равно a/sqrt(3)",
)
BOUND_AS_STD = Text(
    "the end of the interval of the uniform rule is used as the standard deviation",
    "конец интервала из равномерного правила взят стандартным отклонением",
)
VARIANCE_AS_STD = Text(
    "the variance is given in place of the standard deviation: N(0, s^2) names the variance, "
    "torch asks for s",
    "дисперсия передана вместо стандартного отклонения: в записи N(0, s^2) стоит дисперсия, а "
    "torch ждёт s",
)
NORMAL_FOR_UNIFORM = Text(
    "the weights are normal, but must be uniform", "веса нормальные, а должны быть равномерными"
)
UNIFORM_FOR_NORMAL = Text(
    "the spread is right, but the weights are uniform and must be normal",
    "разброс верный, но веса равномерные, а должны быть нормальными",
)
TRUNCATED = Text(
    "the normal distribution is truncated: values far from zero are missing",
    "нормальное распределение обрезано: нет далёких от нуля значений",
)
ALL_POSITIVE = Text("all weights are positive", "все веса положительны")
UNSCALED = Text(
    "the spread does not depend on the sizes of the layer",
    "разброс не зависит от размеров слоя",
)
HALF_VARIANCE = Text(
    "the variance is half of what it must be: a factor of 2 is missing",
    "дисперсия вдвое меньше нужной: потерян множитель 2",
)
DOUBLE_VARIANCE = Text(
    "the variance is twice what it must be: there is a factor of 2 too many",
    "дисперсия вдвое больше нужной: лишний множитель 2",
)
GAIN_NOT_IN_ROOT = Text(
    "the factor stands outside of the square root, or is squared",
    "множитель стоит вне квадратного корня или возведён в квадрат",
)
ONE_FAN = Text(
    "only one of fan_in and fan_out is used; the rule of Xavier takes both",
    "взято только одно из fan_in и fan_out, а в правило Xavier входят оба",
)
OTHER_FAN = Text(
    "only fan_out is used; the rule of Xavier takes both fans",
    "взято только fan_out, а в правило Xavier входят оба",
)
PRODUCT = Text(
    "fan_in and fan_out are multiplied; the rule takes their sum",
    "fan_in и fan_out перемножены, а в правиле стоит их сумма",
)
BOTH_FANS = Text(
    "both fan_in and fan_out are used; this rule takes one of them only",
    "взяты и fan_in, и fan_out, а в это правило входит только одно из них",
)
TORCH_DEFAULT = Text(
    "these are the weights that nn.Linear starts with",
    "это веса, с которыми создаётся nn.Linear",
)
WIDE_INTERVAL = Text("the interval is twice too long", "интервал вдвое длиннее нужного")
SHORT_INTERVAL = Text("the interval is twice too short", "интервал вдвое короче нужного")
NOT_CENTRED = Text(
    "the interval starts at zero; it must lie around zero",
    "интервал начинается с нуля, а должен лежать вокруг нуля",
)
CENTRED = Text(
    "the interval lies around zero; it must start at zero",
    "интервал лежит вокруг нуля, а должен начинаться с нуля",
)
UNIFORM_OF_STD = Text(
    "the interval is that of a uniform distribution with deviation 1",
    "интервал взят от равномерного распределения с отклонением 1",
)
LEFT_HALF = Text("the right half of the interval is missing", "нет правой половины интервала")
VARIANCE_OF_NORMAL = Text(
    "the variance is made 1/n; here 1/n is the square of the end of the interval",
    "дисперсия сделана равной 1/n, а здесь 1/n — квадрат конца интервала",
)
MIRRORED = Text("all weights are negative", "все веса отрицательны")


def uniform_mistakes(law):
    """What may stand in place of the U(-a, a) with a = law(n, m)."""
    return {
        FAN_OUT: lambda n, m: symmetric(law(m, n)),
        LARGER_FAN: lambda n, m: symmetric(law(max(n, m), min(n, m))),
        SMALLER_FAN: lambda n, m: symmetric(law(min(n, m), max(n, m))),
        ONE_SIDED: lambda n, m: Uniform(0.0, law(n, m)),
        NO_ROOT: lambda n, m: symmetric(law(n, m) ** 2),
        ROOT_TWICE: lambda n, m: symmetric(math.sqrt(law(n, m))),
        HALF_VARIANCE: lambda n, m: symmetric(law(n, m) / math.sqrt(2)),
        DOUBLE_VARIANCE: lambda n, m: symmetric(law(n, m) * math.sqrt(2)),
        STD_AS_BOUND: lambda n, m: symmetric(law(n, m) / math.sqrt(3)),
        WIDE_INTERVAL: lambda n, m: symmetric(2 * law(n, m)),
        SHORT_INTERVAL: lambda n, m: symmetric(law(n, m) / 2),
        VARIANCE_AS_STD: lambda n, m: symmetric(law(n, m) ** 2 / 3),
        NORMAL_FOR_UNIFORM: lambda n, m: Normal(law(n, m) / math.sqrt(3)),
        BOUND_AS_STD: lambda n, m: Normal(law(n, m)),
    }


def normal_mistakes(law):
    """What may stand in place of the N(0, s^2) with s = law(n, m)."""
    return {
        FAN_OUT: lambda n, m: Normal(law(m, n)),
        LARGER_FAN: lambda n, m: Normal(law(max(n, m), min(n, m))),
        SMALLER_FAN: lambda n, m: Normal(law(min(n, m), max(n, m))),
        VARIANCE_AS_STD: lambda n, m: Normal(law(n, m) ** 2),
        ROOT_TWICE: lambda n, m: Normal(math.sqrt(law(n, m))),
        HALF_VARIANCE: lambda n, m: Normal(law(n, m) / math.sqrt(2)),
        DOUBLE_VARIANCE: lambda n, m: Normal(law(n, m) * math.sqrt(2)),
        GAIN_NOT_IN_ROOT: lambda n, m: Normal(law(n, m) * 2),
        BOUND_AS_STD: lambda n, m: Normal(law(n, m) * math.sqrt(3)),
        UNIFORM_FOR_NORMAL: lambda n, m: symmetric(law(n, m) * math.sqrt(3)),
        STD_AS_BOUND: lambda n, m: symmetric(law(n, m)),
        TRUNCATED: lambda n, m: Normal(law(n, m), 2.0),
        ALL_POSITIVE: lambda n, m: Positive(law(n, m)),
        UNSCALED: lambda *_: Normal(1.0),
    }


# --------------------------------------------------------------------------- the checks


def general(n, _):
    """1/sqrt(fan_in): the end of the general rule, and the deviation of the normal one."""
    return 1 / math.sqrt(n)


def xavier_end(n, m):
    return math.sqrt(6 / (n + m))


def xavier_std(n, m):
    return math.sqrt(2 / (n + m))


def kaiming_end(n, _):
    return math.sqrt(6 / n)


def kaiming_std(n, _):
    return math.sqrt(2 / n)


def flipped(law):
    return lambda n, m: law(m, n)


def ends(end):
    return lambda n, m: symmetric(end(n, m))


def deviations(std):
    return lambda n, m: Normal(std(n, m))


ANY_SIZE = {
    CENTRED: lambda *_: symmetric(0.5),
    NOT_CENTRED: lambda *_: Uniform(0.0, 1.0),
    WIDE_INTERVAL: lambda *_: symmetric(1.0),
    MIRRORED: lambda *_: Uniform(-1.0, 0.0),
    SHORT_INTERVAL: lambda *_: symmetric(0.25),
    ONE_SIDED: lambda *_: Uniform(0.0, 0.5),
    LEFT_HALF: lambda *_: Uniform(-0.5, 0.0),
    UNIFORM_OF_STD: lambda *_: symmetric(math.sqrt(3)),
    NORMAL_FOR_UNIFORM: lambda *_: Normal(1.0),
}
DEFAULT = {TORCH_DEFAULT: ends(general)}


def distribution_check(task, points, name, law, mistakes):
    """Make the check of one initialiser.

    `law(n, m)` is the distribution for fan-in n and fan-out m; `mistakes` are laws that have a
    name, in the order in which they are tried.
    """

    @check(
        task,
        points=points,
        title=Text(f"{name}: the distribution of the weights", f"{name}: распределение весов"),
    )
    def test(student, rng):
        few, many = rng.integers(90, 110), rng.integers(280, 330)
        start = rng.choice([2.5, -3.25, 4.75])
        shapes = [(few, many), (many - 7, few + 5)]
        key = f"{name}(layer): layer.weight"

        def judge(repaired):
            weights = student.run(
                initialised,
                task=TASKS[task],
                name=name,
                shapes=shapes,
                start=start,
                companions=student.defined_above(name) if repaired else None,
                returns={key: TupleOf(*(Float(*shape) for shape in shapes))},
            )[key]
            reason = first_problem(weights, law)
            if reason is None:
                return
            if all(bool((weight == start).all()) for weight in weights):
                reason = UNTOUCHED
            elif all(bool((weight == weight[0, 0]).all()) for weight in weights):
                reason = CONSTANT
            elif reason is not FEW_VALUES:
                named = (text for text, other in mistakes.items() if fits(weights, other))
                reason = next(named, reason)
            fail(Text(f"`{name}`: {reason.en}", f"`{name}`: {reason.ru}"))

        either_way(judge)

    return test


TASKS = {
    "init_uniform_centered": ("init_uniform_", "init_centered_"),
    "init_general_normal": ("init_general_rule_", "init_normal_"),
    "init_xavier": ("init_xavier_uniform_", "init_xavier_normal_"),
    "init_kaiming": ("init_kaiming_uniform_", "init_kaiming_normal_"),
}


def fits(weights, law):
    return first_problem(weights, law) is None


def first_problem(weights, law):
    """Say what tells the matrices from those of the law; None if nothing does."""
    for weight in weights:
        if not bool(weight.isfinite().all()):
            return NOT_FINITE
        if repeats(weight):
            return FEW_VALUES
    for weight in weights:
        outputs, inputs = weight.shape
        reason = problem(weight, law(inputs, outputs))
        if reason:
            return reason
    if any(dependent(weight, law(*reversed(weight.shape))) for weight in weights):
        return DEPENDENT
    return None


test_uniform_distribution = distribution_check(
    "init_uniform_centered", 1.5, "init_uniform_", lambda *_: Uniform(0.0, 1.0), ANY_SIZE | DEFAULT
)
test_centered_distribution = distribution_check(
    "init_uniform_centered", 1.5, "init_centered_", lambda *_: symmetric(0.5), ANY_SIZE | DEFAULT
)
test_general_rule_distribution = distribution_check(
    "init_general_normal",
    3,
    "init_general_rule_",
    ends(general),
    {VARIANCE_OF_NORMAL: lambda n, _: symmetric(math.sqrt(3 / n))} | uniform_mistakes(general),
)
test_normal_distribution = distribution_check(
    "init_general_normal",
    3,
    "init_normal_",
    deviations(general),
    normal_mistakes(general) | DEFAULT,
)
test_xavier_uniform_distribution = distribution_check(
    "init_xavier",
    4.5,
    "init_xavier_uniform_",
    ends(xavier_end),
    {ONE_FAN: ends(kaiming_end), OTHER_FAN: ends(flipped(kaiming_end))}
    | {PRODUCT: lambda n, m: symmetric(math.sqrt(6 / (n * m)))}
    | uniform_mistakes(xavier_end)
    | DEFAULT,
)
test_xavier_normal_distribution = distribution_check(
    "init_xavier",
    4.5,
    "init_xavier_normal_",
    deviations(xavier_std),
    {ONE_FAN: deviations(kaiming_std), OTHER_FAN: deviations(flipped(kaiming_std))}
    | {PRODUCT: lambda n, m: Normal(math.sqrt(2 / (n * m)))}
    | normal_mistakes(xavier_std)
    | DEFAULT,
)
test_kaiming_uniform_distribution = distribution_check(
    "init_kaiming",
    4.5,
    "init_kaiming_uniform_",
    ends(kaiming_end),
    {TORCH_DEFAULT: ends(general), BOTH_FANS: ends(xavier_end)} | uniform_mistakes(kaiming_end),
)
test_kaiming_normal_distribution = distribution_check(
    "init_kaiming",
    4.5,
    "init_kaiming_normal_",
    deviations(kaiming_std),
    {BOTH_FANS: deviations(xavier_std)} | normal_mistakes(kaiming_std) | DEFAULT,
)
