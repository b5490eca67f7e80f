"""Hidden checks of the task `train`."""

import itertools
import math

import torch

from zachetka.errors import Cause, StudentFault
from zachetka.language import Text
from zachetka.pytest_plugin import (
    Bool,
    Float,
    Integer,
    ListOf,
    Nothing,
    Number,
    TupleOf,
    Unvalidated,
    assert_close,
    check,
    fail,
    is_close,
)


def trained(nb, *, cases, repaired, with_history):  # noqa: C901 - a probe holds all it needs
    import random

    import numpy as np
    import torch

    def sgd_step(parameters, learning_rate, *_, **__):
        with torch.no_grad():
            for parameter in parameters:
                if parameter.grad is not None:
                    parameter.sub_(learning_rate * parameter.grad)

    def minibatches(x, y, batch_size, *_, replacement=False, generator=None, **__):
        if replacement:
            order = torch.randint(len(x), (len(x),), generator=generator)
        else:
            order = torch.randperm(len(x), generator=generator)
        return [(x[rows], y[rows]) for rows in order.split(batch_size)]

    if repaired:
        nb.sgd_step = sgd_step
        nb.minibatches = minibatches

    def once(
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
        most_steps,
    ):
        # The public function formats the stack three times, for devices that are not here.
        torch.default_generator.manual_seed(global_seed)
        np.random.seed(global_seed % 2**32)  # noqa: NPY002
        random.seed(global_seed)
        layers = [torch.nn.Flatten()] if x.ndim > 2 else []
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

        def keep(record):
            if len(records) < most_steps:
                records.append(record)

        def loss_fn(model, xb, yb):
            scores, targets = model(xb).reshape(-1), yb.reshape(-1)
            if loss == "hinge":
                # One more than the hinge: by a loss that is never 0 anyone may divide.
                value = (2 - targets * scores).clamp(min=1).mean()
            else:
                value = (scores - targets).square().mean()
            # Only losses that go backward count: who also looks at others does nothing wrong.
            if value.requires_grad:
                record = (xb.detach().clone(), yb.detach().clone(), state())
                value.register_hook(lambda _: keep(record))
            return value

        drawn = {} if seed is None else {"generator": torch.Generator().manual_seed(seed)}
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
            "sizes": [len(yb) for _, yb, _ in records],
            "xb": torch.cat([xb for xb, _, _ in records] or [x[:0]]),
            "yb": torch.cat([yb for _, yb, _ in records] or [y[:0]]),
            "states": torch.stack([start for _, _, start in records] or [state()]),
        }

    return [once(**case) for case in cases]


class NumberOrTensor:
    """A number; a tensor passes, too, for the check to say what is wrong with it."""

    def validate(self, untrusted_value, where):
        """Give the value."""
        if isinstance(untrusted_value, torch.Tensor):
            return untrusted_value
        return Number().validate(untrusted_value, where)

    def __str__(self):
        return str(Number())


