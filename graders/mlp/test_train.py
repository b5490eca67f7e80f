"""Hidden checks of the task `train`."""

import itertools
import math

import torch

from zachetka.errors import StudentFault
from zachetka.language import Text
from zachetka.pytest_plugin import (
    Float,
    Integer,
    ListOf,
    Nothing,
    Number,
    assert_close,
    check,
    fail,
    is_close,
)


def trained(  # noqa: C901 - a probe travels alone and holds all it needs
    nb,
    *,
    weights,
    x,
    y,
    loss,
    epochs,
    batch_size,
    learning_rate,
    seed,
    global_seed,
    repaired,
    with_history,
):
    import random

    import numpy as np
    import torch

    torch.manual_seed(global_seed)
    np.random.seed(global_seed % 2**32)  # noqa: NPY002
    random.seed(global_seed)

    def sgd_step(parameters, learning_rate):
        with torch.no_grad():
            for parameter in parameters:
                if parameter.grad is not None:
                    parameter.sub_(learning_rate * parameter.grad)

    def minibatches(x, y, batch_size, *, replacement=False, generator=None):
        if replacement:
            order = torch.randint(len(x), (len(x),), generator=generator)
        else:
            order = torch.randperm(len(x), generator=generator)
        return [(x[rows], y[rows]) for rows in order.split(batch_size)]

    if repaired:
        nb.sgd_step = sgd_step
        nb.minibatches = minibatches

    layers = []
    for weight, bias in weights:
        layer = torch.nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)
        layers += [layer, torch.nn.Tanh()]
    network = torch.nn.Sequential(*layers[:-1])
    records = []

    def state():
        return torch.cat([p.detach().flatten() for p in network.parameters()])

    def loss_fn(model, xb, yb):
        scores, targets = model(xb).reshape(-1), yb.reshape(-1)
        if loss == "hinge":
            value = (1 - targets * scores).clamp(min=0).mean()
        else:
            value = (scores - targets).square().mean()
        # Only losses that go backward count: who also looks at others does nothing wrong.
        if value.requires_grad:
            record = (xb.detach().clone(), targets.detach().clone(), state())
            value.register_hook(lambda _: records.append(record))
        return value

    # Where one batch holds everything, no generator is needed and none is given.
    drawn = {"generator": torch.Generator().manual_seed(seed)} if batch_size < len(x) else {}
    history = nb.train(
        network,
        x,
        y,
        loss_fn=loss_fn,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        **drawn,
    )
    return {
        # A wrong history costs the check that asks for it and no other.
        "train(...)": history if with_history else None,
        "final": state(),
        "sizes": [len(targets) for _, targets, _ in records],
        "x": torch.cat([xb for xb, _, _ in records] or [x[:0]]),
        "y": torch.cat([targets for _, targets, _ in records] or [y[:0]]),
        "states": torch.stack([start for _, _, start in records] or [state()]),
    }


