"""From a notebook to a report: read, run in a sandbox, examine, write down.

The order of trust: the notebook is read here as data, its cells run in the sandbox, and the
grader runs in a child of this process that has the session's pipes and nothing of the student's.
"""

from __future__ import annotations

import hashlib
import math
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zachetka.errors import (
    Cause,
    InfrastructureError,
    StudentFault,
    SubmissionRejectedError,
    UsageError,
)
from zachetka.examiner import examine_in_child
from zachetka.homework import wrong_homework
from zachetka.language import Language, Text
from zachetka.manifest import Manifest, course_secret, load_manifest
from zachetka.report.model import (
    GraderInfo,
    Report,
    ReportStatus,
    SandboxInfo,
    SubmissionInfo,
)
from zachetka.reuse import isolation_in, open_session, release
from zachetka.sandbox import choose
from zachetka.sandbox.base import Isolation
from zachetka.sandbox.runtime import python_folders
from zachetka.session import Session
from zachetka.submission import parse, read_member, refuse_without_code
from zachetka.writing import cell_flags, written_checks, written_execution

if TYPE_CHECKING:
    from zachetka.pytest_plugin.examination import Examination
    from zachetka.sandbox.base import Limits, Sandbox
    from zachetka.submission import Address, RawSubmission, Submission

