"""The charts on the page of a class: what each one shows, and where its parts lead."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from zachetka.pages.charts import Column, Dot, Row, histogram, horizontal_bars, scatter, strip
from zachetka.pages.class_words import cause, points, score_range, signed, tone
from zachetka.report.model import ReportStatus
from zachetka.sandbox.base import MIB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from markupsafe import Markup

    from zachetka.pages.class_statistics import Bin, CheckResult, TaskResult
    from zachetka.report.store import Stored

# Of many notebooks, the dots of so many tell whose they are: the page lists the same ones.
EXTREMES: Final = 10
_NAMED_DOTS: Final = 400
_NARROW_TICKS: Final = 11
_DAYS: Final = 7
_DISCRIMINATION_TICKS: Final = (-0.5, 0.0, 0.5, 1.0)
_PERCENT_TICKS: Final = ("0 %", "25 %", "50 %", "75 %", "100 %")


def score_chart(bins: Sequence[Bin], max_score: float, mean: float | None) -> Markup:
    """Draw how many have which scores, with the mean where there is one."""
    labels = [score_range(each, max_score) for each in bins]
    columns = [
        Column(
            label,
            len(each.students),
            sum(one.report.status is ReportStatus.REJECTED for one in each.students),
            f"#score-{number}" if each.students else "",
        )
        for number, (label, each) in enumerate(zip(labels, bins, strict=True))
    ]
    # On a narrow screen twenty numbers would run into each other.
    step = 1 if len(bins) <= _NARROW_TICKS else 5
    named = [label if number % step == 0 else "" for number, label in enumerate(labels)]
    quarters = [points(max_score * part / 4, max_score) for part in range(5)]
    return histogram(
        columns,
        title=f"How the scores of {sum(each.count for each in columns)} submissions are spread",
        ticks=named if bins[0].exact else quarters,
        axis=f"score, of {max_score:g}",
        mean=None if mean is None else mean / max_score,
    )


def task_chart(tasks: Iterable[TaskResult]) -> Markup:
    """Draw what each task gave."""
    rows = [Row(each.name, each.share, f"{100 * each.share:.0f} %") for each in tasks]
    return horizontal_bars(rows, title="The part of its points that each task gave")


def check_map(checks: Iterable[CheckResult]) -> Markup | None:
    """Draw how hard each check is against how well it separates; None where no one can say."""
    dots = [
        Dot(
            check.share,
            f"{check.task}, {check.title}: {100 * check.share:.0f} % passed, "
            f"separates {signed(check.discrimination)}",
            check.discrimination,
            f"#check-{number}",
            tone(check.discrimination),
        )
        for number, check in enumerate(checks)
        if check.discrimination is not None
    ]
    if not dots:
        return None
    # Far below 0 there is rarely anything to see.
    is_deep = any(dot.y < _DISCRIMINATION_TICKS[0] for dot in dots)
    return scatter(
        dots,
        title="Each check by how many passed it and how well it separates strong from weak",
        x_axis="submissions that passed",
        y_ticks=(-1.0, *_DISCRIMINATION_TICKS) if is_deep else _DISCRIMINATION_TICKS,
        x_ticks=_PERCENT_TICKS,
    )


def cause_chart(causes: Sequence[tuple[str, int, tuple[Stored, ...]]]) -> Markup:
    """Draw how often checks gave no points for which cause."""
    failures = sum(count for _, count, _ in causes)
    rows = [
        Row(cause(word), count / failures, f"{count:,}, {100 * count / failures:.0f} %")
        for word, count, _ in causes
    ]
    return horizontal_bars(rows, title="Why checks gave no points")


def time_chart(times: Sequence[tuple[float, Stored]], address: Callable[[Stored], str]) -> Markup:
    """Draw how long each notebook ran; the slowest come first."""
    return strip(
        _dots([(time, f"{time:.1f} s", each) for time, each in times], address),
        title=f"How long each of {len(times)} notebooks ran",
        axis="seconds",
    )


def memory_chart(sizes: Sequence[tuple[int, Stored]], address: Callable[[Stored], str]) -> Markup:
    """Draw how many bytes each notebook held; the largest come first."""
    return strip(
        _dots([(size / MIB, f"{size / MIB:,.0f} MiB", each) for size, each in sizes], address),
        title=f"The most memory that each of {len(sizes)} notebooks held",
        axis="MiB",
    )


def _dots(
    values: Sequence[tuple[float, str, Stored]], address: Callable[[Stored], str]
) -> list[Dot]:
    named = len(values) if len(values) <= _NAMED_DOTS else EXTREMES
    return [
        Dot(x, f"{each.report.label}: {words}", link=address(each)) if index < named else Dot(x, "")
        for index, (x, words, each) in enumerate(values)
    ]


def late_chart(reports: Iterable[Stored]) -> Markup:
    """Draw how late the submissions were, those in time among them."""
    days = Counter(
        min(each.report.late.days, _DAYS) for each in reports if each.report.late is not None
    )
    labels = [*map(str, range(_DAYS)), f"{_DAYS}+"]
    return histogram(
        [Column(label, days[number]) for number, label in enumerate(labels)],
        title="How many days late the submissions were",
        ticks=labels,
        axis="started days after the deadline, 0 is in time",
        mean=None,
    )
