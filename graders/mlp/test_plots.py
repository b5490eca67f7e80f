"""Hidden checks of the task `plots`."""

import torch

from zachetka.language import Text
from zachetka.pytest_plugin import (
    Bool,
    Double,
    ListOf,
    Number,
    Str,
    assert_equal,
    check,
    fail,
    is_close,
)

# Far more than anyone draws of 120 samples: one by one they are 120 groups, and a line of 2000
# vertices is a smooth curve. What is compared outside grows with both.
MOST_GROUPS = 300
MOST_VERTICES = 2000


def drawn(  # noqa: C901, PLR0915 - a probe travels alone and holds all it needs
    nb, *, calls, beside_another, most_groups, most_vertices
):
    import itertools

    import matplotlib.axes
    import matplotlib.pyplot as plt
    import numpy as np
    import torch
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.colors import to_rgba_array
    from matplotlib.patches import FancyArrow, FancyArrowPatch, PathPatch

    nothing = ("None", "none", "", " ", None)
    forms = {"tensor": lambda v: v, "array": lambda v: v.numpy(), "list": lambda v: v.tolist()}

    def inked(artist, *colors):
        """Say whether an artist leaves a trace: neither hidden nor wholly transparent."""
        alpha = artist.get_alpha()
        clear = alpha is not None and not np.max(np.asarray(alpha, dtype=float)) > 0
        tables = [to_rgba_array(color) for color in colors]
        inks = [table[:, 3].max() > 0 for table in tables if len(table)]
        return artist.get_visible() and not clear and any(inks)

    def points_of(axes):
        for collection in axes.collections:
            if not isinstance(collection, PathCollection):
                continue
            sizes = np.asarray(collection.get_sizes(), dtype=float)
            # Values that a colour map turns into colours are no colours yet.
            colors = ["black"] if collection.get_array() is not None else []
            colors += [collection.get_facecolors(), collection.get_edgecolors()]
            if inked(collection, *colors) and (not len(sizes) or sizes.max() > 1e-3):
                yield np.ma.filled(np.ma.asarray(collection.get_offsets(), dtype=float), np.nan)
        for line in axes.lines[:most_groups]:
            marked = line.get_marker() not in nothing and line.get_markersize() > 1e-2
            if marked and inked(line, line.get_markerfacecolor(), line.get_markeredgecolor()):
                yield np.asarray(line.get_xydata(), dtype=float)

    def is_drawn(line):
        return (
            line.get_linestyle() not in nothing
            and line.get_linewidth() > 1e-2
            and inked(line, line.get_color())
        )

    def lines_of(axes):
        # An `axline` or a line in the coordinates of the Axes: where it really goes depends on the
        # limits, which matplotlib computes when they are asked for.
        axes.apply_aspect()
        axes.get_xlim(), axes.get_ylim()
        to_data = axes.transData.inverted()
        for line in axes.lines[:most_groups]:
            vertices = np.asarray(line.get_xydata(), dtype=float)
            if len(vertices) > 1 and is_drawn(line):
                way = line.get_transform()
                in_data = way == axes.transData
                yield vertices if in_data else to_data.transform(way.transform(vertices))
        for collection in axes.collections:
            if isinstance(collection, LineCollection) and collection.get_visible():
                yield from (
                    np.asarray(segment, dtype=float) for segment in collection.get_segments()
                )
        # The arrow of an annotation, which has no place of its own before it is drawn.
        for text in axes.texts:
            arrow = getattr(text, "arrow_patch", None)
            in_data = arrow is not None and text.xycoords == text.anncoords == "data"
            if in_data and text.get_visible() and inked(arrow, arrow.get_edgecolor()):
                yield np.array([text.xyann, text.xy], dtype=float)
        for patch in axes.patches:
            colors = patch.get_facecolor(), patch.get_edgecolor()
            if isinstance(patch, PathPatch | FancyArrowPatch) and inked(patch, *colors):
                # A shaft is a curve of three points; what follows is the head.
                shaft = 3 if isinstance(patch, FancyArrowPatch) else None
                way = patch.get_path().vertices[:shaft]
                yield to_data.transform(patch.get_transform().transform(way))
            if isinstance(patch, FancyArrow) and inked(patch, *colors):
                # Its outline, from the tip on along one side to the tail.
                outline = np.asarray(patch.get_xy(), dtype=float)
                yield np.array([outline[3:5].mean(0), outline[0]])

    def thinned(vertices):
        vertices = np.asarray(vertices).reshape(-1, 2)
        return torch.tensor(vertices[:: 1 + len(vertices) // most_vertices])

    axes_before = plt.subplots()[1] if beside_another else None
    plots, figures = [], [axes_before.figure] if beside_another else []
    for name, form, *values in calls:
        given = [forms[form](value) for value in values]
        axes = getattr(nb, name)(*given)
        plot = {
            "kind": type(axes).__name__,
            "points": [],
            "lines": [],
            "labels": [],
            "windows": [[0, 0], [0, 0]],
        }
        if isinstance(axes, matplotlib.axes.Axes):
            points, lines = (
                [thinned(each) for each in itertools.islice(part(axes), most_groups)]
                for part in (points_of, lines_of)
            )
            plot = {
                "kind": "Axes",
                "points": points,
                "lines": lines,
                "labels": [axes.get_xlabel(), axes.get_ylabel()],
                "windows": [
                    sorted(map(float, limits)) for limits in (axes.get_xlim(), axes.get_ylim())
                ],
            }
            figures.append(axes.figure)
        plots.append(plot)
    return {
        "plots": plots,
        "separate": len({id(figure) for figure in figures}) == len(figures),
        "untouched": not beside_another
        or (len(axes_before.figure.axes) == 1 and not axes_before.has_data()),
    }


@check("plots", points=3, title=Text("plot_loss draws the history", "plot_loss рисует историю"))
def test_loss_line(student, rng):
    # As many as no one draws who leaves some out, by a step or after a hundred.
    epochs = rng.integers(101, 130)
    values, (plot,) = loss_plots(student, rng, epochs)
    # A line of markers alone is a line, too.
    shown = [*plot["lines"], *plot["points"], *joined(plot["lines"])]
    steps = torch.arange(epochs, dtype=torch.float64)
    fitting = [line for line in shown if is_close(line[:, 1], values)]
    if not fitting:
        why = Text("", "")
        for start, text in (
            (1, Text(" The first epoch is missing.", " Пропущена первая эпоха.")),
            (0, Text(" The last epoch is missing.", " Пропущена последняя эпоха.")),
        ):
            part = values[start : start + epochs - 1]
            if any(is_close(line[:, 1], part) for line in shown):
                why = text
        points = [len(line) for line in shown[:5]]
        fail(
            Text(
                f"plot_loss was given {epochs} values; none of the {len(shown)} lines of its "
                f"Axes shows them (points of the lines: {points}).",
                f"plot_loss получила значения ({epochs}), но ни одна линия на её Axes их не "
                f"показывает (линий: {len(shown)}, точек в них: {points}).",
            )
            + why
        )
    counted = [
        line for line in fitting if any(is_close(line[:, 0], steps + first) for first in (0, 1))
    ]
    if not counted:
        fail(
            Text(
                "The horizontal axis must count the epochs one by one, from 0 or from 1.",
                "По горизонтали должны идти номера эпох подряд, от 0 или от 1.",
            )
        )
    refuse_hidden(plot, counted[0])


@check("plots", points=1, title=Text("plot_loss labels both axes", "plot_loss подписывает обе оси"))
def test_loss_labels(student, rng):
    values, (plot,) = loss_plots(student, rng, 9)
    assert_labels(plot, "plot_loss", values)


@check(
    "plots",
    points=2,
    title=Text(
        "plot_predictions: one point per sample", "plot_predictions: точка на каждый пример"
    ),
)
def test_predictions_points(student, rng):
    reference, predicted = rng.normal(120), rng.normal(120)
    (plot,) = prediction_plots(student, ("tensor", reference, predicted))
    assert_points(plot, reference, predicted)
    refuse_hidden(plot, torch.stack([reference, predicted], 1).double())


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
        (form, rng.normal(*first), rng.normal(*second))
        for form, first, second in (
            ("tensor", (9, 1), (9, 1)),
            ("array", (9, 1), (9, 1)),
            ("array", (9,), (9,)),
            ("list", (9,), (9,)),
            # The usual case: targets (N,) beside a network's outputs (N, 1).
            ("tensor", (9,), (9, 1)),
        )
    ]
    for case, plot in zip(cases, prediction_plots(student, *cases), strict=True):
        reference, predicted = (values.flatten() for values in case[1:])
        # The wrong way round is punished above.
        if not shows(plot["points"], predicted, reference):
            assert_points(plot, reference, predicted)


@check(
    "plots",
    points=1,
    title=Text("plot_predictions: the diagonal y = x", "plot_predictions: диагональ y = x"),
)
def test_diagonal(student, rng):
    # Both reach from about -2 to 4 in an order of their own: a line from the lowest to the highest
    # value of either, or from 0 on, is long, and no fitted line is near the diagonal.
    reference, predicted = (
        torch.linspace(-2.0, 4.0, 14)[rng.permutation(14)] + rng.uniform(14, low=-0.2, high=0.2)
        for _ in range(2)
    )
    (plot,) = prediction_plots(student, ("tensor", reference, predicted))
    longest, pieces = 0.0, []
    for line in plot["lines"]:
        # Nothing is on no line, and neither is infinity or NaN.
        if not len(line) or not bool(line.isfinite().all()):
            continue
        size = float(line.abs().max())
        if bool(((line[:, 0] - line[:, 1]).abs() <= 1e-6 * size).all()):
            ends = line[:, 0].clamp(-2.0, 4.0)
            longest = max(longest, float(ends.max() - ends.min()))
            pieces.append((float(ends.min()), float(ends.max())))
    # Drawn piece by piece, it is as long as its pieces together.
    reached, covered = -2.0, 0.0
    for low, high in sorted(pieces):
        covered += max(0.0, high - max(low, reached))
        reached = max(reached, high)
    longest = max(longest, covered)
    if longest > 3.0:
        return
    if longest > 0.0:
        fail(
            Text(
                "The line y = x is only a short piece: draw it along all points.",
                "Прямая y = x — только короткий кусочек: проведите её вдоль всех точек.",
            )
        )
    fitted = [
        line for line in plot["lines"] if len(line) > 1 and is_fitted(line, reference, predicted)
    ]
    if fitted:
        fail(
            Text(
                "The line is fitted to the points; the diagonal is y = x.",
                "Прямая подогнана к точкам, а диагональ — это y = x.",
            )
        )
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
    reference, predicted = rng.normal(9), rng.normal(9)
    (plot,) = prediction_plots(student, ("tensor", reference, predicted))
    assert_labels(plot, "plot_predictions", reference, predicted)


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
    history, (reference, predicted) = rng.uniform(9), (rng.normal(9), rng.normal(9))
    got = plots_of(
        student,
        *[("plot_loss", "list", history), ("plot_predictions", "tensor", reference, predicted)] * 2,
        beside_another=True,
    )
    for plot, values in zip(got["plots"], [(history,), (reference, predicted)] * 2, strict=True):
        refuse_empty(plot, *values)
    assert_equal(
        (got["separate"], got["untouched"]),
        (True, True),
        text=Text(
            "A call draws on a figure that was there before.",
            "Вызов рисует на фигуре, которая уже была.",
        ),
    )


def joined(lines):
    """Give the lines that pieces make up, each of which begins where the one before it ends."""
    chains = []
    for line in filter(len, lines):
        if chains and torch.equal(chains[-1][-1][-1], line[0]):
            chains[-1].append(line[1:])
        else:
            chains.append([line])
    return [torch.cat(chain) for chain in chains if len(chain) > 1]


def is_fitted(line, reference, predicted):
    """Say whether a line is the least squares line of the points, whichever is on which axis."""
    line = line[torch.isfinite(line).all(1)]
    for x, y in ((reference, predicted), (predicted, reference)):
        design = torch.stack([x, torch.ones_like(x)], 1).double()
        slope, shift = torch.linalg.lstsq(design, y.double()[:, None]).solution[:, 0]
        if len(line) > 1 and is_close(line[:, 1], slope * line[:, 0] + shift, rtol=1e-3, atol=1e-3):
            return True
    return False


PLOT = {
    "kind": Str(),
    "points": ListOf(Double(None, 2), at_most=MOST_GROUPS),
    "lines": ListOf(Double(None, 2), at_most=MOST_GROUPS),
    "labels": ListOf(Str(), at_most=2),
    "windows": ListOf(ListOf(Number(), 2), 2),
}


def plots_of(student, *calls, beside_another=False):
    """Let the student draw; a call is the function's name, the form of its arguments, and them."""
    got = student.run(
        drawn,
        calls=calls,
        beside_another=beside_another,
        most_groups=MOST_GROUPS,
        most_vertices=MOST_VERTICES,
        returns={"plots": ListOf(PLOT, len(calls)), "separate": Bool(), "untouched": Bool()},
    )
    for plot, (name, *_) in zip(got["plots"], calls, strict=True):
        assert_axes(plot, name)
        for part in ("points", "lines"):
            # The probe thins out what is longer.
            plot[part] = [group for group in plot[part] if len(group) <= MOST_VERTICES]
    return got


def loss_plots(student, rng, epochs):
    """Give the losses that were drawn, and the plot; a history is a list of numbers."""
    values = rng.uniform(epochs, low=0.1, high=2.0, dtype=torch.float64)
    # A loss begins at its highest, and who sets limits may set them by that.
    values[0] = 2.1
    return values, plots_of(student, ("plot_loss", "list", values))["plots"]


def prediction_plots(student, *cases):
    return plots_of(student, *(("plot_predictions", *case) for case in cases))["plots"]


def refuse_empty(plot, *values):
    """Fail the check if a plot has little to do with what it was given.

    Half of the values on one axis are enough: what is wrong with them is punished above. A history
    may be another one altogether, such as its running sum, if about as many points are drawn.
    """
    if len(values) == 1:
        count = values[0].numel()
        lengths = [len(group) for group in (*plot["points"], *plot["lines"])]
        if any(count <= 2 * length <= 2 * count + 2 for length in lengths):
            return
    shown = [group[:, axis] for group in (*plot["points"], *plot["lines"]) for axis in (0, 1)]
    everything = torch.cat([*shown, torch.empty(0).double()])
    for given in values:
        near = torch.isclose(given.double().flatten()[:, None], everything, rtol=1e-4, atol=1e-5)
        if 2 * int(near.any(1).sum()) >= given.numel():
            return
    fail(
        Text(
            "The plot does not show the values that it was given.",
            "На графике нет переданных значений.",
        )
    )


def refuse_hidden(plot, points):
    """Fail the check if the limits of the axes hide many of the points (N, 2) that were drawn."""
    low, high = torch.tensor(plot["windows"], dtype=torch.float64).T
    outside = ~((low <= points) & (points <= high))
    hidden = int(outside.any(1).sum())
    # A few may be left out on purpose, such as the loss of a wild beginning.
    if 4 * hidden > len(points):
        across, along = outside.sum(0)
        axis = (
            Text("horizontal", "горизонтальной")
            if across > along
            else Text("vertical", "вертикальной")
        )
        fail(
            Text(
                f"The limits of the {axis.en} axis hide points: {hidden} of {len(points)}.",
                f"Пределы {axis.ru} оси скрывают часть точек: {hidden} из {len(points)}.",
            ),
            hint=Text(
                "Without set_xlim and set_ylim matplotlib shows all of them.",
                "Без set_xlim и set_ylim matplotlib покажет их все.",
            ),
        )


def assert_axes(got, name):
    if got["kind"] != "Axes":
        kind = got["kind"].removesuffix("Type") if got["kind"].isidentifier() else "?"
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


def assert_labels(plot, name, *values):
    missing = [axis for axis, label in zip("xy", plot["labels"], strict=False) if not label.strip()]
    if missing:
        axes = Text(" and ".join(missing), " и ".join(missing))
        fail(
            Text(
                f"{name}: there is no label on the axis {axes.en}; both axes need one.",
                f"{name}: нет подписи у оси {axes.ru}; подписаны должны быть обе.",
            ),
            hint=Text("ax.set_xlabel, ax.set_ylabel", "ax.set_xlabel, ax.set_ylabel"),
        )
    refuse_empty(plot, *values)


def assert_points(plot, reference, predicted):
    points = plot["points"]
    if shows(points, reference, predicted):
        return
    count = reference.numel()
    known = {
        Text(
            "reference and predicted are on each other's axes: a point stands at "
            "(reference, predicted).",
            "reference и predicted перепутаны местами: точка стоит в (reference, predicted).",
        ): (predicted, reference),
        Text(
            "The points stand at (reference, reference): every prediction looks perfect.",
            "Точки стоят в (reference, reference): любое предсказание выглядит идеальным.",
        ): (reference, reference),
        Text(
            "The points stand at (predicted, predicted).", "Точки стоят в (predicted, predicted)."
        ): (predicted, predicted),
        Text(
            "The points stand at (number of the sample, predicted); reference is not used.",
            "Точки стоят в (номер примера, predicted); reference не используется.",
        ): (torch.arange(count), predicted),
        Text(
            "The points show errors, not predictions.",
            "Точки показывают ошибки, а не предсказания.",
        ): (reference, predicted - reference),
    }
    for text, (x, y) in known.items():
        if shows(points, x, y):
            fail(text)
    if shows(plot["lines"], reference, predicted):
        fail(
            Text(
                "The samples are joined by a line; points are wanted (ax.scatter).",
                "Примеры соединены линией, а нужны отдельные точки (ax.scatter).",
            )
        )
    fail(
        Text(
            f"plot_predictions was given {count} samples; the points that can be seen (by group: "
            f"{[len(group) for group in points[:5]]}) are not those of (reference, predicted).",
            f"plot_predictions получила {count} примеров; видимые точки (по группам: "
            f"{[len(group) for group in points[:5]]}) — не (reference, predicted).",
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
