"""Charts as inline SVG: no script, no style of their own, colours by class, read aloud by title.

Horizontal places are percentages and vertical ones pixels, so that a chart fills whatever width
it is given while its letters keep their size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TOP: Final = 22
_AXIS: Final = 40
_ROW: Final = 46
_LABEL_LETTERS: Final = 40
_STRIP_LANES: Final = 7
_LANE: Final = 11
_TICK_STEPS: Final = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Column:
    """One bar of a histogram; `marked` of its `count` are drawn in the colour of trouble."""

    label: str
    count: int
    marked: int = 0
    link: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One horizontal bar, filled to `share` (0..1), with `value` as the words for it."""

    label: str
    share: float
    value: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One dot at `x`, and at `y` where a chart has two axes; `tone` names its colour."""

    x: float
    label: str
    y: float = 0.0
    link: str = ""
    tone: str = "accent"


@dataclass(frozen=True, slots=True)
class Scale:
    """The way from a value to a percentage of a chart's width, and the ticks on it."""

    low: float
    high: float
    ticks: tuple[float, ...]
    logarithmic: bool = False

    def percent(self, value: float) -> float:
        """Give the place of a value, in 0..100."""
        low, high, at = self.low, self.high, min(max(value, self.low), self.high)
        if self.logarithmic:
            low, high, at = math.log(low), math.log(high), math.log(at)
        return 100 * (at - low) / (high - low)


