"""From a notebook to a report: read, run in a sandbox, examine, write down.

The order of trust: the notebook is read here as data, its cells run in the sandbox, and the
grader runs in a child of this process that has the session's pipes and nothing of the student's.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import select
import signal
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from zachetka.errors import (
    Cause,
    InfrastructureError,
    StudentFault,
    SubmissionRejectedError,
    UsageError,
)
from zachetka.language import Language, Text
from zachetka.manifest import Manifest, course_secret, load_manifest
from zachetka.report.model import (
    CellRun,
    CellStatus,
    Check,
    CheckStatus,
    Execution,
    ExecutionStatus,
    GraderInfo,
    Report,
    ReportStatus,
    SandboxInfo,
    SubmissionInfo,
)
from zachetka.sandbox import choose
from zachetka.sandbox.runtime import python_folders
from zachetka.session import Session
from zachetka.submission import parse, read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zachetka.pytest_plugin.examination import Examination, Outcome
    from zachetka.sandbox.base import Limits, Sandbox
    from zachetka.session import CellReply
    from zachetka.submission import RawSubmission, Submission

ATTEMPTS = 2
MAX_LOST_CELLS = 2
MAX_RESULT_BYTES = 32 << 20
MAX_TEXT_CHARS = 8000  # the report shortens it further, with a mark where it was cut
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that grading one notebook needs: paths and strings, so that it can travel."""

    course: Path
    assignment: str
    notebook: Path
    student: str
    sandbox: str = "auto"
    language: Language = Language.EN
    secret: str | None = None
    grader_path: Path | None = None


def grade(job: Job) -> Report:
    """Grade one notebook.

    A fault of the student is part of the report; so is a fault of ours, as the status `error`
    after a second attempt in a fresh sandbox.

    Raises:
        UsageError: the course, the assignment or the sandbox does not exist.
    """
    grading = Grading(job)
    try:
        raw = read_bytes(job.notebook)
    except SubmissionRejectedError as error:
        return grading.rejected(None, error.text)
    try:
        submission = parse(raw)
    except SubmissionRejectedError as error:
        return grading.rejected(raw, error.text)
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
    return grading.failed(raw, failure)


