"""Try a grader on notebooks whose scores are known: the solution, alternatives, bugs, templates."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zachetka import reference, release
from zachetka.errors import Cause
from zachetka.language import Language
from zachetka.pool import results
from zachetka.reference import Kind, Variant
from zachetka.report.junit import Case, Suite, to_junit
from zachetka.report.model import CellStatus, CheckStatus, ReportStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from zachetka.grading import Job
    from zachetka.manifest import Manifest
    from zachetka.pool import Pool
    from zachetka.report.model import Report

SCHEMA: Final = "zachetka.verification/1"

CORRECT: Final = frozenset({Kind.SOLUTION, Kind.ALTERNATIVE})

_TOLERANCE: Final = 1e-6
_SEEDS_PER_JOB: Final = 10
_MESSAGES: Final = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """One notebook with a known score; `tasks` are those that it is about, None for all."""

    assignment: str
    variant: Variant
    language: Language
    text: str
    tasks: frozenset[str] | None = None

    @property
    def name(self) -> str:
        """A name that no other trial of the assignment has."""
        in_language = self.variant.kind in {Kind.SOLUTION, Kind.TEMPLATE}
        return f"{self.variant.name}.{self.language}" if in_language else self.variant.name


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of a trial under one secret; without problems, all was as it must be."""

    trial: Trial
    seed: int
    report: Report | None
    failed: tuple[str, ...]
    problems: tuple[str, ...]
    error: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the grader said what it must."""
        return not self.problems and self.error is None

    @property
    def score(self) -> float | None:
        """The score, full but for what was lost; None without a verdict."""
        if self.report is None or self.report.score is None:
            return None
        # Plus nothing: a zero of rounding may be negative.
        return round(self.report.max_score - points_lost(self.report), 9) + 0.0


def trials(course: Path, manifest: Manifest) -> list[Trial]:
    """List everything that the grader of an assignment is tried on.

    Raises:
        UsageError: a file of the reference solutions is wrong.
    """
    solution = reference.load_solution(course, manifest)
    full = Variant("solution", Kind.SOLUTION, "The reference solution.", manifest.max_score)
    nothing = Variant("template", Kind.TEMPLATE, "What a student starts from.", 0.0, fails=None)
    found: list[Trial] = []
    for language in Language:
        whole = reference.to_ipynb(reference.build(solution, {}, language))
        found.append(Trial(manifest.name, full, language, whole))
    for language in Language:
        empty = release.template(solution, manifest, language)
        found.append(Trial(manifest.name, nothing, language, empty))
    for variant in reference.load_variants(course, manifest, solution):
        # They need no demonstrations, and hundreds of them would be an hour's work.
        notebook = reference.build(solution, variant.cells, Language.EN, only_tasks=True)
        text = reference.to_ipynb(notebook)
        tasks = _tasks_of(variant, manifest)
        found.append(Trial(manifest.name, variant, Language.EN, text, tasks))
    return found


def _tasks_of(variant: Variant, manifest: Manifest) -> frozenset[str] | None:
    """Give the tasks that a variant is about; None where it changes what all of them share."""
    failing = {check.partition(".")[0] for check in variant.fails or ()}
    replaced = set(variant.cells)
    if replaced <= set(manifest.tasks):
        return frozenset(failing | replaced)
    return frozenset(failing) or None


def run_trials(
    planned: Sequence[Trial],
    seeds_of: Callable[[Trial], int],
    template: Job,
    work: Callable[[Job], list[Report]],
    pool: Pool,
    *,
    quick: bool = False,
) -> Iterator[Finding]:
    """Grade every trial's notebook and compare; findings come as they are ready.

    Args:
        planned: the trials.
        seeds_of: under how many secrets a trial is graded.
        template: what the job of every trial takes over: course, sandbox, isolation.
        work: does a job, and gives a report per seed.
        pool: where it is done.
        quick: try a variant on the checks of its own tasks alone.

    Raises:
        InfrastructureError: no worker stays alive.
    """
    with tempfile.TemporaryDirectory(prefix="zachetka-verify-") as folder:
        of_job: dict[Path, tuple[Trial, range]] = {}

        def jobs() -> Iterator[Job]:
            for number, trial in enumerate(planned):
                for seeds in _parts(seeds_of(trial)):
                    notebook = Path(folder) / f"{number}-{trial.name}-{seeds.start}.ipynb"
                    notebook.write_text(trial.text, "utf-8")
                    of_job[notebook] = trial, seeds
                    yield replace(
                        template,
                        assignment=trial.assignment,
                        notebook=notebook,
                        student=trial.name,
                        secrets=tuple(map(_secret, seeds)),
                        tasks=trial.tasks if quick else None,
                    )

        for done in results(jobs(), work, pool):
            done.job.notebook.unlink(missing_ok=True)
            trial, seeds = of_job.pop(done.job.notebook)
            reports = done.result or ()
            for seed, report in zip_longest(seeds, reports):
                yield compare(trial, seed, report, done.error)


def _parts(seeds: int) -> Iterator[range]:
    """Part the seeds of one notebook, so that no job is much longer than others."""
    for start in range(0, seeds, _SEEDS_PER_JOB):
        yield range(start, min(start + _SEEDS_PER_JOB, seeds))


def _secret(seed: int) -> str | None:
    # The first seed is the course's own secret: what its students will get.
    return f"verification with seed {seed}" if seed else None


def compare(
    trial: Trial, seed: int, report: Report | None, failure: Exception | None = None
) -> Finding:
    """Say what of a trial's report is not as it must be."""
    if report is None:
        return Finding(trial, seed, None, (), (), error=repr(failure))
    if report.status is ReportStatus.ERROR or report.score is None:
        return Finding(trial, seed, report, (), (), error=report.message or "no verdict")
    failed = tuple(check.id for check in report.checks if check.status is not CheckStatus.PASSED)
    problems: list[str] = []
    if report.status is ReportStatus.REJECTED:
        problems.append(f"rejected: {report.message}")
    expected = trial.variant
    if expected.fails is not None:
        problems.extend(f"{name} must fail" for name in sorted(expected.fails - set(failed)))
        problems.extend(
            f"{check.id} must pass: {check.cause}: {check.message}"
            for check in report.checks
            if check.id in set(failed) - expected.fails - expected.may_fail
        )
    diagnosis, messages = expected.diagnosis, tuple(_messages(report))
    if diagnosis is not None and not any(diagnosis in message for message in messages):
        said = "; ".join(messages[:_MESSAGES]) or "nothing"
        problems.append(f"no message says {diagnosis!r}, but: {said}")
    if expected.kind is Kind.BUG and diagnosis is None:
        problems.extend(_never_ran(report))
    score = report.max_score - points_lost(report, expected.may_fail)
    if abs(score - expected.score) > _TOLERANCE:
        problems.append(f"scores {score:g}, must score {expected.score:g}")
    return Finding(trial, seed, report, failed, tuple(problems))


