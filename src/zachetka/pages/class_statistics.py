"""What the reports of a class say together: how hard, how telling, how slow, who did what."""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zachetka.report.model import CheckStatus, ReportStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zachetka.report.model import Check
    from zachetka.report.store import ClassRecord, Stored

BINS: Final = 20
# Two points always lie on a line, so that a correlation of two students says nothing.
FEWEST_FOR_DISCRIMINATION: Final = 3

_ROUNDING: Final = 1e-9
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Bin:
    """Students whose score is at least `low` and below `high`; the last bin has its end too.

    `exact` says that `low` is the only score in it.
    """

    low: float
    high: float
    exact: bool
    students: tuple[Stored, ...]


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What the graded submissions earned in one task, on average."""

    name: str
    mean: float
    max_points: float

    @property
    def share(self) -> float:
        """The part of the points that was earned, in 0..1."""
        return self.mean / self.max_points if self.max_points else 0.0


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How the graded submissions did on one check.

    `failed` begins with the best: if they fail, the check may be at fault. `discrimination` is
    None where it is not defined.
    """

    id: str
    title: str
    task: str
    max_points: float
    taken: int
    passed: int
    discrimination: float | None
    causes: tuple[tuple[str, int], ...]
    failed: tuple[Stored, ...]

    @property
    def share(self) -> float:
        """The part of the submissions that passed, in 0..1."""
        return self.passed / self.taken


@dataclass(frozen=True, slots=True)
class Remark:
    """What was said of several students in nearly the same words, or `alike` in the same ones."""

    label: str
    alike: bool
    said: tuple[tuple[Stored, str], ...]


@dataclass(frozen=True, slots=True)
class GroupResult:
    """How one group of the roster did; a student without a group is in the group ''."""

    name: str
    handed_in: int
    missing: int
    mean: float | None


def scores(reports: Iterable[Stored]) -> list[float]:
    """Give all scores; a rejected submission has one of 0, an error of ours has none."""
    return [each.report.score for each in reports if each.report.score is not None]


def score_bins(reports: Sequence[Stored], max_score: float) -> tuple[Bin, ...]:
    """Sort the students by score: a bin for each score if they are few whole numbers, else 20."""
    scored = [(each.report.score, each) for each in reports if each.report.score is not None]
    whole = max_score <= BINS and all(
        float(score).is_integer() for score in (max_score, *(score for score, _ in scored))
    )
    # Of a score of 0 or 1 alone, two bars would be the whole picture.
    exact = whole and max_score > 1
    count, width = (int(max_score) + 1, 1.0) if exact else (BINS, max_score / BINS)
    students: list[list[Stored]] = [[] for _ in range(count)]
    for score, each in scored:
        students[min(count - 1, int(score / width + _ROUNDING))].append(each)
    return tuple(
        Bin(index * width, (index + 1) * width, exact, tuple(_best_first(those)))
        for index, those in enumerate(students)
    )


def task_results(reports: Sequence[Stored], tasks: Sequence[str]) -> tuple[TaskResult, ...]:
    """Give the mean points of each task, in the order of `tasks`, over the graded submissions."""
    graded = [each.report for each in _graded(reports)]
    earned: defaultdict[str, float] = defaultdict(float)
    possible: dict[str, float] = {}
    for report in graded:
        whole: defaultdict[str, float] = defaultdict(float)
        for check in report.checks:
            earned[check.task] += check.points
            whole[check.task] += check.max_points
        for task, points in whole.items():
            possible[task] = max(points, possible.get(task, 0.0))
    return tuple(
        TaskResult(task, earned[task] / len(graded), possible[task])
        for task in dict.fromkeys([*tasks, *possible])
        if task in possible
    )


def check_results(reports: Sequence[Stored]) -> tuple[CheckResult, ...]:
    """Give how each check went over the graded submissions, the hardest first.

    A check that was not run gave no points, and so it counts as not passed.
    """
    taken: dict[str, list[tuple[Stored, Check, float]]] = {}
    for each in _graded(reports):
        total = math.fsum(check.points for check in each.report.checks)
        for check in each.report.checks:
            taken.setdefault(check.id, []).append((each, check, total - check.points))
    results = [_check_result(those) for those in taken.values()]
    return tuple(sorted(results, key=lambda result: result.share))