class Case:
    """One call of `train`: what goes in, and the arithmetic of what must come out."""

    def __init__(self, rng, *, x, y, hidden, loss, epochs, batch_size, learning_rate):
        self.x, self.y, self.loss = x, y, loss
        self.epochs, self.batch_size, self.rate = epochs, batch_size, learning_rate
        widths = [x.shape[1], *hidden, 1]
        self.weights = [
            (rng.normal(b, a, std=1 / math.sqrt(a)), rng.normal(b, std=0.3))
            for a, b in itertools.pairwise(widths)
        ]
        self.start = torch.cat([v.flatten() for pair in self.weights for v in pair]).double()
        self.seed, self.global_seed = rng.seed(), rng.seed()

    def run(self, student, *, repaired, with_history=False, seed=None, global_seed=None):
        """Let the student train, with right companions in place of their own if `repaired`."""
        parameters = len(self.start)
        got = student.run(
            trained,
            weights=self.weights,
            x=self.x,
            y=self.y,
            loss=self.loss,
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.rate,
            seed=self.seed if seed is None else seed,
            global_seed=self.global_seed if global_seed is None else global_seed,
            repaired=repaired,
            with_history=with_history,
            returns={
                "train(...)": ListOf(Number()) if with_history else Nothing(),
                "final": Float(parameters),
                "sizes": ListOf(Integer()),
                "x": Float(None, self.x.shape[1]),
                "y": Float(None),
                "states": Float(None, parameters),
            },
        )
        # The records are claims as everything else: they must fit together before they are used.
        sizes = got["sizes"]
        whole = min(sizes, default=0) >= 0 and sum(sizes) == len(got["x"]) == len(got["y"])
        many = 10 * len(batch_sizes(len(self.x), self.batch_size)) * self.epochs
        if not whole or len(sizes) > many or len(got["states"]) != max(1, len(sizes)):
            fail(self.wrong_batches(sizes))
        return got

    def wrong_batches(self, sizes):
        """The sentence for batches that are not those of the contract."""
        if not sizes:
            return Text(
                "train never calls backward() on a loss of loss_fn.",
                "train ни разу не вызывает backward() для потерь из loss_fn.",
            )
        shown, per_epoch = listed(sizes), f"{len(sizes) / self.epochs:.3g}"
        return Text(
            f"{len(self.x)} samples, batch_size={self.batch_size}, {self.epochs} epochs: the "
            f"losses that went backward came from batches of {shown} samples ({per_epoch} per "
            "epoch).",
            f"{len(self.x)} примеров, batch_size={self.batch_size}, эпох: {self.epochs}; "
            f"backward вызван для потерь на пакетах размеров {shown} ({per_epoch} за эпоху).",
        )

    def scores(self, state, xb):
        """The network's outputs in float64, as a function of the flat vector of parameters."""
        out, offset = xb.double(), 0
        for index, (weight, bias) in enumerate(self.weights):
            w = state[offset : offset + weight.numel()].view(weight.shape)
            offset += weight.numel()
            b = state[offset : offset + bias.numel()]
            offset += bias.numel()
            out = (out.tanh() if index else out) @ w.T + b
        return out.reshape(-1)

    def loss_at(self, state, xb, yb):
        """The loss of a batch in float64."""
        scores, targets = self.scores(state, xb), yb.double()
        if self.loss == "hinge":
            return (1 - targets * scores).clamp(min=0).mean()
        return (scores - targets).square().mean()

    def gradient(self, state, xb, yb):
        """The gradient of the loss of a batch, in float64."""
        state = state.double().clone().requires_grad_()
        return torch.autograd.grad(self.loss_at(state, xb, yb), state)[0]

    def step(self, state, xb, yb):
        """The parameters after one step of SGD."""
        return state.double() - self.rate * self.gradient(state, xb, yb)

    def replayed(self, rows):
        """The parameters after the same batches, in float64."""
        state = self.start
        for epoch in rows:
            for part in epoch.split(self.batch_size):
                state = self.step(state, self.x[part], self.y[part])
        return state

    def batches(self, got):
        """The batches that went backward, as row numbers of x, epoch by epoch."""
        expected = batch_sizes(len(self.x), self.batch_size) * self.epochs
        if got["sizes"] != expected:
            fail(
                self.wrong_batches(got["sizes"]),
                hint=Text(
                    "Every epoch: for each mini-batch one loss, one backward, one step.",
                    "Каждая эпоха: для каждого пакета одни потери, один backward, один шаг.",
                ),
            )
        rows = rows_in(self.x, got["x"])
        if not torch.equal(self.y[rows], got["y"]):
            fail(
                Text(
                    "loss_fn was given xb and yb that do not belong together.",
                    "loss_fn получила xb и yb, не соответствующие друг другу.",
                )
            )
        return rows.view(self.epochs, len(self.x))

    def pairs(self, got):
        """The recorded batches as tensors."""
        sizes = got["sizes"]
        return list(zip(got["x"].split(sizes), got["y"].split(sizes), strict=True))


def either_way(judge):
    """Judge with the student's own functions, and if that fails with right ones in their place.

    `train` may call the student's `minibatches` and `sgd_step`. A mistake in those is punished
    there and must not cost `train`; a `train` that only works with its own companions is right.
    """
    try:
        judge(False)
    except StudentFault as first:
        try:
            judge(True)
        except StudentFault:
            raise first from None


