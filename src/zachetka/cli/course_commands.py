"""The commands of a course's authors: verify, release."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import count
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Final

import typer

from zachetka.cli.options import (
    AssignmentArgument,
    CourseOption,
    JobsOption,
    JsonOption,
    SandboxName,
    SandboxOption,
    check_output,
    resolve_course,
    resolve_sandbox,
    write_result,
)
from zachetka.errors import InfrastructureError, UsageError
from zachetka.language import Language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zachetka.verify import Finding, Trial

_WRONG_GRADER: Final = 1


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command(epilog="Example: `zachetka verify mlp --junit verify.xml`")(verify)
    app.command(epilog="Example: `zachetka release mlp --lang ru --out assignments/mlp`")(release)


def verify(
    assignments: Annotated[
        list[str] | None, typer.Argument(metavar="[ASSIGNMENT]...", help="[default: all]")
    ] = None,
    *,
    course: CourseOption = None,
    sandbox: SandboxOption = SandboxName.AUTO,
    jobs: JobsOption = None,
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, help="Try what is correct under so many secrets.")
    ] = 1,
    bug_seeds: Annotated[
        int, typer.Option("--bug-seeds", min=1, help="Try what is wrong under so many secrets.")
    ] = 1,
    quick: Annotated[
        bool, typer.Option("--quick", help="Try variants on the checks of their own tasks.")
    ] = False,
    every: Annotated[
        int, typer.Option("--every", min=1, help="Try one in so many of the planted bugs.")
    ] = 1,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="PATTERN",
            help="Only names like this: `sgd_*` or `solution.*`. May be repeated.",
        ),
    ] = None,
    json_: JsonOption = False,
    junit: Annotated[
        Path | None, typer.Option("--junit", help="Also write JUnit XML to this file.")
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option("--page", help="Also write how fair the graders are, as Markdown."),
    ] = None,
) -> int:
    """Try the hidden graders on notebooks whose scores are known.

    The solution and its alternatives must get full marks, planted bugs must lose exactly what
    their files say, the untouched template must get 0. Leaves with 1 where that does not hold.
    Ctrl-C shows what was found until then.
    """
    from zachetka.cli.display import show_findings
    from zachetka.cli.progress import progress
    from zachetka.fairness import to_markdown
    from zachetka.grading import Job, grade_under_each_secret
    from zachetka.manifest import assignment_names
    from zachetka.pool import LocalPool
    from zachetka.sandbox.base import Isolation
    from zachetka.verify import CORRECT, run_trials, to_xml

    check_output(junit)
    check_output(page)
    if page is not None and (only or every > 1):
        raise UsageError("the page is about whole assignments: leave out --only and --every")
    previous = _text_of(page)
    root = resolve_course(course)
    names = list(dict.fromkeys(assignments or assignment_names(root)))
    if not names:
        raise UsageError(f"{root} has no assignments")
    planned = _planned(root, names, every=every, only=only or ())
    # What is graded here is the course's own code, so no word of trust is asked for.
    backend = resolve_sandbox(sandbox, trust_submissions=True)

    def seeds_of(trial: Trial) -> int:
        return seeds if trial.variant.kind in CORRECT else bug_seeds

    findings: list[Finding] = []
    interrupted = False
    with progress(sum(map(seeds_of, planned)), f"verify in {backend}") as advance:
        # Assignment, notebook and student come with each trial.
        job = Job(root, "", root, "", sandbox=backend, isolation=Isolation.WARM)
        work, pool = grade_under_each_secret, LocalPool(jobs)
        try:
            for finding in run_trials(planned, seeds_of, job, work, pool, quick=quick):
                findings.append(finding)
                advance(finding.trial.name)
        except KeyboardInterrupt:
            interrupted = True
    order = {id(trial): number for number, trial in enumerate(planned)}
    findings.sort(key=lambda finding: (order[id(finding.trial)], finding.seed))
    if junit is not None:
        write_result(junit, to_xml(findings))
    if page is not None and not interrupted:
        write_result(page, to_markdown(findings, previous))
    partial = interrupted or bool(only) or every > 1
    show_findings(findings, as_json=json_, partial=partial)
    if interrupted:
        raise KeyboardInterrupt
    if any(finding.error is not None for finding in findings):
        return InfrastructureError.exit_code
    return 0 if all(finding.ok for finding in findings) else _WRONG_GRADER


def _text_of(page: Path | None) -> str:
    """Read the page whose other rows stay: now, not when hours of work are done."""
    try:
        return "" if page is None or not page.exists() else page.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read the page {page}: {error}") from error


def _planned(root: Path, names: Sequence[str], *, every: int, only: Sequence[str]) -> list[Trial]:
    from zachetka.manifest import load_manifest
    from zachetka.reference import Kind
    from zachetka.verify import trials

    planned = [trial for name in names for trial in trials(root, load_manifest(root, name))]
    number = count()
    planned = [
        trial
        for trial in planned
        if trial.variant.kind is not Kind.BUG or next(number) % every == 0
    ]
    for pattern in only:
        if not any(fnmatchcase(trial.name, pattern) for trial in planned):
            raise UsageError(f"nothing has a name like {pattern!r}")
    if only:
        planned = [
            trial for trial in planned if any(fnmatchcase(trial.name, pattern) for pattern in only)
        ]
    return planned


def release(
    assignment: AssignmentArgument,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the template.")],
    lang: Annotated[
        list[Language] | None, typer.Option("--lang", help="May be repeated. [default: all]")
    ] = None,
    course: CourseOption = None,
) -> int:
    """Make the students' template from the solution, without what stands between its marks.

    The marks are `### BEGIN SOLUTION` and `### END SOLUTION`, each on a line of its own.
    """
    from zachetka.manifest import load_manifest
    from zachetka.reference import load_solution
    from zachetka.release import write_template

    root = resolve_course(course)
    manifest = load_manifest(root, assignment)
    solution = load_solution(root, manifest)
    for language in lang or list(Language):
        typer.echo(write_template(solution, manifest, language, out))
    return 0