def _check_result(taken: list[tuple[Stored, Check, float]]) -> CheckResult:
    check = taken[0][1]
    passes = [each.status is CheckStatus.PASSED for _, each, _ in taken]
    failed = [(each, of_it) for each, of_it, _ in taken if of_it.status is not CheckStatus.PASSED]
    causes = Counter(of_it.cause.value if of_it.cause else of_it.status for _, of_it in failed)
    return CheckResult(
        id=check.id,
        title=check.title,
        task=check.task,
        max_points=check.max_points,
        taken=len(taken),
        passed=sum(passes),
        discrimination=discrimination(passes, [rest for _, _, rest in taken]),
        causes=tuple(_ranked(causes)),
        failed=tuple(_best_first(each for each, _ in failed)),
    )


def discrimination(passes: Sequence[bool], rests: Sequence[float]) -> float | None:
    """Say how well a check separates strong from weak, in -1..1.

    It is the corrected point-biserial correlation: Pearson's, between passing the check (0 or 1)
    and the points of all other checks. The check's own points are left out, since they would
    correlate with themselves (S. Henrysson, "Correction of item-total correlations in item
    analysis", Psychometrika 28, 1963; L. Crocker and J. Algina, "Introduction to Classical and
    Modern Test Theory", 1986, chapter 14). Negative says that the better fail it.

    Args:
        passes: whether each student passed.
        rests: what each student earned elsewhere, in the same order.

    Returns:
        None where it is not defined: too few students, all or none passed, or all equal elsewhere.
    """
    alike = max(rests, default=0.0) - min(rests, default=0.0) <= _ROUNDING
    if len(passes) < FEWEST_FOR_DISCRIMINATION or len(set(passes)) == 1 or alike:
        return None
    return statistics.correlation([float(each) for each in passes], rests)


def causes_of_failures(
    reports: Sequence[Stored],
) -> tuple[tuple[str, int, tuple[Stored, ...]], ...]:
    """Count the failed checks by cause, the most frequent first, with whom it happened to."""
    counts: Counter[str] = Counter()
    students: dict[str, dict[str, Stored]] = {}
    for each in _graded(reports):
        for check in each.report.checks:
            if check.status is CheckStatus.PASSED:
                continue
            cause = check.cause.value if check.cause else check.status.value
            counts[cause] += 1
            students.setdefault(cause, {})[each.name] = each
    return tuple(
        (cause, count, tuple(students[cause].values())) for cause, count in _ranked(counts)
    )


def status_counts(reports: Iterable[Stored]) -> dict[str, int]:
    """Count the reports by status; every status is there."""
    counts = Counter(each.report.status for each in reports)
    return {status.value: counts[status] for status in ReportStatus}


def remarks(
    reports: Iterable[Stored], texts_of: Callable[[Stored], Iterable[str]]
) -> tuple[Remark, ...]:
    """Put together what differs in numbers and in what follows a colon only.

    Args:
        reports: of whom it is said.
        texts_of: what is said of one.

    Returns:
        The most frequent first.
    """
    said: dict[str, list[tuple[Stored, str]]] = {}
    for each in reports:
        for text in texts_of(each):
            said.setdefault(_NUMBER.sub("…", text.split(":")[0]).strip(), []).append((each, text))
    ranked = sorted(said.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return tuple(_remark(label, those) for label, those in ranked)


def _remark(label: str, said: Sequence[tuple[Stored, str]]) -> Remark:
    # Said in the same words of all, it needs to be said once only.
    alike = len({text for _, text in said}) == 1
    return Remark(said[0][1] if alike else label, alike, tuple(said))


def group_results(record: ClassRecord) -> tuple[GroupResult, ...]:
    """Give the groups of the class by name, with those who handed in nothing."""
    handed_in: dict[str, list[Stored]] = {}
    for each in record.reports:
        handed_in.setdefault(each.report.group or "", []).append(each)
    missing = Counter(each.group for each in record.missing)
    results = []
    for name in sorted({*handed_in, *missing}, key=str.casefold):
        those = handed_in.get(name, [])
        of_group = scores(those)
        mean = statistics.fmean(of_group) if of_group else None
        results.append(GroupResult(name, len(those), missing[name], mean))
    return tuple(results)


def _graded(reports: Iterable[Stored]) -> list[Stored]:
    return [each for each in reports if each.report.status is ReportStatus.GRADED]


def _best_first(reports: Iterable[Stored]) -> list[Stored]:
    return sorted(reports, key=lambda each: -(each.report.score or 0.0))


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))