ATTEMPTS = 2
MAX_LOST_CELLS = 2


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that grading one notebook needs: paths and strings, so that it can travel.

    Under each of the `secrets` the notebook gets other inputs; None is the course's own secret.
    Without a language, messages are in that of the notebook, else in English.
    `isolation` says whether it may get a room in a sandbox that others had rooms in before.
    With `tasks`, only the checks of these are made. In an archive, `notebook` is the archive and
    `member` says where in it; `file` is what the student called it. `key` goes into the report:
    it was made for a file of this `sha256`.
    """

    course: Path
    assignment: str
    notebook: Path
    student: str
    sandbox: str = "auto"
    language: Language | None = Language.EN
    secrets: tuple[str | None, ...] = (None,)
    grader_path: Path | None = None
    isolation: Isolation = Isolation.FRESH
    tasks: frozenset[str] | None = None
    member: Address = ()
    file: str = ""
    key: str | None = None
    sha256: str | None = None


def grade(job: Job) -> Report:
    """Grade one notebook.

    A fault of the student is part of the report; so is a fault of ours, as the status `error`
    after a second attempt in a fresh sandbox.

    Raises:
        UsageError: the course, the assignment or the sandbox does not exist.
    """
    return grade_under_each_secret(job)[0]


def grade_under_each_secret(job: Job) -> list[Report]:
    """Grade one notebook as often as the job has secrets; its cells run once.

    That is as good as from the start each time: probes see copies of the notebook as it ended.

    Raises:
        UsageError: see `grade`.
    """
    grading = Grading(job)
    try:
        raw = read_member(job.notebook, job.member)
    except SubmissionRejectedError as error:
        return [grading.rejected(None, error.text)] * len(grading.secrets)
    if job.sha256 is not None and raw.sha256 != job.sha256:
        changed = InfrastructureError("the file changed while others were graded: start again")
        return [grading.failed(raw, changed)] * len(grading.secrets)
    try:
        submission = parse(raw)
        grading.language = job.language or submission.language or Language.EN
        refuse_without_code(submission)
    except SubmissionRejectedError as error:
        return [grading.rejected(raw, error.text)] * len(grading.secrets)
    failure: Exception = InfrastructureError("nothing was tried")
    for _ in range(ATTEMPTS):
        try:
            return grading.graded(raw, submission)
        except UsageError:
            raise
        except InfrastructureError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - a bug of ours is an error report, never a zero
            failure = InfrastructureError(f"{type(error).__name__}: {error}")
        grading.isolation = Isolation.FRESH  # whatever it was, it shall not be what is shared
    return [grading.failed(raw, failure)] * len(grading.secrets)


@dataclass(frozen=True, slots=True)
class _Ran:
    """What became of a notebook's cells: its session, closed if a `fault` took it down.

    `lost_cells` are those that took earlier sandboxes down, with the status to report.
    """

    session: Session
    lost_cells: dict[int, str]
    wall_s: float
    fault: StudentFault | None = None


class Grading:
    """One job with what its course says about it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.isolation = job.isolation
        self.language = job.language or Language.EN
        self.manifest: Manifest = load_manifest(job.course, job.assignment)
        self.limits: Limits = self.manifest.limits()
        self.grader: Path = job.grader_path or job.course / "graders" / job.assignment
        if not self.grader.exists():
            raise UsageError(f"there is no grader at {self.grader}")
        self.secrets = [
            course_secret(job.course) if secret is None else secret.encode()
            for secret in job.secrets
        ]

    @cached_property
    def sandbox(self) -> Sandbox:
        """The backend, chosen when the first notebook needs it."""
        sandbox = choose(self.job.sandbox)
        if sandbox.name == "bubblewrap":
            self._refuse_visible_course()
        return sandbox

    def _refuse_visible_course(self) -> None:
        course = self.job.course.resolve()
        for folder in (Path("/usr"), *python_folders()):
            if course.is_relative_to(folder):
                raise UsageError(
                    f"the course lies in {folder}, which bubblewrap shows to submissions: move the "
                    "course, or use docker"
                )

    def rejected(self, raw: RawSubmission | None, text: Text) -> Report:
        """Report a file that is no notebook."""
        return self._report(
            raw,
            status=ReportStatus.REJECTED,
            message=text.in_language(self.language),
            score=0.0,
        )

    def failed(self, raw: RawSubmission, error: Exception) -> Report:
        """Report a fault of ours."""
        return self._report(raw, status=ReportStatus.ERROR, message=str(error), score=None)

    def graded(self, raw: RawSubmission, submission: Submission) -> list[Report]:
        """Run a notebook, and examine it under each secret.

        Raises:
            InfrastructureError: something of ours failed.
        """
        ran = self._run_cells(submission)
        try:
            reports = [self._examined(raw, submission, ran, self.secrets[0])]
            for secret in self.secrets[1:]:
                if ran.session.closed:
                    ran = self._run_cells(submission)
                reports.append(self._examined(raw, submission, ran, secret))
        except BaseException:
            ran.session.close()
            raise
        release(ran.session, self.sandbox)
        return reports

    def _examined(
        self, raw: RawSubmission, submission: Submission, ran: _Ran, secret: bytes
    ) -> Report:
        session = ran.session
        result = examine_in_child(
            self._examination(submission, ran, secret), self.grader, self.limits
        )
        self._distrust_grader(result["outcomes"])
        checks = written_checks(result["outcomes"], self.manifest, self.language)
        wrong = wrong_homework(submission, result["outcomes"], self.manifest, self.job.course)
        report = self._report(
            raw,
            status=ReportStatus.GRADED,
            message=wrong.in_language(self.language) if wrong is not None else None,
            score=round(sum(check.points for check in checks), 6),
            checks=checks,
            execution=written_execution(session, ran.fault, ran.wall_s),
            repairs=submission.repairs,
            flags=(
                *([wrong.en] if wrong is not None else []),
                *cell_flags(session.cells),
                *result["flags"],
            ),
            sandbox=self._sandbox_info(),
        )
        if not result["left_as_found"]:
            session.close()
        return report

    def _run_cells(self, submission: Submission) -> _Ran:
        """Run the cells; one that brings the whole sandbox down is left out of the next try."""
        lost_cells: dict[int, str] = {}
        started = time.monotonic()
        while True:
            session = open_session(self.sandbox, self.limits, self.isolation)
            try:
                session.execute(submission.cells, lost_cells)
            except StudentFault as fault:
                session.close()
                culprit = session.running_cell
                if culprit is None or culprit in lost_cells or len(lost_cells) >= MAX_LOST_CELLS:
                    return _Ran(session, lost_cells, time.monotonic() - started, fault)
                is_limit = fault.cause in {Cause.TIME_LIMIT, Cause.MEMORY_LIMIT}
                lost_cells[culprit] = fault.cause.value if is_limit else "crash"
            except BaseException:
                session.close()
                raise
            else:
                return _Ran(session, lost_cells, time.monotonic() - started)

    def _examination(self, submission: Submission, ran: _Ran, secret: bytes) -> Examination:
        from zachetka.pytest_plugin.examination import MAX_REOPENINGS, Examination

        def reopen() -> Session:
            fresh = Session(self.sandbox, self.limits)
            try:
                fresh.execute(submission.cells, ran.lost_cells)
            except BaseException:
                fresh.close()
                raise
            return fresh

        return Examination(
            submission=submission,
            limits=self.limits,
            secret=secret,
            tasks=self.job.tasks,
            session=None if ran.session.closed else ran.session,
            lost=ran.fault,
            reopen=reopen,
            # Where the cells themselves brought the sandbox down, they would do so again.
            reopenings_left=0 if ran.fault is not None else MAX_REOPENINGS,
        )

    def _distrust_grader(self, outcomes: list[dict[str, Any]]) -> None:
        """Refuse checks that are not those of the assignment.

        Raises:
            InfrastructureError: their points or their ids are wrong.
        """
        if not outcomes:
            raise InfrastructureError(f"the grader {self.grader} has no checks")
        points = dict.fromkeys(self.manifest.tasks, 0.0)
        seen: set[str] = set()
        for outcome in outcomes:
            if outcome["task"] not in points:
                raise InfrastructureError(f"{outcome['id']}: the assignment has no such task")
            if outcome["id"] in seen:
                raise InfrastructureError(f"two checks are called {outcome['id']}")
            seen.add(outcome["id"])
            points[outcome["task"]] += outcome["points"]
        if self.job.grader_path is not None:
            return  # public checks: what they are worth is the hidden ones' business
        for task, total in points.items():
            if self.job.tasks is not None and task not in self.job.tasks:
                continue
            weight = self.manifest.tasks[task].weight
            if not math.isclose(total, weight):
                raise InfrastructureError(
                    f"the checks of {task} give {total:g} points, not its weight of {weight:g}"
                )

    def _sandbox_info(self) -> SandboxInfo:
        return SandboxInfo(
            backend=self.sandbox.name,
            isolation=isolation_in(self.sandbox, self.isolation).value,
            image=self.sandbox.image(),
            limits=asdict(self.limits),
            enforcement=dict(self.sandbox.enforcement(self.limits)),
        )

    def _report(self, raw: RawSubmission | None, **fields: Any) -> Report:
        return Report(
            **{
                "assignment": self.job.assignment,
                "student": self.job.student,
                "submission": SubmissionInfo(
                    file=self.job.file or self.job.notebook.name,
                    sha256=raw.sha256 if raw else None,
                    bytes=raw.size if raw else None,
                ),
                "max_score": self.manifest.max_score,
                "checks": (),
                "execution": None,
                "flags": (),
                "sandbox": None,
                "grader": self._grader_info,
                "graded_at": datetime.now(UTC),
                "language": self.language,
                "key": self.job.key,
                **fields,
            }
        )

    @cached_property
    def _grader_info(self) -> GraderInfo:
        return GraderInfo(
            version=f"{self.manifest.version}, zachetka {version('zachetka')}",
            sha256=grader_sha256(self.grader),
        )


def grader_sha256(grader: Path) -> str:
    """Give the digest of a grader: a file, or a folder with all that is in it."""
    digest = hashlib.sha256()
    folder = grader.parent if grader.is_file() else grader
    for file in [grader] if grader.is_file() else sorted(grader.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            name = file.relative_to(folder).as_posix()
            digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()