def regression_case(rng, **options):
    x = rng.normal(23, 3)
    y = x @ rng.normal(3) + rng.normal(1)
    settings = {"hidden": [5], "loss": "mse", "epochs": 3, "batch_size": 5, "learning_rate": 0.1}
    return Case(rng, x=x, y=y, **{**settings, **options})


@check("train", points=2, title=Text("epochs over mini-batches", "эпохи из мини-пакетов"))
def test_batches(student, rng):
    case = regression_case(rng)

    def judge(repaired):
        rows = case.batches(case.run(student, repaired=repaired))
        for epoch in rows:
            if sorted(epoch.tolist()) != list(range(len(case.x))):
                fail(
                    Text(
                        "An epoch does not go over every sample exactly once.",
                        "Эпоха не проходит каждый пример ровно один раз.",
                    )
                )
        # Two honest epochs agree with probability 1/23! < 4e-23.
        orders = {tuple(epoch.tolist()) for epoch in rows}
        if len(orders) < case.epochs:
            fail(
                Text(
                    "The epochs go over the samples in the same order: draw new mini-batches in "
                    "every epoch.",
                    "Эпохи проходят примеры в одном и том же порядке: разбивайте на пакеты "
                    "заново в каждой эпохе.",
                )
            )
        again = case.run(student, repaired=repaired, global_seed=case.global_seed ^ 1)
        other = case.run(student, repaired=repaired, seed=case.seed ^ 1)
        # With another seed three honest epochs are the same with probability (1/23!)^3.
        if not torch.equal(case.batches(again), rows) or torch.equal(case.batches(other), rows):
            fail(
                Text(
                    "train does not take its batches from the generator that it was given.",
                    "train берёт пакеты не из переданного generator.",
                )
            )

    either_way(judge)


@check(
    "train",
    points=3,
    title=Text(
        "every step follows the gradient of its batch", "каждый шаг идёт по градиенту своего пакета"
    ),
    hint=Text(
        "For every batch: loss_fn, clear the gradients, backward, step.",
        "Для каждого пакета: loss_fn, обнулить градиенты, backward, шаг.",
    ),
)
def test_trajectory(student, rng):
    case = regression_case(rng)

    def judge(repaired):
        got = case.run(student, repaired=repaired)
        if not got["sizes"]:
            fail(case.wrong_batches([]))
        pairs = case.pairs(got)
        states = torch.cat([got["states"], got["final"][None]]).double()
        assert_close(states[0], case.start, name="model.parameters()")
        slopes = [
            case.gradient(state, xb, yb) for state, (xb, yb) in zip(states[:-1], pairs, strict=True)
        ]
        slopes = torch.stack(slopes)
        steps = case.rate * slopes
        per_epoch = len(batch_sizes(len(case.x), case.batch_size))
        assert_close(
            states[1:],
            states[:-1] - steps,
            name="model.parameters()",
            mistakes={
                Text(
                    "the weights follow exactly the path of SGD without clearing the gradients",
                    "веса идут в точности по пути SGD без обнуления градиентов",
                ): states[:-1] - case.rate * slopes.cumsum(0),
                Text(
                    "the gradients are cleared once per epoch, not for every batch",
                    "градиенты обнуляются раз в эпоху, а не для каждого пакета",
                ): states[:-1] - case.rate * cumulated(slopes, per_epoch),
                Text("the step goes up the gradient", "шаг сделан вверх по градиенту"): (
                    states[:-1] + steps
                ),
                Text("the weights never change", "веса не меняются"): states[:-1],
                Text("learning_rate is not used", "learning_rate не используется"): (
                    states[:-1] - slopes
                ),
                Text("each batch takes two steps", "на каждый пакет делается два шага"): (
                    states[:-1] - 2 * steps
                ),
                Text(
                    "there is a step at the end of an epoch only",
                    "шаг делается только в конце эпохи",
                ): epoch_steps(states, slopes, case.rate, per_epoch),
            },
        )

    either_way(judge)


def cumulated(slopes, per_epoch):
    return torch.cat([part.cumsum(0) for part in slopes.split(per_epoch)])


