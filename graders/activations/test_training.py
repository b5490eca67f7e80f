"""Hidden checks of `train_with_activation` of the assignment `activations`.

Loss, optimizer, initial weights and batches are the student's choice. What is asked is what every
choice must give: a network 2-32-32-1 that depends on x through `activation_cls` only, separates
fresh moons, and is the same for the same seed.

A network may give logits (the border is 0) or probabilities (the border is 0.5): the better of
the two counts.
"""

import torch

from zachetka.errors import StudentFault
from zachetka.language import Text
from zachetka.pytest_plugin import (
    AnyOf,
    Float,
    Integer,
    ListOf,
    Str,
    Unvalidated,
    check,
    fail,
    is_close,
)
from zachetka.pytest_plugin.specs import validate

# --------------------------------------------------------------------------- the probe


def networks(nb, *, runs, x, y, points):
    import contextlib
    import random
    import sys
    import types

    import numpy as np
    import torch

    class Bend(torch.nn.Module):
        elements = 0
        silent = False

        def forward(self, z):
            Bend.elements += z.numel()
            return z * 0 if Bend.silent else torch.nn.functional.leaky_relu(z, 0.05)

    # Found by its name, as a student's own class is: a network with it may be saved whole.
    Bend.__qualname__ = "Bend"
    sys.modules[Bend.__module__] = types.ModuleType(Bend.__module__)
    sys.modules[Bend.__module__].Bend = Bend

    classes = {
        "relu": torch.nn.ReLU,
        "sigmoid": torch.nn.Sigmoid,
        "identity": torch.nn.Identity,
        "bend": Bend,
    }
    given = nb.train_with_activation
    if not callable(given):
        return [{"kind": "value"}]
    if isinstance(given, type):
        return [{"kind": "class"}]
    found = []
    for activation, arguments, disturbance in runs:
        if disturbance is not None:
            torch.manual_seed(disturbance)
            np.random.seed(disturbance)  # noqa: NPY002 - the state that notebooks use
            random.seed(disturbance)
        model = given(classes[activation], x.clone(), y.clone(), **arguments)
        if not isinstance(model, torch.nn.Module):
            found.append({"kind": f"returned {type(model).__name__}"})
            continue
        # A network may have a method `train` of its own, with other arguments.
        with contextlib.suppress(Exception):
            model.eval()
        with torch.no_grad():
            out = model(points)
            # Of a single point: vmap hides how many there are.
            Bend.elements = 0
            single = model(points[:1])
            elements = Bend.elements
            Bend.silent = True
            silenced = model(points)
            Bend.silent = False
        slopes = None
        if activation == "identity":
            leaf = points.clone().requires_grad_()
            again = model(leaf)
            if isinstance(again, torch.Tensor) and again.requires_grad:
                (slopes,) = torch.autograd.grad(again.sum(), leaf, allow_unused=True)
        found.append(
            {
                "kind": "network",
                "out": out,
                "single": single,
                "silenced": silenced,
                "slopes": slopes,
                "elements": elements,
                "shapes": [list(p.shape) for p in model.parameters()][:200],
            }
        )
    return found


NETWORK = {
    "kind": Str(),
    "out": Unvalidated(),
    "single": Unvalidated(),
    "silenced": Unvalidated(),
    "slopes": Unvalidated(),
    "elements": Integer(),
    "shapes": ListOf(ListOf(Integer())),
}


def ask(student, runs, x, y, points):
    """Train networks for (activation, arguments, disturbance) and give what they say of points."""
    found = student.run(
        networks,
        runs=[list(run) for run in runs],
        x=x,
        y=y,
        points=points,
        # A second of work; the first step of an optimizer loads a thousand modules besides.
        timeout_s=60,
        returns=ListOf(Unvalidated()),
    )
    for each in found:
        if isinstance(each, dict) and isinstance(each.get("kind"), str):
            refuse_kind(each["kind"])
    found = validate(ListOf(Unvalidated(), len(runs)), found, "train_with_activation(...)")
    checked = [validate(NETWORK, each, "train_with_activation(...)") for each in found]
    for each in checked:
        # That the output is (N, 1) and not (N,) is asked once, in `network`.
        for key in ("out", "silenced"):
            each[key] = validate(
                AnyOf(Float(len(points), 1), Float(len(points))),
                each[key],
                "train_with_activation(...)(x)",
            ).reshape(-1, 1)
    return checked


