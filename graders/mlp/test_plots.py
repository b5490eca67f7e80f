"""Hidden checks of the task `plots`."""

import math

import torch

from zachetka.language import Text
from zachetka.pytest_plugin import (
    Bool,
    Double,
    ListOf,
    Str,
    assert_equal,
    check,
    fail,
    is_close,
)


def drawn_loss(nb, *, histories):
    import matplotlib.axes
    import numpy as np
    import torch

    found = []
    for history in histories:
        axes = nb.plot_loss(history)
        plot = {"kind": type(axes).__name__, "lines": [], "labels": []}
        if isinstance(axes, matplotlib.axes.Axes):
            lines = [np.asarray(line.get_xydata(), dtype=float) for line in axes.lines[:50]]
            plot = {
                "kind": "Axes",
                "lines": [torch.from_numpy(line.reshape(-1, 2)) for line in lines],
                "labels": [axes.get_xlabel(), axes.get_ylabel()],
            }
        found.append(plot)
    return found


def drawn_predictions(nb, *, cases):  # noqa: C901 - a probe travels alone and holds all it needs
    import matplotlib.axes
    import numpy as np
    import torch
    from matplotlib.collections import LineCollection, PathCollection

    nothing = ("None", "none", "", " ", None)
    forms = {"tensor": lambda v: v, "array": lambda v: v.numpy(), "list": lambda v: v.tolist()}

    def points_of(axes):
        for collection in axes.collections:
            if isinstance(collection, PathCollection):
                yield np.ma.filled(np.ma.asarray(collection.get_offsets(), dtype=float), np.nan)
        for line in axes.lines[:5000]:
            if line.get_marker() not in nothing:
                yield np.asarray(line.get_xydata(), dtype=float)

    def lines_of(axes):
        # An `axline` or a line in the coordinates of the Axes: where it really goes depends on the
        # limits, which matplotlib computes when they are asked for.
        axes.apply_aspect()
        axes.get_xlim(), axes.get_ylim()
        to_data = axes.transData.inverted()
        for line in axes.lines[:5000]:
            vertices = np.asarray(line.get_xydata(), dtype=float)
            if line.get_linestyle() not in nothing and len(vertices) > 1:
                yield to_data.transform(line.get_transform().transform(vertices))
        for collection in axes.collections:
            if isinstance(collection, LineCollection):
                yield from (
                    np.asarray(segment, dtype=float) for segment in collection.get_segments()
                )

    found = []
    for reference, predicted, form in cases:
        axes = nb.plot_predictions(forms[form](reference), forms[form](predicted))
        plot = {"kind": type(axes).__name__, "points": [], "lines": [], "labels": []}
        if isinstance(axes, matplotlib.axes.Axes):
            points, lines = (
                [torch.tensor(np.asarray(each).reshape(-1, 2)) for each in part(axes)]
                for part in (points_of, lines_of)
            )
            plot = {
                "kind": "Axes",
                "points": points[:5000],
                "lines": lines[:100],
                "labels": [axes.get_xlabel(), axes.get_ylabel()],
            }
        found.append(plot)
    return found


def figures_made(nb, *, history, reference, predicted):
    import matplotlib.axes
    import matplotlib.pyplot as plt

    open_before, axes_before = plt.subplots()
    drawn = [
        nb.plot_loss(history),
        nb.plot_predictions(reference, predicted),
        nb.plot_loss(history),
        nb.plot_predictions(reference, predicted),
    ]
    is_axes = [isinstance(each, matplotlib.axes.Axes) for each in drawn]
    figures = [
        open_before,
        *(each.figure for each, good in zip(drawn, is_axes, strict=True) if good),
    ]
    return {
        "kinds": [
            "Axes" if good else type(each).__name__
            for each, good in zip(drawn, is_axes, strict=True)
        ],
        "separate": len({id(figure) for figure in figures}) == len(figures),
        "untouched": len(open_before.axes) == 1 and not axes_before.has_data(),
    }