class Grading:
    """One job with what its course says about it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.manifest: Manifest = load_manifest(job.course, job.assignment)
        self.limits: Limits = self.manifest.limits()
        self.grader: Path = job.grader_path or job.course / "graders" / job.assignment
        if not self.grader.exists():
            raise UsageError(f"there is no grader at {self.grader}")
        self._lost_cells: dict[int, str] = {}
        self.secret = job.secret.encode() if job.secret else course_secret(job.course)

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
            message=text.in_language(self.job.language),
            score=0.0,
        )

    def failed(self, raw: RawSubmission, error: Exception) -> Report:
        """Report a fault of ours."""
        return self._report(raw, status=ReportStatus.ERROR, message=str(error), score=None)

    def graded(self, raw: RawSubmission, submission: Submission) -> Report:
        """Run and examine a notebook.

        Raises:
            InfrastructureError: something of ours failed.
        """
        started = time.monotonic()
        session, lost = self._run_cells(submission)
        try:
            wall_s = time.monotonic() - started
            result = examine_in_child(
                self._examination(submission, None if session.closed else session, lost),
                self.grader,
                self.limits,
            )
            self._distrust_grader(result["outcomes"])
            checks = [self._check(outcome) for outcome in result["outcomes"]]
            order = list(self.manifest.tasks)
            checks.sort(key=lambda check: order.index(check.task))  # stable: a task's own stays
            return self._report(
                raw,
                status=ReportStatus.GRADED,
                score=round(sum(check.points for check in checks), 6),
                checks=tuple(checks),
                execution=self._execution(session, lost, wall_s),
                flags=(*submission.repairs, *_flags(session.cells), *result["flags"]),
                sandbox=self._sandbox_info(),
            )
        finally:
            session.close()

    def _run_cells(self, submission: Submission) -> tuple[Session, StudentFault | None]:
        """Run the cells; one that brings the whole sandbox down is left out of the next try."""
        lost_cells: dict[int, str] = {}
        while True:
            session = Session(self.sandbox, self.limits)
            try:
                session.execute(submission.cells, lost_cells)
            except StudentFault as fault:
                session.close()
                culprit = session.running_cell
                if culprit is None or culprit in lost_cells or len(lost_cells) >= MAX_LOST_CELLS:
                    return session, fault
                is_limit = fault.cause in {Cause.TIME_LIMIT, Cause.MEMORY_LIMIT}
                lost_cells[culprit] = fault.cause.value if is_limit else "crash"
            except BaseException:
                session.close()
                raise
            else:
                self._lost_cells = lost_cells
                return session, None

    def _examination(
        self, submission: Submission, session: Session | None, lost: StudentFault | None
    ) -> Examination:
        from zachetka.pytest_plugin.examination import Examination

        def reopen() -> Session:
            fresh = Session(self.sandbox, self.limits)
            try:
                fresh.execute(submission.cells, self._lost_cells)
            except BaseException:
                fresh.close()
                raise
            return fresh

        examination = Examination(
            submission=submission,
            limits=self.limits,
            secret=self.secret,
            session=session,
            lost=lost,
            reopen=reopen,
        )
        if lost is not None:
            # The cells themselves brought the sandbox down: they would do so again.
            examination.reopenings = 1 << 30
        return examination

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
            weight = self.manifest.tasks[task].weight
            if not math.isclose(total, weight):
                raise InfrastructureError(
                    f"the checks of {task} give {total:g} points, not its weight of {weight:g}"
                )

    def _check(self, outcome: dict[str, Any]) -> Check:
        language = self.job.language
        max_points = outcome["points"] / 100 * self.manifest.max_score
        return Check(
            id=outcome["id"],
            task=outcome["task"],
            title=Text(**outcome["title"]).in_language(language),
            points=0.0 if outcome["cause"] else round(max_points, 9),
            max_points=round(max_points, 9),
            status=CheckStatus.FAILED if outcome["cause"] else CheckStatus.PASSED,
            cause=Cause(outcome["cause"]) if outcome["cause"] else None,
            message=_in_language(outcome["text"], language),
            hint=_in_language(outcome["hint"], language),
            duration_s=round(outcome["duration_s"], 4),
        )

    def _execution(self, session: Session, lost: StudentFault | None, wall_s: float) -> Execution:
        cells = tuple(_cell_run(reply) for reply in session.cells)
        status = ExecutionStatus.OK
        if lost is not None:
            known = lost.cause.value in set(ExecutionStatus)
            status = ExecutionStatus(lost.cause.value) if known else ExecutionStatus.CRASH
        elif any(cell.status is not CellStatus.OK for cell in cells):
            status = ExecutionStatus.FAILED
        return Execution(
            status=status,
            cells=cells,
            wall_s=round(wall_s, 4),
            cpu_s=session.cpu_s,
            peak_memory_bytes=session.peak_memory_bytes(),
        )

    def _sandbox_info(self) -> SandboxInfo:
        return SandboxInfo(
            backend=self.sandbox.name, image=self.sandbox.image(), limits=asdict(self.limits)
        )

    def _report(self, raw: RawSubmission | None, **fields: Any) -> Report:
        return Report(
            **{
                "assignment": self.job.assignment,
                "student": self.job.student,
                "submission": SubmissionInfo(
                    file=self.job.notebook.name,
                    sha256=raw.sha256 if raw else None,
                    bytes=len(raw.data) if raw else None,
                ),
                "max_score": self.manifest.max_score,
                "checks": (),
                "execution": None,
                "flags": (),
                "sandbox": None,
                "grader": self._grader_info(),
                "graded_at": datetime.now(UTC),
                **fields,
            }
        )

    def _grader_info(self) -> GraderInfo:
        digest = hashlib.sha256()
        for file in _files(self.grader):
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
        return GraderInfo(
            version=f"{self.manifest.version}, zachetka {version('zachetka')}",
            sha256=digest.hexdigest(),
        )


def examine_in_child(examination: Examination, grader: Path, limits: Limits) -> dict[str, Any]:
    """Run pytest in a forked child, which inherits torch, pytest and the session's pipes.

    Raises:
        InfrastructureError: the grader is broken, or its process died or hung.
    """
    from zachetka.pytest_plugin import run  # torch and pytest load once, before the fork

    read_fd, write_fd = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_fd)
        _examine_and_exit(run.examine, examination, grader, write_fd)
    os.close(write_fd)
    try:
        data = _read_all(read_fd, deadline=time.monotonic() + 20 * limits.total_s)
    finally:
        os.close(read_fd)
        _reap(pid)
    if not data:
        raise InfrastructureError("the grader's process died")
    result: dict[str, Any] = json.loads(data)
    if "error" in result:
        raise InfrastructureError(result["error"])
    return result


def _examine_and_exit(
    examine: Any, examination: Examination, grader: Path, write_fd: int
) -> NoReturn:
    status = 1
    try:
        _end_with_parent()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        silence = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(silence, fd)
        # Whoever calls us may have put something else in their place.
        sys.stdout = sys.stderr = os.fdopen(silence, "w")
        try:
            examine(examination, grader)
            result: dict[str, Any] = {
                "outcomes": [_as_json(outcome) for outcome in examination.outcomes],
                "flags": examination.flags,
            }
        except InfrastructureError as error:
            result = {"error": str(error)}
        except BaseException as error:  # noqa: BLE001 - told to the parent, then we end
            result = {"error": f"the grader failed: {type(error).__name__}: {error}"}
        examination.close()
        with os.fdopen(write_fd, "wb") as pipe:
            pipe.write(json.dumps(result).encode())
        status = 0
    finally:
        os._exit(status)  # an interpreter with torch takes a second to leave politely


def _end_with_parent() -> None:
    """Ask the kernel to end this process with its parent: it holds a sandbox's pipes open."""
    import ctypes

    with contextlib.suppress(AttributeError):  # only Linux has it
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.id,
        "task": outcome.info.task,
        "points": outcome.info.points,
        "title": asdict(outcome.info.title),
        "cause": outcome.cause,
        "text": _bounded(outcome.text),
        "hint": _bounded(outcome.hint),
        "duration_s": outcome.duration_s,
    }