def refuse_kind(kind):
    """Fail the check with a sentence if no network came back."""
    if kind in {"value", "class"}:
        fail(
            Text(
                "`train_with_activation` must be a function: is the name used again further down?",
                "`train_with_activation` должна быть функцией: не занято ли имя чем-то другим?",
            ),
            cause="wrong_type",
        )
    if kind != "network":
        what = kind.rpartition(" ")[2]
        what = what if what.isidentifier() else "?"
        fail(
            Text(
                f"train_with_activation must return the network, an nn.Module; it returned {what}.",
                f"train_with_activation должна вернуть сеть, nn.Module, а вернула {what}.",
            ),
            hint=Text(
                "The last line of the function: `return model`.",
                "Последняя строка функции: `return model`.",
            ),
            cause="wrong_type",
        )


# --------------------------------------------------------------------------- what is measured


def accuracy(out, y):
    """The share of points on the right side of 0, or of 0.5 if that is better."""
    scores = out.double().flatten()
    return max(float((((scores - border) * y) > 0).double().mean()) for border in (0.0, 0.5))


# Noise and number of the moons are the grader's choice: close together in shape, far apart in
# noise, so that what learns at all separates them, and few, so that small batches are no long work.
NOISE = 0.05
TRAINED_ON = 200
FRESH = 1000

# Trainings of the checks that ask for no result are short, but not so short that a line of progress
# for every tenth part of all epochs divides by zero.
SHORT = 20


def moons(rng, count):
    return rng.moons(count, noise=NOISE)


def tried(student, rng, activation, judge):
    """Train up to six times, on other moons and from other seeds; one success is enough.

    False alarms: 267 ordinary trainings with ReLU (gradient descent, momentum, Adam, RMSprop,
    Adagrad, batches of 16 and 50; logistic, hinge, Huber and squared losses with steps that do not
    diverge; several initial weights) were right on at least 99% of fresh points, and 247 with a
    sigmoid on at least 83%. Scores spread out by 0.49 and more, those of an untrained network by
    0.01. None of 247 means, with 95% confidence, that less than 1.3% of trainings miss what is
    asked, and 0.013**6 < 1e-11 is for six that share neither data nor seed.
    """
    first = None
    for attempt in range(6):
        arguments = {"seed": rng.integers(1, 1000)} if attempt else {}
        x, y = moons(rng, TRAINED_ON)
        fresh, sides = moons(rng, FRESH)
        # The moons are named the other way round than by scikit-learn: what was trained on moons of
        # its own instead of on x and y shows.
        (got,) = ask(student, [(activation, arguments, None)], x, -y, fresh)
        try:
            return judge(got["out"], -sides)
        except StudentFault as fault:
            first = first or fault
    raise first


def same(a, b):
    return is_close(a, b, rtol=1e-4, atol=1e-6)


# --------------------------------------------------------------------------- the checks


