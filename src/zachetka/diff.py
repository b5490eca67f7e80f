"""Two folders of reports of one assignment, and whose score differs between them."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from zachetka.errors import UsageError
from zachetka.report.clean import clean_line
from zachetka.report.model import LINE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zachetka.report.model import Check, Report
    from zachetka.report.store import ClassRecord, Stored

SCHEMA: Final = "zachetka.diff/1"

_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class CheckChange:
    """A check with another status or other points; None where only one report has the check."""

    id: str
    old_status: str | None
    new_status: str | None
    old_points: float | None
    new_points: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between two reports of one student; scores are rounded to 6 digits."""

    student: str
    name: str | None
    old_report: str
    new_report: str
    old_status: str
    new_status: str
    old_score: float | None
    new_score: float | None
    old_late_percent: float
    new_late_percent: float
    checks: tuple[CheckChange, ...]
    submission_differs: bool
    grader_differs: bool

    @property
    def by(self) -> float | None:
        """How much more the new score is; None where one of the reports has no score."""
        if self.old_score is None or self.new_score is None:
            return None
        return round(self.new_score - self.old_score, _DIGITS)

    @property
    def is_of_score(self) -> bool:
        """Whether the score differs, or only one of the reports has any."""
        return self.old_score != self.new_score

    @property
    def is_of_verdict(self) -> bool:
        """Whether anything differs that a student would see: score, status, checks, lateness."""
        return (
            self.is_of_score
            or self.old_status != self.new_status
            or self.old_late_percent != self.new_late_percent
            or bool(self.checks)
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """How two records of a class differ.

    `changes` has everybody who is in both, the largest change of a score first; `appeared` and
    `gone` have the students who are in one only; `unreadable` are the files that could be a
    report of any of these.
    """

    assignment: str
    changes: tuple[Change, ...]
    appeared: tuple[str, ...]
    gone: tuple[str, ...]
    unreadable: tuple[str, ...]
    old_max_scores: tuple[float, ...]
    new_max_scores: tuple[float, ...]

    @property
    def of_verdicts(self) -> tuple[Change, ...]:
        """The changes that a student would see."""
        return tuple(change for change in self.changes if change.is_of_verdict)

    @property
    def is_empty(self) -> bool:
        """Whether everybody has the same verdict in both; other graders may have given it."""
        return not (self.of_verdicts or self.appeared or self.gone or self.unreadable)

    @property
    def summary(self) -> str:
        """How many scores differ and in which direction, in one line."""
        of_score = [change for change in self.changes if change.is_of_score]
        counts = {
            "lower": sum(change.by is not None and change.by < 0 for change in of_score),
            "higher": sum(change.by is not None and change.by > 0 for change in of_score),
            "without a score now": sum(change.new_score is None for change in of_score),
            "with a score now": sum(change.old_score is None for change in of_score),
        }
        said = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        verb = "changes" if len(of_score) == 1 else "change"
        line = f"{len(of_score)} of {len(self.changes)} scores {verb}" + (
            f": {said}" if said else ""
        )
        others = {
            "new": len(self.appeared),
            "gone": len(self.gone),
            "unreadable": len(self.unreadable),
        }
        return "; ".join([line, *(f"{count} {what}" for what, count in others.items() if count)])


def compare(old: ClassRecord, new: ClassRecord) -> Difference:
    """Compare the reports of two batches, student by student.

    Raises:
        UsageError: they are of different assignments.
    """
    if old.assignment != new.assignment:
        raise UsageError(
            f"{old.folder} is about {old.assignment} and {new.folder} about {new.assignment}: "
            "only reports of one assignment can be compared"
        )
    twins = _twins(old) | _twins(new)
    before, after = _by_student(old, twins), _by_student(new, twins)
    changes = [_change(before[key], after[key]) for key in before.keys() & after.keys()]
    return Difference(
        old.assignment,
        tuple(sorted(changes, key=_largest_first)),
        appeared=_only(after, before),
        gone=_only(before, after),
        unreadable=tuple(
            clean_line(str(each.folder / name), LINE_LIMIT)
            for each in (old, new)
            for name in each.broken
        ),
        old_max_scores=_max_scores(old),
        new_max_scores=_max_scores(new),
    )


def to_document(difference: Difference) -> dict[str, Any]:
    """Give the difference as a JSON object; who has the same verdict in both is only counted."""
    return {
        "schema": SCHEMA,
        "summary": difference.summary,
        "compared": len(difference.changes),
        **asdict(difference),
        "changes": [asdict(change) | {"by": change.by} for change in difference.of_verdicts],
        "other_submissions": [
            change.student for change in difference.changes if change.submission_differs
        ],
        "other_graders": sum(change.grader_differs for change in difference.changes),
    }


def _twins(record: ClassRecord) -> set[str]:
    counts = Counter(stored.report.student for stored in record.reports)
    return {student for student, count in counts.items() if count > 1}


def _by_student(record: ClassRecord, twins: set[str]) -> dict[tuple[str, str], Stored]:
    """Key the reports by student, and by file, too, where several have the same student."""
    return {
        (stored.report.student, stored.name if stored.report.student in twins else ""): stored
        for stored in record.reports
    }


def _only(
    one: dict[tuple[str, str], Stored], other: dict[tuple[str, str], Stored]
) -> tuple[str, ...]:
    return tuple(student for student, name in sorted(one.keys() - other.keys()))


def _max_scores(record: ClassRecord) -> tuple[float, ...]:
    return tuple(sorted({stored.report.max_score for stored in record.reports}))


def _largest_first(change: Change) -> tuple[float, str, str]:
    by = change.by
    if by is None:
        by = math.inf if change.is_of_score else 0.0
    return -abs(by), change.student.casefold(), change.new_report


def _change(old: Stored, new: Stored) -> Change:
    before, after = old.report, new.report
    return Change(
        student=after.student,
        name=after.name or before.name,
        old_report=old.name,
        new_report=new.name,
        old_status=before.status.value,
        new_status=after.status.value,
        old_score=_rounded(before.score),
        new_score=_rounded(after.score),
        old_late_percent=_late_percent(before),
        new_late_percent=_late_percent(after),
        checks=tuple(_check_changes(before, after)),
        submission_differs=before.submission.sha256 != after.submission.sha256,
        grader_differs=before.grader != after.grader,
    )


def _check_changes(old: Report, new: Report) -> Iterator[CheckChange]:
    before = {check.id: check for check in old.checks}
    after = {check.id: check for check in new.checks}
    for check_id in dict.fromkeys((*before, *after)):
        was, now = _kept(before.get(check_id)), _kept(after.get(check_id))
        if was != now:
            yield CheckChange(check_id, was[0], now[0], was[1], now[1])


def _kept(check: Check | None) -> tuple[str | None, float | None]:
    return (None, None) if check is None else (check.status.value, _rounded(check.points))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


def _late_percent(report: Report) -> float:
    return 0.0 if report.late is None else report.late.percent