class Case:
    """One call of `train`: what goes in, and the arithmetic of what must come out."""

    def __init__(self, rng, *, x, y, hidden, loss, epochs, batch_size, learning_rate, weights=None):
        self.x, self.y, self.loss = x, y, loss
        self.epochs, self.batch_size, self.rate = epochs, batch_size, learning_rate
        widths = [x[0].numel(), *hidden, 1]
        self.weights = weights or [
            (rng.normal(b, a, std=1 / math.sqrt(a)), rng.normal(b, std=0.3))
            for a, b in itertools.pairwise(widths)
        ]
        self.start = torch.cat([v.flatten() for pair in self.weights for v in pair]).double()
        self.seed, self.global_seed = rng.seed(), rng.seed()
        # Enough to see that there are too many steps; what comes after is not recorded.
        self.most_steps = 10 * len(batch_sizes(len(self.x), self.batch_size)) * self.epochs + 1

    def call(self, seed, global_seed):
        """What the probe needs for one training."""
        return {
            "weights": self.weights,
            "x": self.x,
            "y": self.y,
            "loss": self.loss,
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "learning_rate": self.rate,
            "seed": seed,
            "global_seed": global_seed,
            "most_steps": self.most_steps,
        }

    def returns(self, *, with_history):
        """The type of what comes back from one training."""
        parameters = len(self.start)
        return {
            "train(...)": ListOf(NumberOrTensor()) if with_history else Nothing(),
            "final": Float(parameters),
            "sizes": ListOf(Integer(), at_most=self.most_steps),
            "xb": Float(None, *self.x.shape[1:]),
            "yb": Float(None, *self.y.shape[1:]),
            "states": Float(None, parameters),
        }

    def run(self, student, *, repaired, with_history=False, seeds=None):
        """Let the student train, with right companions in place of their own if `repaired`.

        Trains once for each of the pairs of seeds: of the generator, or None for no generator, and
        of the global state.
        """
        calls = [(self, *pair) for pair in seeds or [(self.seed, self.global_seed)]]
        return list(run_each(student, calls, repaired=repaired, with_history=with_history))

    def refuse_misfits(self, got):
        """Fail unless the records fit together: they are claims as all else."""
        sizes = got["sizes"]
        whole = min(sizes, default=0) >= 0 and sum(sizes) == len(got["xb"]) == len(got["yb"])
        cut = len(sizes) == self.most_steps or sum(sizes) > self.most_steps * len(self.x)
        if not whole or cut or len(got["states"]) != max(1, len(sizes)):
            fail(self.wrong_batches(sizes))

    def wrong_batches(self, sizes):
        """The sentence for batches that are not those of the contract."""
        if not sizes:
            return Text(
                "train never calls backward() on a loss of loss_fn.",
                "train ни разу не вызывает backward() для потерь из loss_fn.",
            )
        if early := self.early_end(sizes):
            return early
        shown, per_epoch = listed(sizes), f"{len(sizes) / self.epochs:.3g}"
        if len(sizes) == self.most_steps:
            per_epoch = f"≥ {per_epoch}"
        text = Text(
            f"{len(self.x)} samples, batch_size={self.batch_size}, {self.epochs} epochs: the "
            f"losses that went backward came from batches of {shown} samples ({per_epoch} per "
            "epoch).",
            f"{len(self.x)} примеров, batch_size={self.batch_size}, эпох: {self.epochs}; "
            f"backward вызван для потерь на пакетах размеров {shown} ({per_epoch} за эпоху).",
        )
        per_loss = batch_sizes(len(self.x), self.batch_size) * self.epochs
        if sizes == [size for size in per_loss for _ in range(2)]:
            text += Text(
                " Every loss went backward twice.", " Для каждых потерь backward вызван дважды."
            )
        elif sizes == [size for size in per_loss if size > 1]:
            text += Text(
                " Batches of one sample are skipped.", " Пакеты из одного примера пропущены."
            )
        elif set(sizes) == {len(self.x)} and self.batch_size < len(self.x):
            text += Text(" batch_size is not used.", " batch_size не используется.")
        elif set(sizes) == {1}:
            text += Text(" Every sample came alone.", " Каждый пример шёл отдельно.")
        return text

    def early_end(self, sizes):
        """The sentence for right batches that end too early, or None."""
        epoch = batch_sizes(len(self.x), self.batch_size)
        whole, rest = divmod(len(sizes), len(epoch))
        if not sizes or whole >= self.epochs or sizes != (epoch * self.epochs)[: len(sizes)]:
            return None
        if rest:
            return Text(
                f"Training stops after {len(sizes)} batches: with {len(self.x)} samples, "
                f"batch_size={self.batch_size} and epochs={self.epochs} there are "
                f"{len(epoch) * self.epochs}.",
                f"Обучение обрывается после пакета № {len(sizes)}: {len(self.x)} примеров при "
                f"batch_size={self.batch_size} и epochs={self.epochs} дают пакетов: "
                f"{len(epoch) * self.epochs}.",
            )
        return Text(
            f"Epochs are missing: epochs={self.epochs}, but the number of passes over the data "
            f"is {whole}.",
            f"Не хватает эпох: epochs={self.epochs}, а проходов по данным — {whole}.",
        )

    def scores(self, states, xb):
        """The network's outputs (K, n) in float64 for K vectors of parameters and K batches."""
        out, offset = xb.double().flatten(2), 0
        for index, (weight, bias) in enumerate(self.weights):
            w = states[:, offset : offset + weight.numel()].reshape(-1, *weight.shape)
            offset += weight.numel()
            b = states[:, offset : offset + bias.numel()]
            offset += bias.numel()
            out = (out.tanh() if index else out) @ w.mT + b[:, None]
        return out.flatten(1)

    def losses(self, states, xb, yb):
        """The losses (K,) of K batches of one size in float64."""
        scores, targets = self.scores(states, xb), yb.double().flatten(1)
        if self.loss == "hinge":
            return (2 - targets * scores).clamp(min=1).mean(1)
        return (scores - targets).square().mean(1)

    def alike(self, pairs):
        """Group batches by their size: numbers of the batches, and them stacked."""
        for size in {len(yb) for _, yb in pairs}:
            numbers = [k for k, (_, yb) in enumerate(pairs) if len(yb) == size]
            yield numbers, *(torch.stack([pairs[k][part] for k in numbers]) for part in (0, 1))

    def losses_at(self, states, pairs):
        """The loss of each batch at the vector of parameters that belongs to it."""
        found = torch.empty(len(pairs), dtype=torch.float64)
        for numbers, xb, yb in self.alike(pairs):
            found[numbers] = self.losses(states.double()[numbers], xb, yb)
        return found

    def gradients(self, states, pairs):
        """The gradient of each batch's loss at the vector of parameters that belongs to it."""
        found = torch.empty(len(pairs), len(self.start), dtype=torch.float64)
        for numbers, xb, yb in self.alike(pairs):
            leaves = states.double()[numbers].requires_grad_()
            # No batch depends on another one's parameters: the gradient of the sum is all of them.
            (found[numbers],) = torch.autograd.grad(self.losses(leaves, xb, yb).sum(), leaves)
        return found

    def gradient(self, state):
        """The gradient of the loss of all data, in float64."""
        return self.gradients(state[None], [(self.x, self.y)])[0]

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
        rows = rows_in(self.x, got["xb"])
        if not torch.equal(self.y[rows], got["yb"]):
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
        return list(zip(got["xb"].split(sizes), got["yb"].split(sizes), strict=True))

    def assert_steps(self, got):
        """Compare every step with that of SGD from the same parameters along the same batch.

        Nothing is left to chance and no rounding adds up: each step starts where it really started.
        """
        if not got["sizes"]:
            fail(self.wrong_batches([]))
        pairs = self.pairs(got)
        states = torch.cat([got["states"], got["final"][None]]).double()
        assert_close(
            states[0],
            self.start,
            name="model.parameters()",
            mistakes={
                Text(
                    "training does not start from the weights that the model has",
                    "обучение начинается не с тех весов, которые есть у модели",
                ): states[0]
            },
        )
        slopes = self.gradients(states[:-1], pairs)
        smooth = torch.ones(len(pairs), dtype=torch.bool)
        if self.loss == "hinge":
            # At the kink of the hinge both slopes are right.
            for numbers, xb, yb in self.alike(pairs):
                margins = yb.double().flatten(1) * self.scores(states[numbers], xb)
                smooth[numbers] = (margins - 1).abs().min(1).values > 1e-4
        per_epoch = len(batch_sizes(len(self.x), self.batch_size))
        sizes = torch.tensor(got["sizes"])[:, None]
        mistakes = known_paths(states, slopes, self.rate, per_epoch, sizes)
        assert_close(
            states[1:][smooth],
            (states[:-1] - self.rate * slopes)[smooth],
            name="model.parameters()",
            mistakes={text: path[smooth] for text, path in mistakes.items()},
        )