def epoch_steps(states, slopes, rate, per_epoch):
    after = states[:-1].clone()
    sums = cumulated(slopes, per_epoch)
    after[per_epoch - 1 :: per_epoch] -= rate * sums[per_epoch - 1 :: per_epoch]
    return after


@check(
    "train",
    points=2,
    title=Text("the history of the losses", "история потерь"),
    hint=Text(
        "Add up loss * len(batch) before each update and divide by the number of samples.",
        "Складывайте loss * len(batch) до каждого обновления и делите на число примеров.",
    ),
)
def test_history(student, rng):
    # 23 samples in batches of 7: the last one has 2, so that a plain mean of batches shows.
    case = regression_case(rng, batch_size=7, epochs=4)

    def judge(repaired):
        got = case.run(student, repaired=repaired, with_history=True)
        if len(got["train(...)"]) != case.epochs:
            fail(
                Text(
                    f"train(..., epochs={case.epochs}) must return one number per epoch; there "
                    f"are {len(got['train(...)'])}.",
                    f"train(..., epochs={case.epochs}) должна вернуть по числу на эпоху, а их "
                    f"{len(got['train(...)'])}.",
                )
            )
        case.batches(got)
        pairs = case.pairs(got)
        states = torch.cat([got["states"], got["final"][None]]).double()
        before = torch.stack(
            [case.loss_at(s, *pair) for s, pair in zip(states[:-1], pairs, strict=True)]
        )
        after = torch.stack(
            [case.loss_at(s, *pair) for s, pair in zip(states[1:], pairs, strict=True)]
        )
        sizes = torch.tensor(got["sizes"]).double().view(case.epochs, -1)
        before, after = before.view(case.epochs, -1), after.view(case.epochs, -1)
        ends = states[1:].view(*before.shape, -1)[:, -1]
        count = len(case.x)
        late = (after * sizes).sum(1) / count
        assert_close(
            torch.tensor(got["train(...)"]).double(),
            (before * sizes).sum(1) / count,
            name="train(...)",
            mistakes={
                Text(
                    "the mean over batches is taken: a short last batch weighs as much as a "
                    "full one",
                    "взято среднее по пакетам: короткий последний пакет весит столько же, "
                    "сколько полный",
                ): before.mean(1),
                Text(
                    "it holds the loss of the last batch of each epoch",
                    "в ней потери последнего пакета каждой эпохи",
                ): before[:, -1],
                Text(
                    "it holds the loss of the first batch of each epoch",
                    "в ней потери первого пакета каждой эпохи",
                ): before[:, 0],
                Text(
                    "the losses of the batches are added up and not divided",
                    "потери пакетов сложены и не поделены",
                ): before.sum(1),
                Text(
                    "the losses are weighted with the sizes and not divided by the number of "
                    "samples",
                    "потери взвешены размерами пакетов, но не поделены на число примеров",
                ): (before * sizes).sum(1),
                Text(
                    "the losses are taken after the update", "потери измерены после обновления"
                ): late,
                Text(
                    "the loss is measured on all data at the end of the epoch",
                    "потери измерены на всех данных в конце эпохи",
                ): torch.stack([case.loss_at(state, case.x, case.y) for state in ends]),
                Text(
                    "the sum of the batches' means is divided by the number of samples",
                    "сумма средних по пакетам поделена на число примеров",
                ): before.sum(1) / count,
                Text(
                    "the losses of earlier epochs are still in the sum",
                    "в сумме остались потери прошлых эпох",
                ): ((before * sizes).sum(1) / count).cumsum(0),
            },
        )

    either_way(judge)