DRAWN = {"kind": Str(), "lines": ListOf(Double(None, 2)), "labels": ListOf(Str())}


@check("plots", points=3, title=Text("plot_loss draws the history", "plot_loss рисует историю"))
def test_loss_line(student, rng):
    histories = [
        [float(value) for value in rng.uniform(epochs, low=0.1, high=2.0)] for epochs in (9, 14)
    ]
    for history, plot in zip(histories, loss_plots(student, *histories), strict=True):
        lines, epochs = plot["lines"], len(history)
        values = torch.tensor(history, dtype=torch.float64)
        steps = torch.arange(epochs, dtype=torch.float64)
        fitting = [line for line in lines if is_close(line[:, 1], values)]
        if not fitting:
            points = [len(line) for line in lines[:5]]
            fail(
                Text(
                    f"plot_loss was given {epochs} values; none of the {len(lines)} lines of its "
                    f"Axes shows them (points of the lines: {points}).",
                    f"plot_loss получила {epochs} значений, но ни одна линия на её Axes их не "
                    f"показывает (линий: {len(lines)}, точек в них: {points}).",
                )
            )
        if not any(is_close(line[:, 0], steps + first) for line in fitting for first in (0, 1)):
            fail(
                Text(
                    "The horizontal axis must count the epochs one by one, from 0 or from 1.",
                    "По горизонтали должны идти номера эпох подряд, от 0 или от 1.",
                )
            )


@check("plots", points=1, title=Text("plot_loss labels both axes", "plot_loss подписывает обе оси"))
def test_loss_labels(student, rng):
    assert_labels(*loss_plots(student, [float(value) for value in rng.uniform(5)]))


@check(
    "plots",
    points=2,
    title=Text(
        "plot_predictions: one point per sample", "plot_predictions: точка на каждый пример"
    ),
)
def test_predictions_points(student, rng):
    reference, predicted = rng.normal(17), rng.normal(17)
    (plot,) = prediction_plots(student, (reference, predicted, "tensor"))
    assert_points(plot, reference, predicted)


@check(
    "plots",
    points=1,
    title=Text(
        "plot_predictions takes (N, 1) tensors, arrays and lists",
        "plot_predictions принимает тензоры (N, 1), массивы и списки",
    ),
)
def test_predictions_inputs(student, rng):
    cases = [
        (rng.normal(*shape), rng.normal(*shape), form)
        for form, shape in (("tensor", (9, 1)), ("array", (9,)), ("array", (9, 1)), ("list", (9,)))
    ]
    for case, plot in zip(cases, prediction_plots(student, *cases), strict=True):
        reference, predicted, _ = case
        # The wrong way round is punished above.
        if not shows(plot["points"], predicted, reference):
            assert_points(plot, reference, predicted)


@check(
    "plots",
    points=1,
    title=Text("plot_predictions: the diagonal y = x", "plot_predictions: диагональ y = x"),
)
def test_diagonal(student, rng):
    reference, predicted = rng.normal(14, mean=1.0), rng.normal(14, std=2.0)
    (plot,) = prediction_plots(student, (reference, predicted, "tensor"))
    for line in plot["lines"]:
        size = float(line.abs().max())
        on_it = (line[:, 0] - line[:, 1]).abs() <= 1e-6 * size
        if math.isfinite(size) and bool(on_it.all()) and float(line[:, 0].max() - line[:, 0].min()):
            return
    fail(
        Text(
            "There is no line y = x in the plot of predictions.",
            "На графике предсказаний нет прямой y = x.",
        ),
        hint=Text(
            "A perfect prediction lies on the diagonal: draw it from the lowest to the highest "
            "value.",
            "Идеальное предсказание лежит на диагонали: проведите её от наименьшего значения до "
            "наибольшего.",
        ),
    )