def run_each(student, calls, *, repaired, with_history=False):
    """Let the student train once for each case and its seeds; give what came back, one by one."""
    try:
        runs = student.run(
            trained,
            cases=[case.call(*seeds) for case, *seeds in calls],
            repaired=repaired,
            with_history=with_history,
            returns=TupleOf(*(case.returns(with_history=with_history) for case, *_ in calls)),
        )
    except StudentFault as fault:
        if "loss_fn() missing" in fault.text.en:
            fault.hint = Text(
                "loss_fn calls the model itself: loss_fn(model, xb, yb).",
                "loss_fn сама вызывает модель: loss_fn(model, xb, yb).",
            )
        raise
    for (case, *_), got in zip(calls, runs, strict=True):
        case.refuse_misfits(got)
        yield got


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
        except StudentFault as second:
            # Beside right companions all that is still wrong is wrong in `train` itself; but an
            # exception there may come of a `train` that goes with its own companions only.
            better = vagueness(second) <= min(vagueness(first), 1)
            raise (second if better else first) from None


def vagueness(fault):
    """Say how little a fault tells: 0 if it names what is wrong, 2 for an exception."""
    if fault.cause not in (Cause.ASSERTION, Cause.WRONG_TYPE):
        return 2
    return int(fault.text.en.endswith((" are wrong", " is wrong")))


