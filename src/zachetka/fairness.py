"""The page that says how often the graders were wrong: points wrongly lost, bugs missed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from math import isclose
from statistics import median
from typing import TYPE_CHECKING, Final

from zachetka.reference import Kind
from zachetka.report.model import ReportStatus
from zachetka.verify import CORRECT, points_lost

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zachetka.report.model import Report
    from zachetka.verify import Finding, Trial

COLUMNS: Final = (
    "assignment",
    "version",
    "checks",
    "correct notebooks",
    "secrets",
    "runs",
    "points wrongly lost",
    "planted bugs",
    "tried on",
    "caught",
    "missed",
    "named",
    "seconds per notebook",
)
EVERYTHING: Final = "all checks"
OWN_TASK: Final = "its task's checks"
_DIGEST_CHARS: Final = 12
_ROW: Final = re.compile(r"(?m)^(\| `([^`]+)` \|.*)$")
_PAGE: Final = """\
# How fair the graders are

A grader errs in two ways: it takes points from a correct solution, or it gives points to a wrong
one. Both are counted here, for every assignment.

The *correct notebooks* are the reference solution in both languages and the alternatives to it,
each correct in another way. Every one is graded under so many *secrets* of the course, since each
secret gives other inputs. A *planted bug* is the solution with one mistake in it. It is *caught*
when, of the checks that it was tried on, it fails just those that it must and loses just their
points, *missed* when it does not, and *named* when its message also says which mistake it is.

The seconds are the median of a notebook's cells and checks together. The *version* is a digest of
the grader and of all that it was tried on.

{table}

`zachetka verify --page docs/fairness.md` makes this page, or with an assignment's name just its
row; `--seeds` sets the secrets, `--quick` has a bug tried on its task's checks alone. A test fails
when a version has changed since.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of one assignment's grader."""

    assignment: str
    version: str
    checks: int
    correct: int
    secrets: int
    runs: int
    points_lost: float
    bugs: int
    scope: str
    caught: int
    named: int
    seconds: float

    def cells(self) -> list[str]:
        """Give the row as the table shows it."""
        missed = self.bugs - self.caught
        counts = (self.checks, self.correct, self.secrets, self.runs)
        lost = f"{self.points_lost:g}"
        verdicts = (self.caught, missed, self.named)
        return [
            f"`{self.assignment}`",
            f"`{self.version}`",
            *map(str, counts),
            lost,
            str(self.bugs),
            self.scope,
            *map(str, verdicts),
            f"{self.seconds:.1f}",
        ]


def rows(findings: Sequence[Finding]) -> list[Row]:
    """Count, for every assignment of which something was graded."""
    names = dict.fromkeys(finding.trial.assignment for finding in findings)
    return [_row(name, [f for f in findings if f.trial.assignment == name]) for name in names]


def _row(assignment: str, findings: list[Finding]) -> Row:
    correct = [finding for finding in findings if finding.trial.variant.kind in CORRECT]
    bugs: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.trial.variant.kind is Kind.BUG:
            bugs.setdefault(finding.trial.name, []).append(finding)
    caught = [found for found in bugs.values() if all(finding.ok for finding in found)]
    reports = [finding.report for finding in findings if finding.report is not None]
    return Row(
        assignment=assignment,
        version=fingerprint(
            next((report.grader.sha256 for report in reports if report.grader), ""),
            {finding.trial.name: finding.trial for finding in findings}.values(),
        ),
        checks=max((len(report.checks) for report in reports), default=0),
        correct=len({finding.trial.name for finding in correct}),
        secrets=len({finding.seed for finding in correct}),
        runs=len(correct),
        points_lost=sum(map(_points_lost, correct)),
        bugs=len(bugs),
        scope=EVERYTHING if all(map(_is_whole, findings)) else OWN_TASK,
        caught=len(caught),
        named=sum(found[0].trial.variant.diagnosis is not None for found in caught),
        seconds=median(map(_seconds, reports)) if reports else 0.0,
    )


def _is_whole(finding: Finding) -> bool:
    """Say whether all points of the assignment were at stake."""
    report = finding.report
    if report is None or report.status is not ReportStatus.GRADED:
        return True
    return isclose(sum(check.max_points for check in report.checks), report.max_score)


def fingerprint(grader_sha256: str, trials: Iterable[Trial]) -> str:
    """Give a short digest of a grader and of everything that it was tried on."""
    digest = hashlib.sha256(grader_sha256.encode())
    for trial in sorted(trials, key=lambda trial: trial.name):
        digest.update(f"\0{trial.name}\0{trial.text}".encode())
    return digest.hexdigest()[:_DIGEST_CHARS]


def _points_lost(finding: Finding) -> float:
    # Without a verdict, the grader has failed a correct notebook as badly as it can.
    report = finding.report
    if report is None or report.status is ReportStatus.ERROR:
        return finding.trial.variant.score
    return points_lost(report)


def _seconds(report: Report) -> float:
    cells = report.execution.wall_s if report.execution is not None else 0.0
    return cells + sum(check.duration_s or 0.0 for check in report.checks)


def to_markdown(findings: Sequence[Finding], previous: str = "") -> str:
    """Give the page; of assignments that were not tried now it keeps the `previous` page's rows."""
    lines = {name: line for line, name in _ROW.findall(previous)}
    lines |= {row.assignment: _line(row.cells()) for row in rows(findings)}
    head = [_line(COLUMNS), _line(["---"] * len(COLUMNS))]
    return _PAGE.format(table="\n".join([*head, *(lines[name] for name in sorted(lines))]))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