@check(
    "plots",
    points=1,
    title=Text("plot_predictions labels both axes", "plot_predictions подписывает обе оси"),
)
def test_predictions_labels(student, rng):
    assert_labels(*prediction_plots(student, (rng.normal(6), rng.normal(6), "tensor")))


@check(
    "plots",
    points=1,
    title=Text("each call makes its own figure", "каждый вызов создаёт свою фигуру"),
    hint=Text(
        "Begin with fig, ax = plt.subplots() and draw on ax.",
        "Начните с fig, ax = plt.subplots() и рисуйте на ax.",
    ),
)
def test_own_figures(student, rng):
    got = student.run(
        figures_made,
        history=[float(v) for v in rng.uniform(5)],
        reference=rng.normal(6),
        predicted=rng.normal(6),
        returns={"kinds": ListOf(Str(), 4), "separate": Bool(), "untouched": Bool()},
    )
    for kind, name in zip(got["kinds"], ["plot_loss", "plot_predictions"] * 2, strict=True):
        assert_axes({"kind": kind}, name)
    assert_equal(
        (got["separate"], got["untouched"]),
        (True, True),
        text=Text(
            "A call draws on a figure that was there before.",
            "Вызов рисует на фигуре, которая уже была.",
        ),
    )


def loss_plots(student, *histories):
    plots = student.run(drawn_loss, histories=histories, returns=ListOf(DRAWN, len(histories)))
    return [assert_axes(plot, "plot_loss") for plot in plots]


def prediction_plots(student, *cases):
    drawn = {**DRAWN, "points": ListOf(Double(None, 2))}
    plots = student.run(drawn_predictions, cases=cases, returns=ListOf(drawn, len(cases)))
    return [assert_axes(plot, "plot_predictions") for plot in plots]


def assert_axes(got, name):
    if got["kind"] != "Axes":
        kind = got["kind"] if got["kind"].isidentifier() else "?"
        fail(
            Text(
                f"{name} must return the Axes that it drew on; it returned {kind}.",
                f"{name} должна вернуть Axes, на которых рисовала, а вернула {kind}.",
            ),
            hint=Text(
                "fig, ax = plt.subplots(); ...; return ax",
                "fig, ax = plt.subplots(); ...; return ax",
            ),
            cause="wrong_type",
        )
    return got


def assert_labels(drawn):
    if len(drawn["labels"]) != 2 or not all(label.strip() for label in drawn["labels"]):
        fail(
            Text("Both axes must have a label.", "Обе оси должны быть подписаны."),
            hint=Text("ax.set_xlabel, ax.set_ylabel", "ax.set_xlabel, ax.set_ylabel"),
        )


def assert_points(drawn, reference, predicted):
    if shows(drawn["points"], reference, predicted):
        return
    count = reference.numel()
    if shows(drawn["points"], predicted, reference):
        fail(
            Text(
                "reference and predicted are on each other's axes: a point stands at "
                "(reference, predicted).",
                "reference и predicted перепутаны местами: точка стоит в (reference, predicted).",
            )
        )
    fail(
        Text(
            f"plot_predictions was given {count} samples; its points (by group: "
            f"{[len(group) for group in drawn['points'][:5]]}) are not those of "
            "(reference, predicted).",
            f"plot_predictions получила {count} примеров; её точки (по группам: "
            f"{[len(group) for group in drawn['points'][:5]]}) — не (reference, predicted).",
        )
    )


def shows(groups, reference, predicted):
    """Say whether one group of points, or all together, are these samples in any order."""
    expected = in_order(torch.stack([reference.flatten(), predicted.flatten()], 1).double())
    everything = [torch.cat(groups)] if groups else []
    candidates = [group for group in [*groups, *everything] if len(group) == len(expected)]
    return any(is_close(in_order(group), expected) for group in candidates)


def in_order(points):
    return torch.tensor(sorted(points.tolist()), dtype=torch.float64).reshape(-1, 2)