def known_paths(states, slopes, rate, per_epoch, sizes):
    """Give where known mistakes lead from each recorded vector of parameters.

    `sizes` are those of the batches, as a column.
    """
    if not bool(states.isfinite().all()):
        return {}
    before, moves = states[:-1], states[1:] - states[:-1]
    right = before - rate * slopes
    earlier = torch.cat([torch.zeros_like(moves[:1]), moves[:-1]])
    length = extent(moves, slopes)
    paths = {
        Text(
            "the weights follow exactly the path of SGD without clearing the gradients",
            "веса идут в точности по пути SGD без обнуления градиентов",
        ): before - rate * slopes.cumsum(0),
        Text(
            "the gradients are cleared once per epoch, not for every batch",
            "градиенты обнуляются раз в эпоху, а не для каждого пакета",
        ): before - rate * cumulated(slopes, per_epoch),
        Text("the weights never change", "веса не меняются"): before,
        Text("the step goes up the gradient", "шаг сделан вверх по градиенту"): before
        + rate * slopes,
        Text("each batch takes two steps", "на каждый пакет делается два шага"): before
        - 2 * rate * slopes,
        Text(
            "there is a step at the end of an epoch only", "шаг делается только в конце эпохи"
        ): epoch_steps(states, slopes, rate, per_epoch),
        Text(
            "the steps are as many times too long as a batch has samples: is it the gradient of "
            "the sum?",
            "шаги длиннее во столько раз, сколько в пакете примеров: не градиент ли это суммы?",
        ): before - rate * sizes * slopes,
        Text(
            "the steps are divided by the number of samples in the batch; loss_fn gives the mean",
            "шаги поделены на число примеров в пакете, а loss_fn и так даёт среднее",
        ): before - rate / sizes * slopes,
        Text(
            "backward() is called twice for every loss",
            "для каждых потерь backward() вызван дважды",
        ): before - 2 * rate * slopes * (torch.arange(len(slopes)) % 2)[:, None],
        scaled(-length / rate): before + length * slopes,
        Text(
            "the steps have the right direction, and a length that changes from one to the next: "
            "is there a schedule, or are the gradients clipped?",
            "направление шагов верное, а длина от шага к шагу меняется: нет ли расписания или "
            "обрезки градиентов?",
        ): before + extents(moves, slopes) * slopes,
        Text(
            "some parameters never change: the step must go over all of model.parameters()",
            "часть параметров не меняется: шаг нужен для всех model.parameters()",
        ): torch.where((moves.abs() > 1e-9).any(0), right, before),
        Text(
            "each step still moves along the one before (momentum?); plain SGD has no memory",
            "каждый шаг продолжает предыдущий (momentum?); у обычного SGD нет памяти",
        ): right + extent(states[1:] - right, earlier) * earlier,
        Text(
            "the weights shrink besides the steps (weight decay?)",
            "кроме шагов веса ещё и уменьшаются (weight decay?)",
        ): right + extent(states[1:] - right, before) * before,
    }
    # Adam's first step moves every weight that has a gradient by the same length.
    felt = slopes[0].abs() > 1e-4
    signs = -slopes[0][felt].sign()
    first = moves[0][felt]
    there = len(first) > 3 and bool((first.abs() > 1e-6).any())
    if there and is_close(first, signs * first.abs().mean(), rtol=1e-2):
        paths[
            Text(
                "all weights move by the same length in the first step: that is Adam or the like, "
                "not SGD",
                "на первом шаге все веса сдвинулись на одну и ту же величину: это Adam или что-то "
                "похожее, а не SGD",
            )
        ] = states[1:]
    return paths


