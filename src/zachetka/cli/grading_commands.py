"""The commands that grade one notebook: grade, check."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Final

import typer

from zachetka.cli.options import (
    AssignmentArgument,
    CourseOption,
    JsonOption,
    LanguageOption,
    RuntimeOption,
    SandboxName,
    SandboxOption,
    TrustOption,
    WatchedOption,
    check_output,
    graded_assignment,
    resolve_course,
    resolve_sandbox,
    write_result,
)
from zachetka.errors import InfrastructureError, SubmissionRejectedError, UsageError
from zachetka.language import Language

if TYPE_CHECKING:
    from zachetka.report.model import Report

# A student's own machine keeps no secret, and the public checks need none.
_PUBLIC_SECRET: Final = "the inputs of public checks are public"  # noqa: S105 - none at all
_INFRASTRUCTURE: Final = InfrastructureError.exit_code


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command(
        epilog="Example: `zachetka grade mlp petrov_ivan_mlp.ipynb`",
    )(grade)
    app.command(
        epilog="Example: `zachetka check mlp.ru.ipynb`",
    )(check)


def grade(
    assignment: AssignmentArgument,
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", help="The submission.")],
    *,
    course: CourseOption = None,
    sandbox: SandboxOption = SandboxName.AUTO,
    runtime: RuntimeOption = None,
    trust_submissions: TrustOption = False,
    allow_watched_memory: WatchedOption = False,
    lang: LanguageOption = None,
    json_: JsonOption = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Also store the JSON report here.")
    ] = None,
) -> int:
    """Grade one submission and show what was checked."""
    root = resolve_course(course)
    graded_assignment(root, assignment)
    _needs_file(notebook, "grade the class in it with `zachetka batch`, or name one notebook")
    check_output(output)
    backend = resolve_sandbox(
        sandbox,
        trust_submissions=trust_submissions,
        allow_watched_memory=allow_watched_memory,
        runtime=runtime,
    )
    from zachetka.grading import Job
    from zachetka.grading import grade as grade_job
    from zachetka.report.model import to_json

    job = Job(
        course=root,
        assignment=assignment,
        notebook=notebook.absolute(),
        student=notebook.stem,
        sandbox=backend,
        language=lang,
    )
    report = grade_job(job)
    if output is not None:
        write_result(output, to_json(report))
    return _show(report, as_json=json_)


def check(
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", help="Your notebook.")],
    *,
    assignment: Annotated[
        str | None,
        typer.Option("--assignment", help="Its assignment, where the notebook does not say it."),
    ] = None,
    course: CourseOption = None,
    lang: LanguageOption = None,
    json_: JsonOption = False,
) -> int:
    """Try your own notebook on the public checks, on your own machine and without a sandbox.

    The hidden checks of the course are others: passing these shows that names, shapes and types
    are as they must be.
    """
    _needs_file(notebook, "name the notebook in it")
    root = _course_of(notebook, course)
    from zachetka.grading import Job
    from zachetka.grading import grade as grade_job

    name = assignment or _assignment_of(root, notebook)
    public = _public_checks(root, name)
    job = Job(
        course=root,
        assignment=name,
        notebook=notebook.absolute(),
        student=notebook.stem,
        sandbox=SandboxName.NONE.value,
        language=lang,
        secrets=(_PUBLIC_SECRET,),
        grader_path=public,
    )
    return _show(grade_job(job), as_json=json_)


def _course_of(notebook: Path, course: Path | None) -> Path:
    """Give the course around the notebook, or else around where the student stands."""
    if course is None:
        try:
            return resolve_course(None, notebook.parent)
        except UsageError:
            return resolve_course(None)
    return resolve_course(course)


def _assignment_of(course: Path, notebook: Path) -> str:
    """Find the assignment: in the notebook's metadata, in its file name, or the only one."""
    from zachetka.intake.choice import naming
    from zachetka.manifest import assignment_names
    from zachetka.submission import read_submission

    known = assignment_names(course)
    declared, refusal = None, None
    try:
        declared = read_submission(notebook).declared_assignment
    except SubmissionRejectedError as error:
        refusal = error
    if declared in known:
        return str(declared)
    named = [name for name in known if naming([name])(notebook.stem)]
    for candidates in (named, known):
        if len(candidates) == 1:
            return candidates[0]
    if refusal is not None:
        raise UsageError(f"{notebook.name}: {refusal}") from refusal
    raise UsageError(
        f"{notebook.name} does not say which assignment it is: add --assignment with one of "
        + (", ".join(known) or "none, since this course has no assignments")
    )


def _public_checks(course: Path, assignment: str) -> Path:
    from zachetka.manifest import load_manifest

    load_manifest(course, assignment)
    folder = course / "assignments" / assignment
    for name in (assignment, assignment.replace("-", "_")):
        path = folder / f"test_public_{name}.py"
        if path.is_file():
            return path
    raise UsageError(f"the assignment {assignment!r} has no public checks in {folder}")


def _needs_file(notebook: Path, of_a_folder: str) -> None:
    if notebook.is_dir():
        raise UsageError(f"{notebook} is a folder: {of_a_folder}")
    if not notebook.exists() and not notebook.is_symlink():
        raise UsageError(f"there is no file {notebook}: check the path")


def _show(report: Report, *, as_json: bool) -> int:
    from zachetka.cli.display import print_json
    from zachetka.cli.report_display import show_report
    from zachetka.report.model import ReportStatus, to_json

    if as_json:
        print_json(to_json(report))
    else:
        show_report(report, report.language or Language.EN)
    return _INFRASTRUCTURE if report.status is ReportStatus.ERROR else 0
