"""What a batch has to do: whom it grades, whose verdict stands, and what belongs into each report.

A verdict stands when nothing that it depends on has changed: the submission, the grader, the
assignment, the environment and the language of its messages. Its key is the hash of these.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import json
import math
import sys
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from zachetka.errors import InfrastructureError, UsageError, ZachetkaError
from zachetka.grading import Job, grader_sha256
from zachetka.language import Language, Text
from zachetka.lateness import extensions_by_student, extensions_of_before, with_lateness
from zachetka.manifest import course_secret
from zachetka.protocol.identity import agent_sha256
from zachetka.report import model
from zachetka.report.names import report_names, same_name
from zachetka.report.summary import JSON_NAME
from zachetka.sandbox import choose
from zachetka.sandbox.base import Isolation
from zachetka.submission.archive import Reader

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from zachetka.intake.attendance import Attendance
    from zachetka.intake.classlist import ClassList, HandedIn
    from zachetka.intake.roster import Student
    from zachetka.lateness import Extension
    from zachetka.manifest import Manifest
    from zachetka.submission.listing import Member

# What answers depend on, in a sandbox without an image or in the grader.
_PACKAGES: Final = ("torch", "numpy", "ipykernel", "matplotlib", "scikit-learn", "pandas")
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a student's submission without looking into the notebook.

    `called` is whatever else the student is known by; `is_listed` says that the roster has them.
    """

    name: str = ""
    file: str = ""
    group: str = ""
    lms_id: str = ""
    folder: str = ""
    handed_in_at: datetime | None = None
    others: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    is_listed: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """How a batch grades; no language means each notebook's own."""

    course: Path
    manifest: Manifest
    sandbox: str
    language: Language | None = None
    isolation: Isolation = Isolation.FRESH

    def environment_sha256(self) -> str:
        """Give the digest of all that a verdict depends on beside the submission."""
        backend = choose(self.sandbox)
        # The late rule changes no verdict: it is applied to one.
        assignment = self.manifest.model_dump(mode="json", exclude={"late"})
        parts = (
            grader_sha256(self.course / "graders" / self.manifest.name),
            hashlib.sha256(course_secret(self.course)).hexdigest(),
            json.dumps(assignment, sort_keys=True),
            sys.version,
            json.dumps([_version(name) for name in _PACKAGES]),
            backend.name,
            backend.image() or "",
            agent_sha256(),
            version("zachetka"),
            self.language or "the notebook's own",
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Plan:
    """A batch's work: `jobs` are to be graded, `ready` are reports that stand.

    `others` are not touched, since only some students are meant. `names` gives the file of each
    student's report, `about` what belongs into it, `extensions` later deadlines; `stored` is what
    the folder held before. All are by student. `notes` are for the teaching assistant;
    `left_over` names reports in the folder that are of nobody here.
    """

    settings: Settings
    jobs: tuple[Job, ...]
    ready: Mapping[str, model.Report]
    others: Mapping[str, model.Report]
    names: Mapping[str, str]
    about: Mapping[str, About]
    stored: Mapping[str, model.Report]
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    left_over: tuple[str, ...] = ()

    @property
    def kept(self) -> int:
        """How many verdicts of an earlier batch stand."""
        return sum(self.stored.get(student) is report for student, report in self.ready.items())

    def finished(self, student: str, report: model.Report) -> model.Report:
        """Add to a report what is not in the notebook: who handed it in, and when."""
        about = self.about[student]
        known = self._known_before(student, report)
        at = about.handed_in_at or (known.submission.handed_in_at if known else None)
        submission = model.SubmissionInfo(
            **{
                **dict(report.submission),
                "file": about.file or report.submission.file,
                "handed_in_at": at,
                "lms_id": about.lms_id or None,
                "folder": about.folder or None,
                "others": about.others,
            }
        )
        report = model.Report(
            **{
                **dict(report),
                "name": (known and not about.is_listed and known.name) or about.name or None,
                "group": about.group or (known.group if known else None),
                "submission": submission,
            }
        )
        rule = self.settings.manifest.late
        return with_lateness(report, rule, at, self.extensions.get(student))

    def _known_before(self, student: str, report: model.Report) -> model.Report | None:
        """Give what was said of the same file: a batch without the roster forgets nothing."""
        before = self.stored.get(student)
        if before is None or before.submission.sha256 != report.submission.sha256:
            return None
        return before


def make_plan(
    settings: Settings,
    class_list: ClassList,
    out: Path,
    *,
    attendance: Attendance | None = None,
    extensions: Sequence[Extension] | None = None,
    regrade: bool = False,
    only: Collection[str] = (),
) -> Plan:
    """Compare what was handed in with the reports that are there.

    Args:
        settings: how it would be graded.
        class_list: what was handed in.
        out: the folder of the reports.
        attendance: who is who in the roster.
        extensions: later deadlines; None lets those stay that the reports were graded with.
        regrade: grade all of them, whatever is there.
        only: keys, names or numbers of students: these are graded, and no others.

    Raises:
        UsageError: one of `only` is no student, or two extensions are for one.
        InfrastructureError: a package that verdicts depend on is not installed.
    """
    students = {student.owner.key: student for student in class_list.students}
    listed = attendance.students if attendance else {}
    about = {key: _about(student, listed.get(key)) for key, student in students.items()}
    names = report_names(students)
    chosen = _chosen(only, about)
    called = {key: each.called for key, each in about.items()}
    for absent in attendance.missing if attendance else ():
        called.setdefault(absent.student, (absent.name,))
    stored = _stored(out, names, settings.manifest.name)
    if extensions is None:
        later, notes = extensions_of_before(stored, settings.manifest.late)
    else:
        later, notes = extensions_by_student(extensions, called)
    environment = settings.environment_sha256()
    jobs: list[Job] = []
    ready: dict[str, model.Report] = {}
    others: dict[str, model.Report] = {}
    with Reader() as reader:
        for key, student in students.items():
            before = stored.get(key)
            if chosen and key not in chosen:
                if before is not None:
                    others[key] = before
                continue
            if student.notebook is None:
                report = _without_notebook(settings, student, environment)
                stands = before is not None and before.key == report.key and not regrade
                ready[key] = before if before is not None and stands else report
                continue
            job = _job(settings, student, student.notebook, environment, reader)
            if before is not None and _stands(before, job) and not regrade and not chosen:
                ready[key] = before
            else:
                jobs.append(job)
    # The longest first, so that at the end nobody waits for one that has only begun.
    jobs.sort(key=lambda job: _seconds_before(stored.get(job.student)), reverse=True)
    ours = {*names.values(), JSON_NAME}
    left_over = sorted(path.name for path in out.glob("*.json") if path.name not in ours)
    return Plan(
        *(settings, tuple(jobs), ready, others, names, about, stored),
        extensions=later,
        notes=notes,
        left_over=tuple(left_over),
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError as error:
        raise InfrastructureError(
            f"the package {package} is not installed beside Zachetka, and notebooks and graders "
            f"need it: install it with `{sys.executable} -m pip install {package}`, then start "
            "again"
        ) from error


def _seconds_before(report: model.Report | None) -> float:
    """Give how long a notebook took when it was last run; who is new may take any time."""
    return math.inf if report is None or report.execution is None else report.execution.wall_s


def _about(student: HandedIn, listed: Student | None) -> About:
    owner = student.owner
    return About(
        file=student.notebook.name if student.notebook else "",
        name=(listed.name if listed else "") or owner.name,
        group=listed.group if listed else "",
        lms_id=owner.lms_id,
        folder=owner.folder,
        # What a grading worksheet says is the system's own word.
        handed_in_at=(listed.at if listed else None) or student.at,
        others=tuple(member.path for member in student.others),
        is_listed=listed is not None,
        called=(owner.name, owner.lms_id)
        + ((listed.id, listed.name, listed.email, listed.github) if listed else ()),
    )


def _chosen(only: Collection[str], about: Mapping[str, About]) -> set[str]:
    chosen: set[str] = set()
    for word in only:
        wanted = same_name(word)
        found = {
            key
            for key, each in about.items()
            if wanted in {same_name(text) for text in (key, *each.called) if text}
        }
        if not found:
            alike = difflib.get_close_matches(word, about, _NAMED, 0.4) or sorted(about)[:_NAMED]
            more = f" and {len(about) - len(alike)} more" if len(about) > len(alike) else ""
            raise UsageError(f"nobody here is called {word!r}; there are {', '.join(alike)}{more}")
        chosen |= found
    return chosen


def _stored(out: Path, names: Mapping[str, str], assignment: str) -> dict[str, model.Report]:
    stored: dict[str, model.Report] = {}
    for key, name in names.items():
        # A report that cannot be read is as good as none.
        with contextlib.suppress(OSError, ValidationError):
            report = model.from_json((out / name).read_bytes())
            if report.assignment != assignment:
                raise UsageError(
                    f"{out} has reports of {report.assignment}: name another --out for {assignment}"
                )
            stored[key] = report
    return stored


def _stands(report: model.Report, job: Job) -> bool:
    has_verdict = report.status is not model.ReportStatus.ERROR
    return has_verdict and job.key is not None and report.key == job.key


def _job(
    settings: Settings, student: HandedIn, notebook: Member, environment: str, reader: Reader
) -> Job:
    key = submission = None
    # What is wrong with a file that cannot be read, grading will say.
    with contextlib.suppress(ZachetkaError):
        submission = reader.read(notebook.source, notebook.address).sha256
        key = hashlib.sha256(f"{submission}\0{environment}".encode()).hexdigest()
    return Job(
        course=settings.course,
        assignment=settings.manifest.name,
        notebook=notebook.source.absolute(),
        student=student.owner.key,
        sandbox=settings.sandbox,
        isolation=settings.isolation,
        language=settings.language,
        member=notebook.address,
        file=notebook.name,
        key=key,
        sha256=submission,
    )


def _without_notebook(settings: Settings, student: HandedIn, environment: str) -> model.Report:
    reason = student.reason or Text("No notebook was handed in.", "Ноутбук не сдан.")
    language = settings.language or Language.EN
    said = reason.in_language(language)
    files = ", ".join(member.name for member in student.rest[:_NAMED])
    return model.without_checks(
        assignment=settings.manifest.name,
        student=student.owner.key,
        file=files,
        status=model.ReportStatus.REJECTED,
        message=said,
        max_score=settings.manifest.max_score,
        key=hashlib.sha256(f"{said}\0{files}\0{environment}".encode()).hexdigest(),
        language=language,
    )