@check(
    "train_with_activation",
    points=3,
    title=Text("a network 2-32-32-1 comes back", "возвращается сеть 2-32-32-1"),
    hint=Text("Three nn.Linear: 2 to 32, 32 to 32, 32 to 1.", "Три nn.Linear: 2→32, 32→32, 32→1."),
)
def test_network(student, rng):
    x, y = moons(rng, TRAINED_ON)
    (got,) = ask(student, [("relu", {"epochs": SHORT}, None)], x, y, rng.normal(7, 2))
    validate(Float(1, 1), got["single"], "train_with_activation(...)(x), x: (1, 2)")
    # A weight may be stored transposed, the last one as a vector, a bias as a row.
    left = [sorted(extent for extent in shape if extent != 1) for shape in got["shapes"]]
    matrices = [2, 32], [32, 32], [32]
    # A bias may be one more column of its weight; then all three are.
    augmented = [3, 32], [32, 33], [33]
    enough = True
    for wanted in augmented if all(shape in left for shape in augmented) else matrices:
        if wanted in left:
            left.remove(wanted)
        else:
            enough = False
    if not enough or any(shape not in ([], [32]) for shape in left):
        shapes = [shape for shape in got["shapes"] if len(shape) > 1][:6]
        listed = ", ".join(f"({', '.join(map(str, shape))})" for shape in shapes) or "—"
        fail(
            Text(
                "The network must have three weight matrices, 2 to 32, 32 to 32 and 32 to 1; the "
                f"matrices in model.parameters() are {listed}.",
                "У сети должно быть три матрицы весов: 2→32, 32→32 и 32→1; в model.parameters() "
                f"есть матрицы {listed}.",
            )
        )


RIGHT_UNITS = 64


def hidden_units(shapes):
    """Count the hidden units of a chain of matrices: of which size they are is asked elsewhere."""
    # Without the biases and the last layer; whoever writes from the end names the last one first.
    matrices = [shape for shape in shapes if len(shape) == 2 and 1 not in shape]
    for chain in (matrices, matrices[::-1]):
        widths = [2]
        for shape in chain:
            if widths[-1] in shape:
                widths.append(shape[0] if shape[1] == widths[-1] else shape[1])
        if len(widths) == 1 + len(chain) > 1:
            return sum(widths[1:])
    return RIGHT_UNITS


@check(
    "train_with_activation",
    points=4,
    title=Text(
        "activation_cls stands after each hidden layer",
        "activation_cls после каждого скрытого слоя",
    ),
    hint=Text(
        "Make the activation by activation_cls() and apply it after both hidden layers, not after "
        "the last one.",
        "Создайте активацию вызовом activation_cls() и примените её после обоих скрытых слоёв, но "
        "не после последнего.",
    ),
)
def test_activation(student, rng):
    x, y = moons(rng, TRAINED_ON)
    points = rng.normal(9, 2)
    (got,) = ask(student, [("bend", {"epochs": SHORT}, None)], x, y, points)
    silenced, units, wanted = got["silenced"], got["elements"], hidden_units(got["shapes"])
    if not is_close(silenced, silenced[:1].expand(9, 1)) or units == 0:
        fail(
            Text(
                "The network does not depend on activation_cls, or not on it alone: with an "
                "activation that always gives 0, its output still follows x.",
                "Сеть не зависит от activation_cls или зависит не только от неё: с активацией, "
                "которая всегда даёт 0, её выход всё равно следует за x.",
            )
        )
    sentences = {
        32: Text(
            "The activation stands after one hidden layer only; there are two.",
            "Активация стоит после одного скрытого слоя, а их два.",
        ),
        65: Text(
            "The activation is applied after the last layer, too; nothing follows that one.",
            "Активация применяется и после последнего слоя, а после него ничего не должно быть.",
        ),
        33: Text(
            "The activation stands after one hidden layer and after the last one.",
            "Активация стоит после одного скрытого слоя и после последнего.",
        ),
    }
    if units != wanted:
        other = Text(
            f"For each point the activation is applied to {units} numbers; the hidden layers have "
            f"{wanted}.",
            f"На каждую точку активация применяется к {units} числам, а в скрытых слоях их "
            f"{wanted}.",
        )
        fail(sentences.get(units, other) if wanted == RIGHT_UNITS else other)


@check(
    "train_with_activation",
    points=6,
    title=Text("with ReLU fresh moons are separated", "с ReLU новые луны разделены"),
    hint=Text(
        "Does the loss fall? Scores (N, 1) against targets (N,) give (N, N); gradients must "
        "be cleared before each backward.",
        "Падает ли loss? Оценки (N, 1) и ответы (N,) растягиваются до (N, N); градиенты нужно "
        "обнулять перед каждым backward.",
    ),
)
def test_relu_separates(student, rng):
    tried(student, rng, "relu", judge_relu)