def scaled(times):
    return Text(
        f"every step is {times:.3g} times learning_rate * gradient: is learning_rate used as it is "
        "given?",
        f"каждый шаг равен {times:.3g} · learning_rate · градиент: используется ли learning_rate "
        "как есть?",
    )


def extent(difference, vectors):
    return (difference * vectors).sum() / vectors.square().sum().clamp(min=1e-30)


def extents(differences, vectors):
    lengths = vectors.square().sum(1, keepdim=True).clamp(min=1e-30)
    return (differences * vectors).sum(1, keepdim=True) / lengths


def regression_case(rng, **options):
    x = rng.normal(23, 3)
    y = x @ rng.normal(3) + rng.normal(1)
    settings = {"hidden": [5], "loss": "mse", "epochs": 3, "batch_size": 5, "learning_rate": 0.1}
    return Case(rng, x=x, y=y, **{**settings, **options})


@check("train", points=2, title=Text("epochs over mini-batches", "эпохи из мини-пакетов"))
def test_batches(student, rng):
    case = regression_case(rng)

    def judge(repaired):
        seeds = [
            (case.seed, case.global_seed),
            (case.seed, case.global_seed ^ 1),
            (case.seed ^ 1, case.global_seed),
        ]
        rows, again, other = map(case.batches, case.run(student, repaired=repaired, seeds=seeds))
        for epoch in rows:
            if sorted(epoch.tolist()) != list(range(len(case.x))):
                fail(
                    Text(
                        "An epoch does not go over every sample exactly once: are the batches "
                        "drawn with replacement?",
                        "Эпоха не проходит каждый пример ровно один раз: не с возвращением ли "
                        "выбираются пакеты?",
                    )
                )
        # Honest epochs agree with probability 1/23! < 4e-23; where their seeds have 31 bits, all of
        # three do with 2**-62.
        if len({tuple(epoch.tolist()) for epoch in rows}) == 1:
            fail(
                Text(
                    "The epochs go over the samples in the same order: draw new mini-batches in "
                    "every epoch.",
                    "Эпохи проходят примеры в одном и том же порядке: разбивайте на пакеты "
                    "заново в каждой эпохе.",
                )
            )
        # With another seed three honest epochs are the same with probability (1/23!)^3.
        if not torch.equal(again, rows) or torch.equal(other, rows):
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
        (got,) = case.run(student, repaired=repaired)
        case.assert_steps(got)

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
        (got,) = case.run(student, repaired=repaired, with_history=True)
        if any(isinstance(value, torch.Tensor) for value in got["train(...)"]):
            fail(
                Text(
                    "The history holds tensors; numbers are wanted: loss.item().",
                    "В истории лежат тензоры, а нужны числа: loss.item().",
                ),
                cause="wrong_type",
            )
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
        before, after = (case.losses_at(part, pairs) for part in (states[:-1], states[1:]))
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
                    "a short last batch is counted as a full one: weigh each loss with len(xb)",
                    "короткий последний пакет посчитан как полный: умножайте потери на len(xb)",
                ): before.sum(1) * case.batch_size / count,
                Text(
                    "the losses are taken after the update", "потери измерены после обновления"
                ): late,
                Text(
                    "the loss is measured on all data at the end of the epoch",
                    "потери измерены на всех данных в конце эпохи",
                ): case.losses_at(ends, [(case.x, case.y)] * case.epochs),
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
        # Where one batch holds everything, no generator is needed and none is given.
        (got,) = case.run(student, repaired=repaired, seeds=[(None, case.global_seed)])
        expected = no_clearing = unscaled = case.start
        total = torch.zeros_like(case.start)
        early, missing = {}, case.early_end(got["sizes"])
        for epoch in range(case.epochs):
            if missing and epoch == len(got["sizes"]):
                early = {missing: expected}
            expected = expected - case.rate * case.gradient(expected)
            unscaled = unscaled - case.gradient(unscaled)
            total = total + case.gradient(no_clearing)
            no_clearing = no_clearing - case.rate * total
        # Rounding in float32 differs with the order of the samples, hence the wider tolerance.
        assert_close(
            got["final"].double(),
            expected,
            name="model.parameters()",
            rtol=1e-3,
            atol=1e-4,
            mistakes=early
            | {
                Text(
                    "the weights follow exactly the path of gradient descent without clearing "
                    "the gradients",
                    "веса идут в точности по пути градиентного спуска без обнуления градиентов",
                ): no_clearing,
                Text("the weights never change", "веса не меняются"): case.start,
                Text("learning_rate is not used", "learning_rate не используется"): unscaled,
            },
        )

    either_way(judge)


