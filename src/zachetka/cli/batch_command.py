"""The command that grades a class: from what a learning management system gave to its reports."""

from __future__ import annotations

import os
import zoneinfo
from datetime import UTC
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Final

import typer

from zachetka.cli.options import (
    AssignmentArgument,
    CourseOption,
    IsolationOption,
    JobsOption,
    JsonOption,
    LanguageOption,
    RuntimeOption,
    SandboxName,
    SandboxOption,
    TrustOption,
    WatchedOption,
    check_folder,
    graded_assignment,
    resolve_course,
    resolve_sandbox,
)
from zachetka.errors import InfrastructureError, UsageError
from zachetka.report.clean import clean_line, some_of
from zachetka.sandbox.base import Isolation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from zachetka.intake.attendance import Attendance
    from zachetka.intake.classlist import ClassList
    from zachetka.lateness import Extension
    from zachetka.manifest import Manifest
    from zachetka.plan import Plan
    from zachetka.report.summary import ClassNotes

_INFRASTRUCTURE: Final = InfrastructureError.exit_code
_SHOWN: Final = 10


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(
        epilog="Examples: `zachetka batch mlp submissions/ --out reports/ --jobs 8`, "
        "`zachetka batch mlp moodle.zip --roster students.csv --out reports/`",
    )(batch)


def batch(
    assignment: AssignmentArgument,
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH",
            help="What was handed in: a folder or a zip archive, as Moodle, Canvas, Gradescope, "
            "nbgrader or GitHub lay it out, or with one notebook per student.",
        ),
    ],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the reports go.")],
    course: CourseOption = None,
    roster: Annotated[
        Path | None,
        typer.Option(
            "--roster",
            metavar="CSV",
            help="The class: ids, names, groups. It also shows who handed in nothing.",
        ),
    ] = None,
    extensions: Annotated[
        Path | None,
        typer.Option(
            "--extensions",
            metavar="CSV",
            help="Later deadlines of some students; those of before stay without it.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="STUDENT", help="Grade this student again, nobody else."),
    ] = None,
    regrade: Annotated[
        bool, typer.Option("--regrade", help="Grade everything again, also what has not changed.")
    ] = False,
    layout: Annotated[
        str,
        typer.Option(
            "--layout",
            metavar="NAME",
            help="How PATH is laid out, if not as found: moodle, canvas, gradescope, nbgrader, "
            "github, flat or folders.",
        ),
    ] = "",
    zone: Annotated[
        str,
        typer.Option(
            "--zone",
            metavar="ZONE",
            help="Of times that name none: Europe/Moscow. [default: that of the deadline, or UTC]",
        ),
    ] = "",
    pages: Annotated[
        bool, typer.Option(help="Write a page for each student and one for the class.")
    ] = True,
    jobs: JobsOption = None,
    sandbox: SandboxOption = SandboxName.AUTO,
    runtime: RuntimeOption = None,
    trust_submissions: TrustOption = False,
    allow_watched_memory: WatchedOption = False,
    isolation: IsolationOption = Isolation.WARM,
    lang: LanguageOption = None,
    json_: JsonOption = False,
) -> int:
    """Grade a class: a JSON report and a page for each student, and a summary of all.

    A report is there the moment it is ready; Ctrl-C keeps those that are finished. Started again,
    only what is missing or has changed is graded.
    """
    check_folder(out)
    from zachetka.pool import LocalPool

    pool = LocalPool(jobs)
    if os.access(path, os.R_OK) and not os.access(out, os.F_OK):
        # Of a class that was graded before, there may be nothing left to do.
        pool.warm_up()

    from zachetka.batch import Batch, alone_in, prepare_output, run_batch
    from zachetka.cli.display import show_batch, tell
    from zachetka.cli.progress import progress
    from zachetka.intake.attendance import take_attendance
    from zachetka.intake.classlist import read_class
    from zachetka.intake.content import wanted_by
    from zachetka.intake.roster import read_roster
    from zachetka.pages.site import Site
    from zachetka.plan import Settings, make_plan

    root = resolve_course(course)
    manifest = graded_assignment(root, assignment)
    local = _zone(zone, manifest)
    class_list = read_class(
        path.absolute(),
        assignment=assignment,
        wanted=wanted_by(root, manifest),
        layout=layout,
        zone=local,
    )
    attendance = None
    if roster is not None:
        listed = read_roster(roster, local)
        attendance = take_attendance(class_list, listed, assignment=assignment)
        tell(*listed.notes)
    tell(*_said_of_class(class_list, attendance), *_rule(manifest, local))
    later = _extensions(extensions, manifest)
    backend = resolve_sandbox(
        sandbox,
        trust_submissions=trust_submissions,
        allow_watched_memory=allow_watched_memory,
        runtime=runtime,
    )
    from zachetka.grading import grade as grade_job

    site = Site(root, manifest, out, class_list)
    with alone_in(out):
        plan = make_plan(
            Settings(root, manifest, backend, lang, isolation),
            class_list,
            out,
            attendance=attendance,
            extensions=later,
            regrade=regrade,
            only=only or (),
        )
        tell(*_said_of_plan(plan))
        work = Batch(
            plan,
            out,
            grade_job,
            _notes(class_list, attendance),
            site.write_student if pages else site.remove_student,
        )
        prepare_output(out)
        with progress(len(plan.jobs), f"{assignment} in {backend}") as advance:
            outcome = run_batch(work, pool, lambda row: advance(row.student))
        if pages and not outcome.interrupted:
            site.write_class()
    tell(*site.troubles)
    show_batch(outcome, manifest, out, as_json=json_)
    if outcome.interrupted:
        raise KeyboardInterrupt
    return _INFRASTRUCTURE if outcome.errors or site.troubles else 0


