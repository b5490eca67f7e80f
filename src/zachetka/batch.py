"""Grade a class: one report each, the moment it is ready, then a summary."""

from __future__ import annotations

import contextlib
import fcntl
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from zachetka.errors import InfrastructureError, UsageError, sentence
from zachetka.pool import Done, results
from zachetka.report import model
from zachetka.report.atomic import sweep
from zachetka.report.clean import clean_line
from zachetka.report.names import same_name
from zachetka.report.summary import (
    CSV_NAME,
    JSON_NAME,
    NO_NOTES,
    PAGE_NAME,
    summary_row,
    write_summary,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from zachetka.grading import Job
    from zachetka.plan import Plan
    from zachetka.pool import Pool
    from zachetka.report.summary import ClassNotes, Row

PREVIOUS: Final = "previous"
_TWIN: Final = "another submission has the same student name"


@dataclass(frozen=True)
class Batch:
    """What a batch is about.

    `work` grades one job; it is a function of a module, since it travels to other processes.
    `publish` is told of every report, with its student and the name of its file, and whether it
    is another one than was there.
    """

    plan: Plan
    out: Path
    work: Callable[[Job], model.Report]
    notes: ClassNotes = NO_NOTES
    publish: Callable[[str, str, model.Report, bool], None] = lambda *_: None


class Change(NamedTuple):
    """A score that is another one since it was graded again."""

    student: str
    before: float
    after: float


@dataclass
class Outcome:
    """What became of a batch: a row per finished submission; `kept` are verdicts that stood."""

    submissions: int
    rows: list[Row] = field(default_factory=list)
    interrupted: bool = False
    kept: int = 0
    changes: list[Change] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """How many submissions got no verdict, by our fault."""
        return sum(row.status == model.ReportStatus.ERROR.value for row in self.rows)


def prepare_output(out: Path) -> None:
    """Make the folder of the reports, without leftovers of a batch that was killed.

    Raises:
        UsageError: it cannot be made or written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for folder in (out, *(path for path in out.iterdir() if path.is_dir())):
            sweep(folder)
        # What is said of the whole class would be of another one.
        for name in (CSV_NAME, JSON_NAME, PAGE_NAME):
            (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write reports to {out}: {error.strerror}") from error
    if not os.access(out, os.W_OK | os.X_OK):
        raise UsageError(f"cannot write reports to {out}: permission denied")


@contextlib.contextmanager
def alone_in(out: Path) -> Iterator[None]:
    """Keep another batch out of a folder of reports.

    Raises:
        UsageError: one is at work there, or the folder cannot be made.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(out, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(f"cannot write reports to {out}: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise UsageError(
            f"another batch writes its reports to {out}: wait for it, or name another --out"
        ) from error
    except OSError:
        pass  # a file system without locks
    try:
        yield
    finally:
        os.close(descriptor)


def run_batch(
    batch: Batch, pool: Pool, on_row: Callable[[Row], None] = lambda _row: None
) -> Outcome:
    """Grade every job and store its report; the summary is written however it ends.

    Args:
        batch: the plan and where its reports go.
        pool: where the jobs run.
        on_row: told of every finished submission.

    Raises:
        InfrastructureError: the summary cannot be stored, or no worker stays alive.
    """
    plan = batch.plan
    outcome = Outcome(len(plan.names), kept=plan.kept)
    twins = _twins(plan.names)
    finished = results(plan.jobs, batch.work, pool) if plan.jobs else None
    try:
        for student, report in plan.others.items():
            batch.publish(student, plan.names[student], report, False)
            outcome.rows.append(summary_row(report, plan.names[student]))
        for student, report in plan.ready.items():
            outcome.rows.append(_stored(batch, student, report, twins))
            _note_change(plan, student, outcome)
        for done in finished or ():
            student = done.job.student
            outcome.rows.append(_stored(batch, student, _report_of(done, plan), twins))
            _note_change(plan, student, outcome)
            on_row(outcome.rows[-1])
    except KeyboardInterrupt:
        outcome.interrupted = True
    finally:
        if finished is not None:
            finished.close()
        _summarize(batch, outcome)
    return outcome


def _stored(batch: Batch, student: str, report: model.Report, twins: frozenset[str]) -> Row:
    """Store a report, unless it is there as it is, and give its row of the summary."""
    plan, name = batch.plan, batch.plan.names[student]
    report = _flagged(plan.finished(student, report), twins)
    before = plan.stored.get(student)
    # First, so that a page that is older than its report cannot be left behind.
    batch.publish(student, name, report, report != before)
    if report != before:
        try:
            if before is not None and before.score not in {None, report.score}:
                _keep_previous(batch.out, name, before)
            model.write_report(report, batch.out / name)
        except OSError as error:
            # A disk that is full now may have room for the next one, and lists this one.
            lost = InfrastructureError(f"the report cannot be stored: {error}")
            return summary_row(_failed(plan, student, report.submission.file, lost), name)
    return summary_row(report, name)


def _keep_previous(out: Path, name: str, before: model.Report) -> None:
    """Keep the report that another one replaces: no score is ever lost."""
    folder = out / PREVIOUS / f"{before.graded_at:%Y-%m-%dT%H%M%S}"
    folder.mkdir(parents=True, exist_ok=True)
    model.write_report(before, folder / name)


def _note_change(plan: Plan, student: str, outcome: Outcome) -> None:
    before = plan.stored.get(student)
    after = outcome.rows[-1].score
    if before is not None and before.score is not None and after is not None:
        was = round(before.score, 6)
        if was != after:
            outcome.changes.append(Change(outcome.rows[-1].student, was, after))


def _summarize(batch: Batch, outcome: Outcome) -> None:
    manifest = batch.plan.settings.manifest
    try:
        write_summary(
            batch.out,
            manifest.name,
            outcome.rows,
            submissions=outcome.submissions,
            task_names=list(manifest.tasks),
            notes=batch.notes,
        )
    except OSError as error:
        raise InfrastructureError(f"cannot write the summary to {batch.out}: {error}") from error


def _report_of(done: Done[Job, model.Report], plan: Plan) -> model.Report:
    if done.result is not None:
        return done.result
    file = done.job.file or done.job.notebook.name
    return _failed(plan, done.job.student, file, done.error)


def _failed(plan: Plan, student: str, file: str, error: Exception | None) -> model.Report:
    return model.without_checks(
        assignment=plan.settings.manifest.name,
        student=student,
        file=file,
        status=model.ReportStatus.ERROR,
        message=sentence(error),
        max_score=plan.settings.manifest.max_score,
    )


def _flagged(report: model.Report, twins: frozenset[str]) -> model.Report:
    flags = tuple(flag for flag in report.flags if flag != _TWIN)
    if same_name(report.student) in twins:
        flags = (*flags, _TWIN)
    return report.model_copy(update={"flags": flags})


def _twins(students: Iterable[str]) -> frozenset[str]:
    seen: set[str] = set()
    twice: set[str] = set()
    for student in students:
        # As the reports will show it: what is left out there tells nobody apart.
        name = same_name(clean_line(student, model.LINE_LIMIT))
        (twice if name in seen else seen).add(name)
    return frozenset(twice)