DIVERGED = Text(
    "The trained network gives NaN or infinity: the training has diverged.",
    "Обученная сеть даёт NaN или бесконечность: обучение разошлось.",
)
NAMED_WRONG = Text(
    "The network tells the moons apart, but names them the wrong way round: is it trained on x and "
    "y as they were given?",
    "Сеть различает луны, но называет их наоборот: учится ли она на данных x и y?",
)


def judge_relu(out, sides):
    share = accuracy(out, sides)
    if share >= 0.97:
        return
    if not out.isfinite().all():
        text = DIVERGED
    elif accuracy(out, -sides) >= 0.9:
        text = NAMED_WRONG
    elif float(out.double().std()) < 0.02:
        text = Text(
            "The network gives all points nearly the same score: it has not learned anything.",
            "Сеть даёт всем точкам почти одинаковую оценку: она ничему не научилась.",
        )
    elif accuracy(out - out.median(), sides) >= 0.9:
        text = Text(
            "The scores of the two moons differ, but the border between them is neither 0 nor 0.5.",
            "Оценки двух лун различаются, но граница между ними — не 0 и не 0.5.",
        )
    else:
        text = Text(
            f"With ReLU and the default arguments {share:.0%} of fresh points are on the right "
            "side; 97% are wanted.",
            f"С ReLU и аргументами по умолчанию верно разделены {share:.0%} новых точек, а нужно "
            "97%.",
        )
    fail(text)


@check(
    "train_with_activation",
    points=3,
    title=Text("with sigmoid it learns", "с сигмоидой сеть учится"),
    hint=Text(
        "Sigmoid learns slowly, but it does: nothing else than activation_cls may change.",
        "С сигмоидой сеть учится медленно, но учится: меняться должна только activation_cls.",
    ),
)
def test_sigmoid_learns(student, rng):
    tried(student, rng, "sigmoid", judge_sigmoid)


def judge_sigmoid(out, sides):
    # A straight line is right on more than four fifths; a network that has just begun is as good.
    # A border may lie well by luck, but not before training has driven the scores apart.
    if accuracy(out, sides) >= 0.7 and float(out.double().std()) >= LEARNT_SPREAD:
        return
    if not out.isfinite().all():
        text = DIVERGED
    elif accuracy(out, -sides) >= 0.7 and float(out.double().std()) >= LEARNT_SPREAD:
        text = NAMED_WRONG
    else:
        text = Text(
            "With nn.Sigmoid the trained network does no better than guessing.",
            "С nn.Sigmoid обученная сеть не лучше угадывания.",
        )
    fail(text)


LEARNT_SPREAD = 0.1


@check(
    "train_with_activation",
    points=2,
    title=Text("with nn.Identity it is a straight line", "с nn.Identity это прямая линия"),
    hint=Text(
        "There is an activation in the network that does not come from activation_cls.",
        "В сети есть активация, которая взята не из activation_cls.",
    ),
)
def test_identity_is_a_line(student, rng):
    x, y = moons(rng, TRAINED_ON)
    points = rng.uniform(40, 2, low=-2.0, high=3.0)
    (got,) = ask(student, [("identity", {"epochs": SHORT}, None)], x, y, points)
    if not is_function_of_a_line(got, points):
        fail(
            Text(
                "With nn.Identity the network's border is no straight line: it bends somewhere "
                "else.",
                "С nn.Identity граница сети — не прямая: сеть изгибается где-то ещё.",
            )
        )


