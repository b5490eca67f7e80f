"""The image of the docker sandbox: building it, and knowing which agent is in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from zachetka.errors import InfrastructureError, UsageError
from zachetka.protocol.identity import AGENT_PARTS, PACKAGE, agent_sha256
from zachetka.sandbox.engine import find_engine

AGENT_LABEL = "zachetka.agent"
DEFAULT_IMAGE = "zachetka-sandbox"


def image_name() -> str:
    """Give the image's name; ZACHETKA_IMAGE overrides it."""
    return os.environ.get("ZACHETKA_IMAGE") or DEFAULT_IMAGE


def build_image(course: Path, wheelhouse: Path | None = None) -> None:
    """Build the image, showing the engine's progress on stderr.

    ZACHETKA_BASE_IMAGE names the image to start from instead of the Dockerfile's own choice.

    Args:
        course: The folder with `docker/Dockerfile`; Zachetka's own is the second choice.
        wheelhouse: A folder of wheels to install from instead of the network; `docker/wheelhouse`
            beside the Dockerfile is taken where it exists.

    Raises:
        UsageError: there is no Dockerfile or no such wheelhouse.
        InfrastructureError: no engine answers, or the build failed.
    """
    recipe = _recipe_folder(course)
    wheels = wheelhouse if wheelhouse is not None else recipe / "wheelhouse"
    if wheelhouse is not None and not wheelhouse.is_dir():
        raise UsageError(f"{wheelhouse} is not a folder of wheels")
    base = os.environ.get("ZACHETKA_BASE_IMAGE")
    engine = find_engine()
    # A context of its own, because the engine gets all of it: it holds no grader by construction,
    # and always the agent of the Zachetka that asks.
    with tempfile.TemporaryDirectory(prefix="zachetka-image-") as folder:
        context = Path(folder)
        _fill_context(context, recipe, wheels)
        command = [engine.command, "build"]
        command += ["--file", str(context / "docker" / "Dockerfile"), "--tag", image_name()]
        command += ["--label", f"{AGENT_LABEL}={agent_sha256()}"]
        if base:
            command += ["--build-arg", f"BASE={base}"]
        try:
            # Standard output belongs to the caller's JSON.
            done = subprocess.run(
                [*command, str(context)], stdin=subprocess.DEVNULL, stdout=2, check=False
            )
        except OSError as error:
            raise InfrastructureError(f"{engine.command} cannot be run: {error}") from error
    if done.returncode != 0:
        raise InfrastructureError(
            f"the image could not be built ({engine.name} build left with {done.returncode}); "
            "the reason stands above. docker/README.md says how to build without a network"
        )


def _recipe_folder(course: Path) -> Path:
    for root in (course, PACKAGE.parents[1]):
        if (root / "docker" / "Dockerfile").is_file():
            return root / "docker"
    raise UsageError(f"there is no docker/Dockerfile in {course}")


def _fill_context(context: Path, recipe: Path, wheels: Path) -> None:
    docker = context / "docker"
    docker.mkdir()
    for name in ("Dockerfile", "requirements.txt", "install-torch.sh"):
        shutil.copy2(recipe / name, docker / name)
    if wheels.is_dir():
        (docker / "wheelhouse").mkdir()
        for wheel in sorted(wheels.glob("*.whl")):
            _link_or_copy(wheel.resolve(), docker / "wheelhouse" / wheel.name)
    package = context / "src" / "zachetka"
    package.mkdir(parents=True)
    for part in AGENT_PARTS:
        source = PACKAGE / part
        if source.is_dir():
            shutil.copytree(
                source, package / part, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
            )
        else:
            shutil.copy2(source, package / part)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)