def scale_for(values: Sequence[float]) -> Scale:
    """Choose a scale that begins at 0, or a logarithmic one where a few values are far out."""
    if not values:
        return Scale(0.0, 1.0, (0.0, 1.0))
    ordered = sorted(values)
    low, median, high = ordered[0], ordered[len(ordered) // 2], ordered[-1]
    far_out = 10.0
    if low > 0 and high > far_out * median:
        return _logarithmic(low, high)
    step = _tick_step(high)
    count = max(1, math.ceil(high / step - 1e-9))
    return Scale(0.0, count * step, tuple(index * step for index in range(count + 1)))


def histogram(
    columns: Sequence[Column], *, title: str, ticks: Sequence[str], axis: str, mean: float | None
) -> Markup:
    """Draw how often each thing is.

    Args:
        columns: the bars, from left to right.
        title: what a screen reader says instead of the picture.
        ticks: the texts below the axis, spread evenly from end to end; if there are as many as
            columns, each stands below its own, and an empty one leaves a gap.
        axis: what the axis shows.
        mean: where to draw a line, in 0..1 of the width.
    """
    height = 200
    scale = scale_for([float(max((column.count for column in columns), default=0) or 1)])
    base = _TOP + height
    parts = list(_horizontal_grid(scale, base, height))
    width = 100 / max(1, len(columns))
    for index, column in enumerate(columns):
        place = f'x="{_p(width * (index + 0.06))}" width="{_p(width * 0.88)}"'
        parts.append(_column(column, place, base, height / scale.high))
        if column.count:
            middle = _p(width * (index + 0.5))
            top = base - column.count * height / scale.high - 6
            parts.append(
                f'<text class="value value-narrow" x="{middle}" y="{_n(top)}">{column.count}</text>'
            )
    parts.append(f'<line class="axis" x1="0%" x2="100%" y1="{base}" y2="{base}"/>')
    if mean is not None:
        at = _p(100 * mean)
        parts.append(f'<line class="mean" x1="{at}" x2="{at}" y1="{_TOP - 8}" y2="{base}"/>')
    below_columns = len(ticks) == len(columns)
    for index, tick in enumerate(ticks):
        x = width * (index + 0.5) if below_columns else 100 * index / max(1, len(ticks) - 1)
        parts.append(f'<text class="tick" x="{_p(x)}" y="{base + 18}">{escape(tick)}</text>')
    parts.append(f'<text class="axis-name" x="50%" y="{base + 36}">{escape(axis)}</text>')
    return _svg(parts, title, base + _AXIS, "chart chart-axis")


def horizontal_bars(rows: Sequence[Row], *, title: str) -> Markup:
    """Draw one bar below the other, each under its label and its value."""
    parts = []
    for index, row in enumerate(rows):
        y = index * _ROW
        label = escape(_cut(row.label))
        parts.append(
            f"<g><title>{escape(row.label)}: {escape(row.value)}</title>"
            f'<text class="label" x="0%" y="{y + 16}">{label}</text>'
            f'<text class="label-value" x="100%" y="{y + 16}">{escape(row.value)}</text>'
            f'<rect class="track" x="0%" width="100%" y="{y + 25}" height="9" rx="4.5"/>'
            f'<rect class="fill" x="0%" width="{_p(100 * min(1, max(0, row.share)))}"'
            f' y="{y + 25}" height="9" rx="4.5"/></g>'
        )
    return _svg(parts, title, max(1, len(rows) * _ROW - 8), "chart")


def strip(dots: Sequence[Dot], *, title: str, axis: str) -> Markup:
    """Draw one dot per value on one axis; dots that would cover each other take other lanes."""
    scale = scale_for([dot.x for dot in dots])
    base = 14 + _STRIP_LANES * _LANE
    parts = [
        f'<line class="grid" x1="{_p(scale.percent(tick))}" x2="{_p(scale.percent(tick))}"'
        f' y1="4" y2="{base}"/>'
        for tick in scale.ticks
    ]
    taken: list[float] = [-100.0] * _STRIP_LANES
    middle_first = sorted(range(_STRIP_LANES), key=lambda lane: abs(lane - _STRIP_LANES // 2))
    apart = 1.1
    for dot in sorted(dots, key=lambda each: each.x):
        x = scale.percent(dot.x)
        free = [lane for lane in middle_first if x - taken[lane] >= apart]
        lane = free[0] if free else min(middle_first, key=lambda each: taken[each])
        taken[lane] = x
        parts.append(_dot(dot, x, 10 + (lane + 0.5) * _LANE))
    parts.append(f'<line class="axis" x1="0%" x2="100%" y1="{base}" y2="{base}"/>')
    parts.extend(
        f'<text class="tick" x="{_p(scale.percent(tick))}" y="{base + 18}">{tick:g}</text>'
        for tick in scale.ticks
    )
    name = f"{axis}, logarithmic" if scale.logarithmic else axis
    parts.append(f'<text class="axis-name" x="50%" y="{base + 36}">{escape(name)}</text>')
    return _svg(parts, title, base + _AXIS, "chart chart-axis")


def scatter(
    dots: Sequence[Dot],
    *,
    title: str,
    x_axis: str,
    y_ticks: Sequence[float],
    x_ticks: Sequence[str],
) -> Markup:
    """Draw dots on two axes: `x` in 0..1, `y` between the first and the last of `y_ticks`.

    A heavier line marks 0 where it lies between them.
    """
    height = 240
    base = _TOP + height
    low, high = y_ticks[0], y_ticks[-1]

    def y_of(value: float) -> float:
        return base - height * (min(max(value, low), high) - low) / (high - low)

    parts = []
    for tick in y_ticks:
        y = _n(y_of(tick))
        kind = "zero" if tick == 0 else "grid"
        parts.append(f'<line class="{kind}" x1="0%" x2="100%" y1="{y}" y2="{y}"/>')
        parts.append(
            f'<text class="tick-left" x="-8" y="{_n(y_of(tick) + 4)}">{_signed(tick)}</text>'
        )
    for index, text in enumerate(x_ticks):
        x = _p(100 * index / max(1, len(x_ticks) - 1))
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{_TOP}" y2="{base}"/>')
        parts.append(f'<text class="tick" x="{x}" y="{base + 18}">{escape(text)}</text>')
    parts.extend(_dot(dot, 100 * min(max(dot.x, 0), 1), y_of(dot.y)) for dot in dots)
    parts.append(f'<text class="axis-name" x="50%" y="{base + 36}">{escape(x_axis)}</text>')
    return _svg(parts, title, base + _AXIS, "chart chart-axis")


def meter(share: float, tone: str = "accent") -> Markup:
    """Draw a small bar for a cell of a table whose text already says the number."""
    return _small(
        '<rect class="track" x="0%" width="100%" y="5" height="6" rx="3"/>'
        f'<rect class="fill-{tone}" x="0%" width="{_p(100 * min(1, max(0, share)))}"'
        ' y="5" height="6" rx="3"/>'
    )


def balance(value: float, tone: str = "accent") -> Markup:
    """Draw a small bar from the middle to the left or right, for a value in -1..1."""
    half = 50 * min(1.0, abs(value))
    start = 50 - half if value < 0 else 50.0
    return _small(
        '<rect class="track" x="0%" width="100%" y="5" height="6" rx="3"/>'
        f'<rect class="fill-{tone}" x="{_p(start)}" width="{_p(half)}" y="5" height="6"/>'
        '<line class="zero" x1="50%" x2="50%" y1="1" y2="15"/>'
    )


def _svg(parts: Iterable[str], title: str, height: int, kind: str) -> Markup:
    # Every part is made above of our own words, of numbers and of escaped texts.
    return Markup(  # noqa: S704
        f'<svg class="{kind}" role="img" height="{height}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _small(inside: str) -> Markup:
    return Markup(f'<svg class="small-chart" height="16" aria-hidden="true">{inside}</svg>')  # noqa: S704


def _column(column: Column, place: str, base: int, per_count: float) -> str:
    plain, marked = column.count - column.marked, column.marked
    lower, whole = marked * per_count, column.count * per_count
    inside = f"<title>{escape(column.label)}: {column.count}</title>"
    for tone, count, top in (("-bad", marked, lower), ("", plain, whole)):
        if count:
            inside += (
                f'<rect class="fill{tone}" {place} y="{_n(base - top)}"'
                f' height="{_n(count * per_count)}" rx="2"/>'
            )
    return _linked(inside, column.link)


def _dot(dot: Dot, x: float, y: float) -> str:
    circle = f'<circle class="dot fill-{dot.tone}" cx="{_p(x)}" cy="{_n(y)}" r="5"/>'
    inside = f"<title>{escape(dot.label)}</title>{circle}" if dot.label else circle
    return _linked(inside, dot.link)


def _linked(inside: str, link: str) -> str:
    # For the mouse alone: inside an image a keyboard would stop at nothing that it can name, and
    # the same links stand in the table below it.
    return f'<a href="{escape(link)}" tabindex="-1">{inside}</a>' if link else f"<g>{inside}</g>"


def _horizontal_grid(scale: Scale, base: int, height: int) -> Iterable[str]:
    for tick in scale.ticks:
        y = base - tick * height / scale.high
        if tick and float(tick).is_integer():
            yield f'<line class="grid" x1="0%" x2="100%" y1="{_n(y)}" y2="{_n(y)}"/>'
            yield f'<text class="tick-left" x="-8" y="{_n(y + 4)}">{tick:g}</text>'


def _logarithmic(low: float, high: float) -> Scale:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = [10.0**power * factor for power in powers for factor in (1, 2, 5)]
    first = max(step for step in steps if step <= low * (1 + 1e-9))
    last = min(step for step in steps if step >= high * (1 - 1e-9))
    ticks = [step for step in steps if first <= step <= last]
    # All of 1, 2 and 5 would stand too close together on a narrow screen.
    few = 7
    kept = (
        ticks
        if len(ticks) <= few
        else [tick for tick in ticks if tick in {10.0**p for p in powers}]
    )
    return Scale(first, last, tuple(kept), logarithmic=True)


def _tick_step(high: float) -> float:
    if high <= 0:
        return 1.0
    raw = high / 5
    power: float = 10.0 ** math.floor(math.log10(raw))
    return power * next(step for step in _TICK_STEPS if step * power >= raw * (1 - 1e-9))


def _signed(value: float) -> str:
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")


def _cut(text: str) -> str:
    return text if len(text) <= _LABEL_LETTERS else text[: _LABEL_LETTERS - 1] + "…"


def _p(percent: float) -> str:
    return f"{percent:.2f}".rstrip("0").rstrip(".") + "%"


def _n(pixels: float) -> str:
    return f"{pixels:.1f}".rstrip("0").rstrip(".")