def is_function_of_a_line(got, points):
    """Say whether the output depends on one weighted sum of the coordinates alone.

    No chance is involved, and no training: then and only then all gradients are parallel, also
    behind a last sigmoid or tanh, and every border is a straight line. What has no gradient must
    be linear itself, or be so before such a last function.
    """
    out = got["out"].double()
    if got["slopes"] is not None:
        slopes = validate(Float(len(points), 2), got["slopes"], "gradient of model(x)").double()
        sizes = slopes.norm(dim=1)
        if not sizes.isfinite().all():
            return True  # the training has diverged; that is asked elsewhere
        strong = slopes[sizes > 1e-6 * sizes.max()]
        if len(strong) < 3:
            return True  # a last sigmoid is flat nearly everywhere
        directions = strong / strong.norm(dim=1, keepdim=True)
        crossed = directions[:, 0] * directions[:1, 1] - directions[:, 1] * directions[:1, 0]
        return bool((crossed.abs() < 1e-3).all())
    columns = torch.cat([points.double(), torch.ones(len(points), 1).double()], dim=1)
    for before in (out, torch.logit(out), torch.atanh(out)):
        if before.isfinite().all():
            best = columns @ torch.linalg.lstsq(columns, before).solution
            if is_close(best, before, rtol=1e-3, atol=1e-4):
                return True
    return False


@check(
    "train_with_activation",
    points=2,
    title=Text("the same seed gives the same network", "одинаковый seed даёт одинаковую сеть"),
    hint=Text(
        "Set the seed inside the function, before the layers are made, and shuffle with it, too.",
        "Задавайте seed внутри функции, до создания слоёв; перемешивание тоже должно от него "
        "зависеть.",
    ),
)
def test_same_seed(student, rng):
    x, y = moons(rng, TRAINED_ON)
    seeds = [0, 1 + rng.integers(0, 1000)] * 2
    runs = [("bend", {"epochs": SHORT, "seed": seed}, rng.seed()) for seed in seeds]
    first, other, again, other_again = ask(student, runs, x, y, rng.normal(12, 2, std=2.0))
    pairs = ((first, again), (other, other_again))
    if not all(same(a["out"], b["out"]) for a, b in pairs):
        fail(
            Text(
                "Two calls with the same seed give two different networks: something depends on "
                "the global random state.",
                "Два вызова с одним seed дают разные сети: что-то зависит от глобального состояния "
                "генератора.",
            )
        )


@check(
    "train_with_activation",
    points=2,
    title=Text(
        "epochs, learning_rate and seed are used", "epochs, learning_rate и seed используются"
    ),
)
def test_arguments(student, rng):
    x, y = moons(rng, TRAINED_ON)
    # A quarter of the sides is wrong: no loss, not even a hinge, gets to 0, where training would
    # stand still whatever its arguments, and no network is so sure of all points that its
    # outputs are all at the end of a sigmoid. In 12 trainings each of four that come close, at
    # most 1% of these 200 points looked alike; all of them must.
    noisy = y.clone()
    noisy[::4] *= -1
    seed = 1 + rng.integers(0, 1000)
    unused = arguments_without_effect(student, x, noisy, {}, seed)
    if unused:
        # Who keeps the network that does best on points held back soon finds it where sides are
        # wrong, and never again. Where they are right and steps are small, training goes on.
        again = arguments_without_effect(student, x, y, {"learning_rate": 0.1}, seed)
        unused = [name for name in unused if name in again]
    if unused:
        fail(
            Text(
                f"Another value of `{unused[0]}` gives the same network: it is not used.",
                f"При другом значении `{unused[0]}` сеть получается той же: оно не используется.",
            )
        )


def arguments_without_effect(student, x, y, usual, seed):
    """Name the arguments of which another value gives the same network."""
    others = {"epochs": 2 * SHORT, "learning_rate": 0.05, "seed": seed}
    usual = {"epochs": SHORT, **usual}
    runs = [usual, *({**usual, name: value} for name, value in others.items())]
    # Not ReLU: a network whose units are all dead is the same after any training. The random
    # numbers start alike, so that nothing but the argument makes a difference.
    first, *rest = ask(student, [("bend", run, 5) for run in runs], x, y, x)
    if not first["out"].isfinite().all():
        return []
    return [name for name, got in zip(others, rest, strict=True) if same(first["out"], got["out"])]
