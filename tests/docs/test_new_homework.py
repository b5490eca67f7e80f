"""The homework that a page makes file by file: its files written, its commands typed, in order."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from zachetka import verify
from zachetka.manifest import LimitsTable, Manifest, Task, load_manifest
from zachetka.reference import Kind, _Header

PAGE = Path(__file__).resolve().parents[2] / "docs" / "writing-graders.md"
TEXT = PAGE.read_text("utf-8")
SECTION = TEXT.partition("## A new homework, file by file\n")[2].partition("\n## ")[0]
# The file that the next block is, or a block.
STEP = re.compile(
    r"^\*\*`(?P<file>[^`]+)`\*\*|^```(?P<language>\w+)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL
)
# What is graded is the page's own code, and the sandboxes have tests of their own.
OPTIONS = {
    "grade": ["--sandbox", "none", "--trust-submissions"],
    "verify": ["--sandbox", "none", "--jobs", "2"],
}

# One course for all of them.
pytestmark = pytest.mark.xdist_group("the homework of the page")


def run(call, folder, **options):
    environment = {
        **os.environ,
        "NO_COLOR": "1",
        "OMP_NUM_THREADS": "1",
        "ZACHETKA_SECRET": "the secret of the documents",
    }
    done = subprocess.run(
        call,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )
    assert done.returncode == 0, f"{call}\n{done.stdout}{done.stderr}"
    return done.stdout


def type_command(command, folder):
    program, *arguments = shlex.split(command)
    if program == "zachetka":
        program = [sys.executable, "-c", "from zachetka.cli import main; main()"]
        return run([*program, *arguments, *OPTIONS.get(arguments[0], [])], folder)
    assert program == "mkdir", f"the page tells the reader to run {program}"
    return run([program, *arguments], folder)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return tmp_path_factory.mktemp("course")


@pytest.fixture(scope="module")
def typed(course):
    """Follow the page; give each command, what the page shows of it, and what it prints."""
    typed, path = [], None
    for step in STEP.finditer(SECTION):
        if step["file"]:
            path = course / step["file"]
        elif step["language"] == "console":
            for one in re.split(r"^\$ ", step["text"], flags=re.MULTILINE)[1:]:
                command, _, shown = one.partition("\n")
                typed.append((command, shown, type_command(command, course)))
        elif path.suffix == ".ipynb":
            run([sys.executable, "-"], course, input=step["text"])
            assert path.is_file()
        else:
            path.write_text(step["text"], "utf-8")
    return typed


def rows_of(text):
    """Give the lines as words, without what follows a count of checks: the sandbox, the time."""
    rows = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    return [row.partition(" checks passed")[0] for row in rows]


def test_every_command_prints_what_the_page_shows(typed):
    names = [command.split()[1] for command, _, _ in typed if command.startswith("zachetka ")]
    assert names == ["release", "check", "grade", "verify"]
    for command, shown, printed in typed:
        assert rows_of(shown) == rows_of(printed), command


@pytest.mark.usefixtures("typed")
def test_a_tag_means_what_the_page_says(course):
    folder = course / "assignments" / "linear"
    for language, text in (("en", "Write"), ("ru", "Напишите")):
        template = nbformat.read(folder / f"linear.{language}.ipynb", as_version=4)
        words, imports, task, demonstration = [cell.source for cell in template.cells]
        assert words.startswith(text)
        assert imports.startswith("import torch")
        assert task.count("# YOUR CODE HERE\n        raise NotImplementedError") == 2
        assert "Parameter" not in task
        assert demonstration.startswith("assert")
    trials = verify.trials(course, load_manifest(course, "linear"))
    (bug,) = [trial for trial in trials if trial.variant.kind is Kind.BUG]
    cells = nbformat.reads(bug.text, as_version=4).cells
    assert [cell.source.split()[0] for cell in cells] == ["import", "class"]


def test_the_page_names_every_field():
    fields = {field.alias or name: field for name, field in Manifest.model_fields.items()}
    optional = {name for name, field in fields.items() if not field.is_required()}
    assert optional == {"max_score", "limits", "late"}
    in_file = {*fields, *Task.model_fields}
    assert {name for name in in_file if not re.search(rf"\b{name}\b", SECTION)} == set()
    limits = set(LimitsTable.model_fields)
    assert {name for name in limits if f"`{name}`" not in SECTION} == set()
    assert {name for name in _Header.model_fields if f"`{name}`" not in TEXT} == set()
