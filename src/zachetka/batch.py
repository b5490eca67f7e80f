"""Grade a folder of submissions: one report each, the moment it is ready, then a summary."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from zachetka.errors import InfrastructureError, UsageError, ZachetkaError
from zachetka.language import Language
from zachetka.pool import Done, results
from zachetka.report import model
from zachetka.report.atomic import sweep
from zachetka.report.clean import clean_line
from zachetka.report.names import report_names, same_name
from zachetka.report.summary import CSV_NAME, JSON_NAME, summary_row, write_summary
from zachetka.submission import read_submission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from zachetka.grading import Job
    from zachetka.manifest import Manifest
    from zachetka.pool import Pool
    from zachetka.report.summary import Row

SUFFIX: Final = ".ipynb"


@dataclass(frozen=True)
class Batch:
    """What a batch is about.

    `work` grades one job; it is a function of a module, since it travels to other processes.
    """

    manifest: Manifest
    jobs: Sequence[Job]
    out: Path
    work: Callable[[Job], model.Report]


@dataclass
class Outcome:
    """What became of a batch: a row per finished submission."""

    submissions: int
    rows: list[Row] = field(default_factory=list)
    interrupted: bool = False

    @property
    def errors(self) -> int:
        """How many submissions got no verdict, by our fault."""
        return sum(row.status == model.ReportStatus.ERROR.value for row in self.rows)


def find_submissions(folder: Path) -> list[Path]:
    """List whatever in a flat folder has the name of a notebook, sorted by name.

    Hidden files are left out, as a shell's `*.ipynb` does: they are leftovers of file managers.

    Raises:
        UsageError: there is no such folder, or nothing in it.
    """
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries]
    except OSError as error:
        raise UsageError(f"cannot read the folder {folder}: {error.strerror}") from error
    found = [
        folder / name
        for name in sorted(names, key=os.fsencode)
        if name.casefold().endswith(SUFFIX) and not name.startswith(".")
    ]
    if not found:
        raise UsageError(
            f"{folder} has no *.ipynb: a batch takes a flat folder with one notebook per student"
        )
    return found


def prepare_output(out: Path) -> None:
    """Make the folder of the reports, without leftovers of a batch that was killed.

    Raises:
        UsageError: it cannot be made or written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        sweep(out)
        for name in (CSV_NAME, JSON_NAME):
            (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write reports to {out}: {error.strerror}") from error
    if not os.access(out, os.W_OK | os.X_OK):
        raise UsageError(f"cannot write reports to {out}: permission denied")


def declared(notebook: Path) -> tuple[str | None, Language | None]:
    """Give the assignment and the language that a notebook's template wrote into it."""
    try:
        submission = read_submission(notebook)
    except ZachetkaError:
        return None, None
    try:
        language = Language(submission.declared_language or "")
    except ValueError:
        language = None
    return submission.declared_assignment, language


def grade_in_own_language(job: Job) -> model.Report:
    """Grade a notebook with messages in the language that it declares, if it does."""
    from zachetka.grading import grade

    _, language = declared(job.notebook)
    return grade(replace(job, language=language or job.language))


def run_batch(
    batch: Batch, pool: Pool, on_row: Callable[[Row], None] = lambda _row: None
) -> Outcome:
    """Grade every job and store its report; the summary is written however it ends.

    Args:
        batch: the jobs.
        pool: where they run.
        on_row: told of every finished submission.

    Raises:
        InfrastructureError: the summary cannot be stored, or no worker stays alive.
    """
    names = report_names(job.notebook for job in batch.jobs)
    twins = _twins(batch.jobs)
    outcome = Outcome(len(batch.jobs))
    finished = results(batch.jobs, batch.work, pool)
    try:
        for done in finished:
            report = _flagged(_report_of(done, batch.manifest), twins)
            name = names[done.job.notebook]
            try:
                model.write_report(report, batch.out / name)
            except OSError as error:
                # A disk that is full now may have room for the next one, and lists this one.
                lost = InfrastructureError(f"the report cannot be stored: {error}")
                report = _report_of(Done(done.job, None, lost), batch.manifest)
            outcome.rows.append(summary_row(report, name))
            on_row(outcome.rows[-1])
    except KeyboardInterrupt:
        outcome.interrupted = True
    finally:
        finished.close()
        _summarize(batch, outcome)
    return outcome


def _summarize(batch: Batch, outcome: Outcome) -> None:
    try:
        write_summary(
            batch.out,
            batch.manifest.name,
            outcome.rows,
            submissions=outcome.submissions,
            task_names=list(batch.manifest.tasks),
        )
    except OSError as error:
        raise InfrastructureError(f"cannot write the summary to {batch.out}: {error}") from error


def _report_of(done: Done[Job, model.Report], manifest: Manifest) -> model.Report:
    if done.result is not None:
        return done.result
    error = done.error
    reason = str(error) if isinstance(error, InfrastructureError) else repr(error)
    return model.Report(
        assignment=done.job.assignment,
        student=done.job.student,
        submission=model.SubmissionInfo(file=done.job.notebook.name, sha256=None, bytes=None),
        status=model.ReportStatus.ERROR,
        message=reason,
        score=None,
        max_score=manifest.max_score,
        checks=(),
        execution=None,
        flags=(),
        sandbox=None,
        grader=None,
        graded_at=datetime.now(UTC),
    )


def _flagged(report: model.Report, twins: frozenset[str]) -> model.Report:
    if same_name(report.student) not in twins:
        return report
    flag = "another submission has the same student name"
    return report.model_copy(update={"flags": (*report.flags, flag)})


def _twins(jobs: Iterable[Job]) -> frozenset[str]:
    seen: set[str] = set()
    twice: set[str] = set()
    for job in jobs:
        # As the reports will show it: what is left out there tells nobody apart.
        name = same_name(clean_line(job.student, model.LINE_LIMIT))
        (twice if name in seen else seen).add(name)
    return frozenset(twice)