def _never_ran(report: Report) -> Iterator[str]:
    """Say which parts of a bug were no part of the notebook: it would be caught for nothing."""
    cells = report.execution.cells if report.execution is not None else ()
    for cell in cells:
        if cell.status is not CellStatus.OK:
            yield f"cell {cell.index + 1} of the notebook does not run: {cell.error_line}"
    for check in report.checks:
        if check.cause is Cause.MISSING:
            yield f"{check.id} finds nothing to check: {check.message}"


def points_lost(report: Report, apart_from: Collection[str] = ()) -> float:
    """Add up what the checks that were made took away: those left out took nothing."""
    if report.status is ReportStatus.REJECTED:
        return report.max_score
    return sum(
        check.max_points - check.points for check in report.checks if check.id not in apart_from
    )


def _messages(report: Report) -> Iterator[str]:
    for check in report.checks:
        if check.message is not None and check.status is not CheckStatus.PASSED:
            yield check.message


def never_failed(findings: Sequence[Finding]) -> list[str]:
    """Name the checks that no planted bug fails: nothing shows that they check anything."""
    known = {
        check.id
        for finding in findings
        if finding.report is not None
        for check in finding.report.checks
    }
    caught = {
        check
        for finding in findings
        if finding.trial.variant.kind is Kind.BUG
        for check in finding.failed
    }
    return sorted(known - caught)


def to_document(findings: Sequence[Finding]) -> dict[str, Any]:
    """Give the findings as a JSON object."""
    return {
        "schema": SCHEMA,
        "ok": all(finding.ok for finding in findings),
        "never_failed": {
            assignment: never_failed(
                [finding for finding in findings if finding.trial.assignment == assignment]
            )
            for assignment in sorted({finding.trial.assignment for finding in findings})
        },
        "results": [_to_entry(finding) for finding in findings],
    }


def _to_entry(finding: Finding) -> dict[str, Any]:
    trial, report = finding.trial, finding.report
    fails = trial.variant.fails
    return {
        "assignment": trial.assignment,
        "name": trial.name,
        "kind": trial.variant.kind.value,
        "about": trial.variant.about,
        "seed": finding.seed,
        "diagnosis": trial.variant.diagnosis,
        "expected_score": trial.variant.score,
        "score": finding.score,
        "expected_fails": None if fails is None else sorted(fails),
        "fails": list(finding.failed),
        "ok": finding.ok,
        "problems": list(finding.problems),
        "error": finding.error,
        "report": None if report is None else report.model_dump(mode="json", by_alias=True),
    }


def to_xml(findings: Sequence[Finding]) -> str:
    """Give the findings as JUnit XML: a suite per notebook, a case per check."""
    return to_junit(map(_to_suite, findings), datetime.now(UTC))


def _to_suite(finding: Finding) -> Suite:
    trial = finding.trial
    name = f"{trial.assignment}.{trial.variant.kind}.{trial.name}"
    if finding.seed:
        name += f"[seed {finding.seed}]"
    cases: list[Case] = []
    for check in finding.report.checks if finding.report is not None else ():
        prefix = f"{check.id} must "
        problem = next((text for text in finding.problems if text.startswith(prefix)), None)
        cases.append(Case(check.id, name, check.duration_s or 0.0, failure=problem))
    said = {case.failure for case in cases}
    rest = [problem for problem in finding.problems if problem not in said]
    cases.append(Case("score", name, failure="\n".join(rest) or None, error=finding.error))
    return Suite(name, cases)
