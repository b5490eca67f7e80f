"""The commands about this machine and about formats: sandbox, schema."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from zachetka.cli.options import CourseOption, JsonOption, RuntimeOption, resolve_course
from zachetka.errors import InfrastructureError, UsageError


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command(
        epilog="Example: `zachetka sandbox --build`, with Docker or Podman installed",
    )(sandbox)
    app.command(epilog="Example: `zachetka schema > report.schema.json`")(schema)


def sandbox(
    course: CourseOption = None,
    build: Annotated[
        bool, typer.Option("--build", help="Build the image of the docker sandbox first.")
    ] = False,
    wheelhouse: Annotated[
        Path | None, typer.Option("--wheelhouse", help="Wheels for the image, with --build.")
    ] = None,
    runtime: RuntimeOption = None,
    json_: JsonOption = False,
) -> int:
    """Show which sandboxes work here, what they enforce, and how that was tried just now."""
    if runtime is not None:
        os.environ["ZACHETKA_DOCKER_RUNTIME"] = runtime
    if wheelhouse is not None and not build:
        raise UsageError("--wheelhouse needs --build")
    if build:
        from zachetka.sandbox.image import build_image

        build_image(_course_or_here(course), wheelhouse=wheelhouse)
    from zachetka.cli.display import print_json, show_sandboxes
    from zachetka.cli.progress import waiting
    from zachetka.sandbox import backends
    from zachetka.tryout import try_out

    entries: list[dict[str, Any]] = []
    broken = False
    for name, backend in backends().items():
        entry: dict[str, Any] = {"name": name, "reason": None, "image": None, "trials": []}
        with waiting(f"trying {name}"):
            entry["reason"] = backend.unavailable()
            if entry["reason"] is None:
                try:
                    entry["trials"] = [asdict(trial) for trial in try_out(name)]
                    entry["image"] = backend.image()
                except InfrastructureError as error:
                    entry["reason"], broken = str(error), True
        entry["available"] = entry["reason"] is None
        broken = broken or any(trial["held"] is False for trial in entry["trials"])
        entries.append(entry)
    if json_:
        print_json({"schema": "zachetka.sandboxes/1", "sandboxes": entries})
    else:
        show_sandboxes(entries)
    return InfrastructureError.exit_code if broken else 0


def schema() -> int:
    """Print the JSON Schema of a report."""
    from zachetka.cli.display import print_json
    from zachetka.report.model import json_schema

    print_json(json_schema())
    return 0


def _course_or_here(course: Path | None) -> Path:
    # The image is Zachetka's own where a course brings no recipe.
    try:
        return resolve_course(course)
    except UsageError:
        if course is not None:
            raise
        return Path.cwd()
