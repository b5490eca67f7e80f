"""Arguments and options that several commands share."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zachetka.cli.display import tell
from zachetka.errors import UsageError
from zachetka.language import Language
from zachetka.sandbox.base import Isolation

if TYPE_CHECKING:
    from zachetka.manifest import Manifest


class SandboxName(StrEnum):
    """What can be asked for with --sandbox."""

    AUTO = "auto"
    DOCKER = "docker"
    BUBBLEWRAP = "bubblewrap"
    NONE = "none"


CourseOption = Annotated[
    Path | None,
    typer.Option(
        "--course",
        metavar="PATH",
        help="The course: the folder with assignments/, graders/, reference_solutions/. "
        "Without it: here, or the nearest folder above.",
    ),
]
SandboxOption = Annotated[
    SandboxName,
    typer.Option("--sandbox", help="Where the notebook runs; auto is docker, else bubblewrap."),
]
TrustOption = Annotated[
    bool,
    typer.Option(
        "--trust-submissions",
        help="Needed for --sandbox none, which lets submissions do whatever you can do.",
    ),
]
WatchedOption = Annotated[
    bool,
    typer.Option(
        "--allow-watched-memory",
        help="Grade where memory can only be watched, not held: bubblewrap without control groups.",
    ),
]
RuntimeOption = Annotated[
    str | None,
    typer.Option(
        "--runtime",
        metavar="NAME",
        help="What the engine runs containers with: runsc is gVisor. Without it: its default.",
    ),
]
IsolationOption = Annotated[
    Isolation,
    typer.Option(
        "--isolation",
        help="warm: a room for each submission in a sandbox that has everything loaded, thrown "
        "away when anything looks odd; fresh: a sandbox for each, which takes seconds more.",
    ),
]
LanguageOption = Annotated[
    Language | None,
    typer.Option(
        "--lang", help="Language of the messages. Without it: the notebook's own, else English."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
JobsOption = Annotated[
    int | None,
    typer.Option("--jobs", "-j", min=1, max=1024, help="How many at a time. [default: cores]"),
]
AssignmentArgument = Annotated[
    str, typer.Argument(metavar="ASSIGNMENT", help="A folder's name in assignments/.")
]


def resolve_course(course: Path | None, start: Path | None = None) -> Path:
    """Give the course that was named, or the one around `start`.

    Raises:
        UsageError: there is none.
    """
    from zachetka.manifest import find_course

    if course is None:
        return find_course(start or Path.cwd())
    if not (course / "assignments").is_dir():
        raise UsageError(f"{course} is no course: it has no folder assignments/")
    return course.resolve()


def graded_assignment(course: Path, assignment: str) -> Manifest:
    """Give an assignment that has a hidden grader.

    Raises:
        UsageError: something of the course is missing.
    """
    from zachetka.manifest import load_manifest

    manifest = load_manifest(course, assignment)
    grader = course / "graders" / assignment
    if not grader.is_dir():
        raise UsageError(f"the assignment {assignment!r} has no hidden grader {grader}")
    return manifest


def resolve_sandbox(
    sandbox: SandboxName,
    *,
    trust_submissions: bool = False,
    allow_watched_memory: bool = False,
    runtime: str | None = None,
) -> str:
    """Give the name of the backend to use, the same for every submission.

    Raises:
        UsageError: none can be used, or it needs a word of trust.
    """
    from zachetka.sandbox import choose
    from zachetka.sandbox.docker import BUILD

    if sandbox is SandboxName.NONE and not trust_submissions:
        raise UsageError(
            "--sandbox none runs submissions with all your rights: use docker or bubblewrap, or "
            "add --trust-submissions if every one of them is your own"
        )
    if runtime is not None:
        if sandbox not in {SandboxName.AUTO, SandboxName.DOCKER}:
            raise UsageError("--runtime is for containers: add --sandbox docker")
        sandbox = SandboxName.DOCKER
        os.environ["ZACHETKA_DOCKER_RUNTIME"] = runtime  # for the workers, too
    passed_over: list[str] = []
    backend = choose(sandbox.value, passed_over)
    for reason in passed_over:
        if BUILD in reason:  # one command mends it; that there is no engine is known here
            tell(f"{backend.name} is used, not {reason}")
    if not (backend.holds_memory() or allow_watched_memory or trust_submissions):
        raise UsageError(
            f"the sandbox {backend.name!r} can only watch memory here, so a submission may take "
            "all of it for a moment: use docker, start this command with `systemd-run --user "
            "--scope` or as root for a control group, or add --allow-watched-memory"
        )
    return backend.name


def check_folder(path: Path) -> None:
    """Say before an hour of work that no folder could be made.

    Raises:
        UsageError: it is a file.
    """
    if path.exists() and not path.is_dir():
        raise UsageError(f"cannot write into {path}: it is a file, name a folder")


def check_output(path: Path | None) -> None:
    """Say before an hour of work that its result could not be written.

    Raises:
        UsageError: the folder of the file is missing, or the file is a folder.
    """
    if path is None:
        return
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise UsageError(f"cannot write {path}: it is a folder, or its folder does not exist")


def write_result(path: Path, content: str | bytes, *, make_folder: bool = False) -> None:
    """Write the file that was asked for.

    Raises:
        UsageError: it cannot be written.
    """
    from zachetka.report.atomic import write_atomically

    try:
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