def _zone(name: str, manifest: Manifest) -> tzinfo:
    if not name:
        return (manifest.late and manifest.late.deadline.tzinfo) or UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(
            f"there is no time zone {name[:60]!r}: write one such as Europe/Moscow"
        ) from error


def _extensions(path: Path | None, manifest: Manifest) -> tuple[Extension, ...] | None:
    from zachetka.lateness import read_extensions

    if path is None:
        return None
    if manifest.late is None:
        raise UsageError(
            f"{manifest.name} has no deadline that {path} could move: give its assignment.toml a "
            "table [late] with a deadline"
        )
    return read_extensions(path, manifest.late)


def _said_of_class(class_list: ClassList, attendance: Attendance | None) -> Iterator[str]:
    """Give what a teaching assistant should know before the work begins, a line each."""
    yield class_list.found.describe()
    yield from class_list.notes
    listed = attendance.students.values() if attendance else ()
    if class_list.undated and not any(student.at for student in listed):
        yield class_list.undated
    yield from _listed(
        [f"{member.path}: {why}" for member, why in class_list.strays], "belong to nobody"
    )
    if attendance is not None:
        yield from attendance.notes
        yield from _listed(attendance.unknown, "not in the roster")
        missing = [f"{each.student} {each.name}".strip() for each in attendance.missing]
        yield from _listed(missing, "handed in nothing")


def _rule(manifest: Manifest, zone: tzinfo) -> Iterator[str]:
    late = manifest.late
    if late is not None:
        yield (
            f"deadline {late.deadline.isoformat(' ', 'minutes')}, {late.percent_per_day:g} % off "
            f"per started day, at most {late.cap_percent:g} %; times without a zone are of {zone}"
        )


def _said_of_plan(plan: Plan) -> Iterator[str]:
    yield from plan.notes
    yield from _listed(plan.left_over, "reports of nobody who is here, left as they are")
    if plan.kept:
        yield f"graded before: {plan.kept}, to be graded now: {len(plan.jobs)}"


def _listed(names: list[str] | tuple[str, ...], what: str) -> Iterator[str]:
    if names:
        yield f"{what} ({len(names)}): {some_of(names, _SHOWN)}"


def _notes(class_list: ClassList, attendance: Attendance | None) -> ClassNotes:
    from zachetka.report.summary import ClassNotes

    return ClassNotes(
        layout=class_list.found.describe(),
        missing=attendance.missing if attendance else (),
        # A file's name may be bytes that no summary can hold.
        strays=tuple((clean_line(member.path, 300), why) for member, why in class_list.strays),
    )