def _bounded(text: Text | None) -> dict[str, str] | None:
    """Give a text that may name what a submission returned, however much that was."""
    if text is None:
        return None
    return {language: words[:MAX_TEXT_CHARS] for language, words in asdict(text).items()}


def _read_all(fd: int, deadline: float) -> bytes:
    data = bytearray()
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            raise InfrastructureError("the grader's process hangs")
        chunk = os.read(fd, 1 << 16)
        if not chunk:
            return bytes(data)
        data += chunk
        if len(data) > MAX_RESULT_BYTES:
            raise InfrastructureError("the grader's process says too much")


def _reap(pid: int) -> None:
    for _ in range(50):
        if os.waitpid(pid, os.WNOHANG)[0]:
            return
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _cell_run(reply: CellReply) -> CellRun:
    status = CellStatus.FAILED if reply.status == "error" else CellStatus(reply.status)
    return CellRun(index=reply.index, status=status, duration_s=reply.duration_s, error=reply.error)


def _flags(replies: list[CellReply]) -> Iterator[str]:
    for reply in replies:
        number = reply.index + 1
        if reply.rescued:
            names = ", ".join(reply.rescued)
            yield f"cell {number} failed; what it declares below was kept: {names}"
        if reply.truncated:
            yield f"cell {number} printed too much; the rest was dropped"
        if reply.status in {"crash", "memory_limit", "time_limit"}:
            yield f"cell {number} was stopped: {reply.status}"


def _files(grader: Path) -> list[Path]:
    return [grader] if grader.is_file() else sorted(grader.rglob("*.py"))


def _in_language(text: dict[str, str] | None, language: Language) -> str | None:
    return Text(**text).in_language(language) if text else None