@check(
    "train",
    points=2,
    title=Text(
        "a batch of all data is gradient descent", "пакет из всех данных — градиентный спуск"
    ),
)
def test_full_batch(student, rng):
    case = regression_case(rng, batch_size=100, epochs=6)

    def judge(repaired):
        got = case.run(student, repaired=repaired)
        expected = no_clearing = case.start
        total = torch.zeros_like(case.start)
        for _ in range(case.epochs):
            expected = case.step(expected, case.x, case.y)
            total = total + case.gradient(no_clearing, case.x, case.y)
            no_clearing = no_clearing - case.rate * total
        # Rounding in float32 differs with the order of the samples, hence the wider tolerance.
        assert_close(
            got["final"].double(),
            expected,
            name="model.parameters()",
            rtol=1e-3,
            atol=1e-4,
            mistakes={
                Text(
                    "the weights follow exactly the path of gradient descent without clearing "
                    "the gradients",
                    "веса идут в точности по пути градиентного спуска без обнуления градиентов",
                ): no_clearing,
                Text("the weights never change", "веса не меняются"): case.start,
            },
        )

    either_way(judge)


@check("train", points=2, title=Text("two moons, max-margin loss", "две луны, max-margin"))
def test_moons(student, rng):
    x, y = rng.moons(160, noise=0.1)
    case = Case(
        rng, x=x, y=y, hidden=[24], loss="hinge", epochs=30, batch_size=16, learning_rate=0.5
    )
    fresh_x, fresh_y = rng.moons(400, noise=0.1)

    def accuracy(state):
        return float((case.scores(state, fresh_x) * fresh_y > 0).float().mean())

    def judge(repaired):
        end, rows = followed(student, case, repaired)
        # The order of samples is the student's luck, but the replay has the same luck. Both ends
        # differ by rounding (1e-6 of the way) unless a margin falls on the hinge's kink within
        # rounding (under 1e-3 per run), which moves one step by a sixteenth of a gradient: next to
        # nothing of a tenth of all points.
        enough = min(0.9, accuracy(case.replayed(rows)) - 0.1)
        reached = accuracy(end)
        if reached < enough:
            fail(
                Text(
                    f"After training on two moons the share of fresh points on the right side "
                    f"is {reached:.2f}.",
                    f"После обучения на двух лунах доля новых точек на верной стороне — "
                    f"{reached:.2f}.",
                )
            )

    either_way(judge)


@check("train", points=1, title=Text("a synthetic regression, MSE", "синтетическая регрессия, MSE"))
def test_regression(student, rng):
    x = rng.normal(60, 4)
    y = x @ rng.signs(4) + 1
    # Few and short steps: at the end of the way all methods would look alike.
    case = Case(rng, x=x, y=y, hidden=[], loss="mse", epochs=8, batch_size=8, learning_rate=0.02)

    def judge(repaired):
        end, rows = followed(student, case, repaired)
        first = case.loss_at(case.start, x, y)
        reached, possible = (
            case.loss_at(state, x, y) / first for state in (end, case.replayed(rows))
        )
        # Both ends differ by rounding only: the problem is convex, and no step enlarges an error.
        if not bool(reached < max(0.5, 1.1 * possible)):
            fail(
                Text(
                    "The loss of a linear regression without noise hardly falls.",
                    "Потери линейной регрессии без шума почти не уменьшаются.",
                )
            )

    either_way(judge)


def followed(student, case, repaired):
    """Train once; give the parameters at the end and the batches that led there.

    Nothing here is left to chance: every step is compared with the step from the same parameters
    along the same batch, so that rounding does not add up.
    """
    got = case.run(student, repaired=repaired)
    rows = case.batches(got)
    states = torch.cat([got["states"], got["final"][None]]).double()
    assert_close(states[0], case.start, name="model.parameters()")
    after, expected = [], []
    for k, (xb, yb) in enumerate(case.pairs(got)):
        margins = yb.double() * case.scores(states[k], xb)
        # At the kink of the hinge both slopes are right.
        if case.loss == "mse" or float((margins - 1).abs().min()) > 1e-4:
            after.append(states[k + 1])
            expected.append(case.step(states[k], xb, yb))
    if after and not is_close(torch.stack(after), torch.stack(expected)):
        fail(
            Text(
                "Training does not go where SGD over these mini-batches leads.",
                "Обучение идёт не туда, куда ведёт SGD по этим мини-пакетам.",
            )
        )
    return states[-1], rows


def measured_accuracy(nb, *, x, targets, columns):
    import torch

    class FirstFeature(torch.nn.Module):
        def __init__(self, column):
            super().__init__()
            self.column = column

        def forward(self, inputs):
            return inputs[:, :1] if self.column else inputs[:, 0]

    return {"accuracy(...)": [nb.accuracy(FirstFeature(c), x, targets) for c in columns]}


