"""Try a grader on notebooks whose scores are known: the solution, alternatives, bugs, templates."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from zachetka import reference, release
from zachetka.language import Language
from zachetka.pool import results
from zachetka.reference import Kind, Variant
from zachetka.report.junit import Case, Suite, to_junit
from zachetka.report.model import CheckStatus, ReportStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from zachetka.grading import Job
    from zachetka.manifest import Manifest
    from zachetka.pool import Done, Pool
    from zachetka.report.model import Report

SCHEMA: Final = "zachetka.verification/1"

_TOLERANCE: Final = 1e-6


class JobMaker(Protocol):
    """Makes the job that grades one notebook."""

    def __call__(self, *, assignment: str, notebook: Path, student: str, seed: int) -> Job:
        """Make it; another `seed` is another secret of the course."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One notebook with a known score."""

    assignment: str
    variant: Variant
    language: Language
    seed: int
    text: str

    @property
    def name(self) -> str:
        """A name that no other trial of the assignment has, apart from the seed."""
        in_language = self.variant.kind in {Kind.SOLUTION, Kind.TEMPLATE}
        return f"{self.variant.name}.{self.language}" if in_language else self.variant.name


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of a trial; without problems, everything was as it must be."""

    trial: Trial
    report: Report | None
    failed: tuple[str, ...]
    problems: tuple[str, ...]
    error: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the grader said what it must."""
        return not self.problems and self.error is None


def trials(course: Path, manifest: Manifest, *, seeds: int = 1) -> list[Trial]:
    """List everything that the grader of an assignment is tried on.

    Raises:
        UsageError: a file of the reference solutions is wrong.
    """
    solution = reference.load_solution(course, manifest)
    full = Variant("solution", Kind.SOLUTION, "The reference solution.", manifest.max_score)
    nothing = Variant("template", Kind.TEMPLATE, "What a student starts from.", 0.0, fails=None)
    variants = reference.load_variants(course, manifest, solution)
    found: list[Trial] = []
    for seed in range(seeds):
        for language in Language:
            whole = reference.to_ipynb(reference.build(solution, {}, language))
            found.append(Trial(manifest.name, full, language, seed, whole))
        for language in Language:
            empty = release.template(solution, manifest, language)
            found.append(Trial(manifest.name, nothing, language, seed, empty))
        for variant in variants:
            # A bug needs no demonstrations, and a hundred of them would be an hour's work.
            notebook = reference.build(
                solution, variant.cells, Language.EN, only_tasks=variant.kind is Kind.BUG
            )
            text = reference.to_ipynb(notebook)
            found.append(Trial(manifest.name, variant, Language.EN, seed, text))
    return found


def run_trials(
    planned: Sequence[Trial],
    make_job: JobMaker,
    work: Callable[[Job], Report],
    pool: Pool,
) -> Iterator[Finding]:
    """Grade every trial's notebook and compare; findings come as they are ready.

    Raises:
        InfrastructureError: no worker stays alive.
    """
    with tempfile.TemporaryDirectory(prefix="zachetka-verify-") as folder:
        of_job: dict[Path, Trial] = {}

        def jobs() -> Iterator[Job]:
            for number, trial in enumerate(planned):
                notebook = Path(folder) / f"{number}-{trial.name}.ipynb"
                notebook.write_text(trial.text, "utf-8")
                of_job[notebook] = trial
                yield make_job(
                    assignment=trial.assignment,
                    notebook=notebook,
                    student=trial.name,
                    seed=trial.seed,
                )

        for done in results(jobs(), work, pool):
            done.job.notebook.unlink(missing_ok=True)
            yield compare(of_job.pop(done.job.notebook), done)


def compare(trial: Trial, done: Done[Any, Report]) -> Finding:
    """Say what of a trial's report is not as it must be."""
    report = done.result
    if report is None:
        return Finding(trial, None, (), (), error=repr(done.error))
    if report.status is ReportStatus.ERROR or report.score is None:
        return Finding(trial, report, (), (), error=report.message or "no verdict")
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
            if check.id in set(failed) - expected.fails
        )
    diagnosis = expected.diagnosis
    if diagnosis is not None and not any(diagnosis in message for message in _messages(report)):
        problems.append(f"no message says {diagnosis!r}")
    if abs(report.score - expected.score) > _TOLERANCE:
        problems.append(f"scores {report.score:g}, must score {expected.score:g}")
    return Finding(trial, report, failed, tuple(problems))


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
        "seed": trial.seed,
        "diagnosis": trial.variant.diagnosis,
        "expected_score": trial.variant.score,
        "score": None if report is None else report.score,
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
    if trial.seed:
        name += f"[seed {trial.seed}]"
    cases: list[Case] = []
    for check in finding.report.checks if finding.report is not None else ():
        prefix = f"{check.id} must "
        problem = next((text for text in finding.problems if text.startswith(prefix)), None)
        cases.append(Case(check.id, name, check.duration_s or 0.0, failure=problem))
    said = {case.failure for case in cases}
    rest = [problem for problem in finding.problems if problem not in said]
    cases.append(Case("score", name, failure="\n".join(rest) or None, error=finding.error))
    return Suite(name, cases)