@check("train", points=2, title=Text("two moons, max-margin loss", "две луны, max-margin"))
def test_moons(student, rng):
    x, y = rng.moons(160, noise=0.1)
    # Where every step is that of SGD, training ends where SGD ends: nothing has to be trained long
    # enough to separate the moons, and no luck with the order of samples can cost a point.
    assert_follows_sgd(
        student,
        Case(rng, x=x, y=y, hidden=[24], loss="hinge", epochs=12, batch_size=16, learning_rate=0.5),
    )


@check(
    "train",
    points=1,
    title=Text(
        "a regression with x (N, 1, 2, 2) and y (N, 1), MSE",
        "регрессия с x (N, 1, 2, 2) и y (N, 1), MSE",
    ),
)
def test_regression(student, rng):
    # The last batch holds one sample.
    x = rng.normal(57, 1, 2, 2)
    y = (x.flatten(1) @ rng.signs(4) + 1)[:, None]
    options = {"epochs": 3, "batch_size": 8, "learning_rate": 0.02}
    cases = [Case(rng, x=x, y=y, hidden=[], loss="mse", **options)]
    # Who stops early or shortens later steps is seen here. In this square every step takes away a
    # quarter of what is missing: after 23 of them the loss is below 1e-3, changes by less than
    # 1e-4, and the steps are still seen. With a rate that moves nothing it rests from the start.
    x = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    y = x @ (5 * rng.signs(2)) + 5
    for epochs, rate in ((40, 0.125), (25, 1e-12)):
        options = {"epochs": epochs, "batch_size": 9, "learning_rate": rate}
        cases.append(Case(rng, x=x, y=y, hidden=[], loss="mse", **options))
    assert_follows_sgd(student, *cases, case_without_gradients(rng))