@check("train", points=2, title=Text("accuracy", "accuracy"))
def test_accuracy(student, rng):
    # Few hits with large scores, many misses with small ones, signs in turn: so that every mistake
    # named below gives another share, whatever the numbers.
    hits = 6 + rng.integers(0, 6)
    signs = torch.tensor([1.0, -1.0] * 16)[:31]
    x = rng.normal(31, 3)
    x[:hits, 0] = signs[:hits] * rng.uniform(hits, low=0.6, high=2.0)
    x[hits:, 0] = signs[hits:] * rng.uniform(31 - hits, low=0.1, high=0.4)
    targets = torch.cat([signs[:hits], -signs[hits:]])
    order = rng.permutation(31)
    x, targets = x[order], targets[order]
    right = float((x[:, 0].sign() == targets).float().mean())
    scores = x[:, 0].sign()
    for got in accuracies(student, x, targets, [False, True]):
        assert_close(
            got,
            right,
            name="accuracy(model, x, targets)",
            mistakes={
                Text(
                    "(N, 1) scores are broadcast against (N,) targets to (N, N)",
                    "scores (N, 1) и targets (N,) растянулись до (N, N)",
                ): (scores[:, None] == targets).float().mean(),
                Text(
                    "this is a percentage; a share between 0 and 1 is wanted",
                    "это проценты, а нужна доля от 0 до 1",
                ): 100 * right,
                Text(
                    "this is the number of hits; their share is wanted",
                    "это число верных ответов, а нужна их доля",
                ): 31 * right,
                Text("this is the share of errors", "это доля ошибок"): 1 - right,
                Text(
                    "the scores are compared with 0.5; the border is 0",
                    "оценки сравниваются с 0.5, а граница — 0",
                ): (torch.where(x[:, 0] > 0.5, 1.0, -1.0) == targets).float().mean(),
                Text(
                    "the targets are taken for 0/1; they are -1/+1",
                    "targets приняты за 0/1, а они -1/+1",
                ): ((x[:, 0] > 0).float() == targets).float().mean(),
            },
        )


@check("train", points=1, title=Text("a score of exactly 0 is wrong", "оценка ровно 0 — ошибка"))
def test_accuracy_of_zero(student, rng):
    x = rng.normal(24, 2)
    targets = rng.signs(24)
    # All other samples are hits: only what becomes of the zeros is asked here.
    x[:, 0] = x[:, 0].abs().add(0.1) * targets
    rows = rng.permutation(24)[:8]
    x[rows, 0] = 0.0
    targets[rows] = torch.tensor([1.0, -1.0] * 4)
    (got,) = accuracies(student, x, targets, [False])
    zero_counts = Text(
        "A score of exactly 0 is on neither side and must count as wrong.",
        "Оценка ровно 0 не лежит ни на одной стороне и считается ошибкой.",
    )
    # A number of hits or a percentage is punished above.
    if not any(math.isclose(got, right, rel_tol=1e-4) for right in (16 / 24, 16, 1600 / 24)):
        fail(zero_counts)


def accuracies(student, x, targets, columns):
    got = student.run(
        measured_accuracy,
        x=x,
        targets=targets,
        columns=columns,
        returns={"accuracy(...)": ListOf(Number(), len(columns))},
    )
    return got["accuracy(...)"]


def rows_in(x, batch):
    """Find the number of each row of a batch; a row that is none of x costs the check."""
    few = len(batch) <= 100 * len(x)
    same = (batch[: 100 * len(x), None, :] == x[None, :, :]).all(-1)
    if not few or not bool(same.any(1).all()):
        fail(
            Text("A batch holds a row that is none of x.", "В пакете есть строка, которой нет в x.")
        )
    return same.float().argmax(1)


def listed(sizes):
    return f"[{', '.join(map(str, sizes[:12]))}{', …' * (len(sizes) > 12)}]"


def batch_sizes(count, size):
    full, rest = divmod(count, size)
    return [size] * full + [rest] * bool(rest)