def case_without_gradients(rng):
    """All samples lie beyond the margin: no gradient, and at no rate may a weight move.

    Who lets the weights shrink a little, or caps large batches, is seen here.
    """
    y = rng.signs(150)
    x = torch.stack([y * rng.uniform(150, low=1.0, high=2.0), rng.normal(150)], 1)
    weights = [(torch.tensor([[3.0, 0.0]]), torch.tensor([0.5]))]
    options = {"epochs": 3, "batch_size": 130, "learning_rate": 5.0}
    return Case(rng, x=x, y=y[:, None], hidden=[], loss="hinge", weights=weights, **options)


def assert_follows_sgd(student, *cases):
    def judge(repaired):
        calls = [(case, case.seed, case.global_seed) for case in cases]
        for case, got in zip(cases, run_each(student, calls, repaired=repaired), strict=True):
            case.batches(got)
            case.assert_steps(got)

    either_way(judge)


def measured_accuracy(nb, *, cases):
    import torch

    found = []
    for x, targets, column in cases:
        # The score is the first feature. As from every network, the outputs need gradients.
        layer = torch.nn.Linear(x[0].numel(), 1, bias=False)
        with torch.no_grad():
            layer.weight.copy_(torch.eye(1, x[0].numel()))
        shape = [] if column else [torch.nn.Flatten(0)]
        found.append(
            nb.accuracy(torch.nn.Sequential(torch.nn.Flatten(), layer, *shape), x, targets)
        )
    return {"accuracy(...)": found, "derives": torch.is_grad_enabled()}


@check("train", points=2, title=Text("accuracy", "accuracy"))
def test_accuracy(student, rng):
    # Few hits with large scores, many misses with small ones, signs in turn: so that every mistake
    # named below gives another share, whatever the numbers. (With 10 hits of 31, comparing with 0.5
    # gives the share of errors.)
    hits = 6 + rng.integers(0, 3)
    signs = torch.tensor([1.0, -1.0] * 16)[:31]
    x = rng.normal(31, 3)
    x[:hits, 0] = signs[:hits] * rng.uniform(hits, low=0.6, high=2.0)
    x[hits:, 0] = signs[hits:] * rng.uniform(31 - hits, low=0.1, high=0.4)
    targets = torch.cat([signs[:hits], -signs[hits:]])
    order = rng.permutation(31)
    x, targets = x[order], targets[order]
    right = float((x[:, 0].sign() == targets).float().mean())
    scores = x[:, 0].sign()
    # The samples are pictures of one row: what a sample looks like is the model's business.
    pictures = [(x[:, None], targets, column) for column in (False, True)]
    # Many more samples, of which the first half has the hits of those 31 and the rest is all hits.
    rows = torch.cat([torch.arange(31).repeat(5), order[:1].repeat(150)])
    many, signs = x[rows], targets[rows]
    signs[155:] = many[155:, 0].sign()
    near = (x / 1000, targets, False)
    *few, small, last = accuracies(student, *pictures, near, (many, signs, False), in_order=True)
    for got in few:
        if got > 1 and not is_close(got, 100 * right) and not is_close(got, 31 * right):
            fail(
                Text(
                    "`accuracy(model, x, targets)` is more than 1: the share of hits lies between "
                    "0 and 1.",
                    "`accuracy(model, x, targets)` больше 1, а доля верных ответов лежит от 0 до "
                    "1.",
                )
            )
        assert_close(
            got,
            right,
            name="accuracy(model, x, targets)",
            mistakes={
                Text(
                    "one of scores and targets is (N, 1), the other (N,): they are broadcast "
                    "against each other to (N, N)",
                    "одно из scores и targets имеет форму (N, 1), другое — (N,): вместе они "
                    "растянулись до (N, N)",
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
                    "it is 0: is the share cut to a whole number, or is argmax taken of one score?",
                    "получился 0: доля не обрезана до целого? argmax взят не от одной оценки?",
                ): 0.0,
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
    if not is_close(small, right):
        fail(
            Text(
                "accuracy is right for some scores and wrong for the same ones divided by 1000: "
                "only the sign of a score counts.",
                "accuracy верна для одних оценок и неверна для тех же оценок, поделённых на 1000: "
                "важен только знак оценки.",
            )
        )
    if not is_close(last, (5 * 31 * right + 150) / 305):
        fail(
            Text(
                "accuracy is right for 31 samples and wrong for 305: every sample must count, and "
                "all of them alike.",
                "accuracy верна для 31 примера и неверна для 305: считаться должен каждый пример, "
                "и все одинаково.",
            )
        )


@check("train", points=1, title=Text("a score of exactly 0 is wrong", "оценка ровно 0 — ошибка"))
def test_accuracy_of_zero(student, rng):
    x = rng.normal(24, 2)
    targets = rng.signs(24)
    # All other samples are hits, wherever the border is: only what becomes of the zeros is asked.
    x[:, 0] = x[:, 0].abs().add(1.0) * targets
    zeros = 2 * rng.integers(2, 7)
    rows = rng.permutation(24)[:zeros]
    x[rows, 0] = 0.0
    targets[rows] = torch.tensor([1.0, -1.0] * (zeros // 2))
    hits = 24 - zeros
    (got,) = accuracies(student, (x, targets, False))
    # Flat scores that are broadcast against targets made a column are punished above, too.
    if is_close(got, (x[:, :1].sign() == targets).float().mean()):
        (got,) = accuracies(student, (x, targets, True))
    # A number of hits or a percentage is punished above.
    shares = (got, got / 24, got / 100)
    if any(math.isclose(share, hits / 24, rel_tol=1e-4) for share in shares):
        return
    counted = (hits + zeros, hits + zeros / 2)
    if any(math.isclose(share, wrong / 24, rel_tol=1e-4) for share in shares for wrong in counted):
        fail(
            Text(
                "A score of exactly 0 is on neither side and must count as wrong.",
                "Оценка ровно 0 не лежит ни на одной стороне и считается ошибкой.",
            )
        )
    assert_close(got, hits / 24, name="accuracy(model, x, targets)")


def accuracies(student, *cases, in_order=False):
    """Give the accuracy of each case `(x, targets, whether scores are a column)`.

    With `in_order`, who leaves gradients switched off fails the check.
    """
    got = student.run(
        measured_accuracy,
        cases=cases,
        returns={"accuracy(...)": ListOf(Unvalidated(), len(cases)), "derives": Bool()},
    )
    if in_order and not got["derives"]:
        fail(
            Text(
                "After accuracy gradients are switched off for all code that follows: nothing can "
                "be trained any more.",
                "После accuracy градиенты выключены для всего кода, который идёт дальше: обучать "
                "больше ничего нельзя.",
            ),
            hint=Text(
                "`with torch.no_grad():` switches them on again.",
                "`with torch.no_grad():` включает их обратно.",
            ),
        )
    # One by one: the student's code gave numbers, not our list of them.
    values = [NumberOrTensor().validate(value, "accuracy(...)") for value in got["accuracy(...)"]]
    if any(isinstance(value, torch.Tensor) for value in values):
        fail(
            Text(
                "accuracy returns a tensor; a number is wanted: add `.item()`.",
                "accuracy возвращает тензор, а нужно число: добавьте `.item()`.",
            ),
            cause="wrong_type",
        )
    return values


def rows_in(x, batch):
    """Find the number of each row of a batch; a row that is none of x costs the check."""
    few = len(batch) <= 100 * len(x)
    x, batch = x.flatten(1), batch[: 100 * len(x)].flatten(1)
    same = (batch[:, None, :] == x[None, :, :]).all(-1)
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
