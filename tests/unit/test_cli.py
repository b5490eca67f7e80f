import json
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from zachetka import cli, sandbox
from zachetka.cli.options import SandboxName, resolve_sandbox
from zachetka.errors import UsageError
from zachetka.sandbox.docker import BUILD


def call(*arguments, **environment):
    """Run the command as a user does."""
    return subprocess.run(
        [sys.executable, "-c", "from zachetka.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "COLUMNS": "100", **environment},
    )


TOML = """
schema = "zachetka.assignment/1"
name = "{name}"
version = "1"
title = {{ en = "A", ru = "А" }}
[tasks]
f = {{ weight = 100, names = ["f"] }}
"""


@pytest.fixture
def course(tmp_path):
    for name in ("mlp", "weight-init"):
        folder = tmp_path / "assignments" / name
        folder.mkdir(parents=True)
        (folder / "assignment.toml").write_text(TOML.format(name=name), "utf-8")
    (tmp_path / "graders" / "mlp").mkdir(parents=True)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "petrov.ipynb").write_text('{"cells": []}')
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "page.html.ipynb").write_text("<!DOCTYPE html><html></html>")
    (tmp_path / "pages" / "utf16.md").write_text("| `mlp` |", "utf-16")
    return tmp_path


@pytest.fixture
def only_watched(monkeypatch):
    from zachetka.sandbox.bubblewrap import BubblewrapSandbox

    monkeypatch.setattr(BubblewrapSandbox, "unavailable", lambda _: None)
    monkeypatch.setattr(BubblewrapSandbox, "holds_memory", lambda _: False)


@pytest.mark.usefixtures("only_watched")
def test_memory_that_is_only_watched_needs_a_word(course):
    arguments = ["grade", "mlp", str(course / "in" / "petrov.ipynb"), "--sandbox", "bubblewrap"]
    with pytest.raises(UsageError, match="--allow-watched-memory"):
        cli.run([*arguments, "--course", str(course)])


@pytest.mark.usefixtures("only_watched")
def test_with_the_word_it_is_used():
    from zachetka.cli.options import SandboxName, resolve_sandbox

    name = SandboxName.BUBBLEWRAP
    assert resolve_sandbox(name, allow_watched_memory=True) == "bubblewrap"
    assert resolve_sandbox(name, trust_submissions=True) == "bubblewrap"


def test_a_runtime_is_for_containers():
    from zachetka.cli.options import SandboxName, resolve_sandbox

    with pytest.raises(UsageError, match="--sandbox docker"):
        resolve_sandbox(SandboxName.BUBBLEWRAP, runtime="runsc")


def test_help_loads_nothing_heavy():
    code = (
        "import sys, zachetka.cli as cli; cli.run(['grade', '--help']); "
        "sys.exit(any(name in sys.modules for name in "
        "('torch', 'pytest', 'numpy', 'nbformat', 'zachetka.grading')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Example: zachetka grade" in done.stdout


@pytest.mark.parametrize(
    "command",
    [
        *("grade", "batch", "export", "diff", "similar", "doctor", "check"),
        *("verify", "release", "sandbox", "schema"),
    ],
)
def test_every_command_has_an_example(command, capsys):
    assert cli.run([command, "--help"]) == 0
    assert re.search(f"Examples?: zachetka {command}", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade"], "Missing argument 'ASSIGNMENT'"),
        (["grade", "mlp", "x.ipynb", "--nonsense"], "No such option"),
        (["nonsense"], "No such command"),
        (["grade", "mlp", "no.ipynb"], "there is no file no.ipynb"),
        (["grade", "mlp", "in"], "in is a folder: grade the class in it with `zachetka batch`"),
        (["check", "in"], "in is a folder: name the notebook in it"),
        (["check", "pages/page.html.ipynb"], "page.html.ipynb: The file is a web page"),
        (["batch", "mlp", "in", "--out", "in/petrov.ipynb"], "it is a file, name a folder"),
        (["similar", "mlp", "in", "--out", "in/petrov.ipynb"], "it is a file, name a folder"),
        (["doctor", "nope.ipynb"], "there is no file nope.ipynb"),
        (["grade", "mpl", "in/petrov.ipynb"], "known: mlp, weight-init"),
        (["grade", "weight-init", "in/petrov.ipynb"], "has no hidden grader"),
        (["grade", "mlp", "in/petrov.ipynb", "--sandbox", "none"], "--trust-submissions"),
        (["grade", "mlp", "in/petrov.ipynb", "--sandbox", "vm"], "'vm' is not one of"),
        (["batch", "mlp", "in", "--out", "o", "--sandbox", "none"], "--trust-submissions"),
        (["batch", "mlp", "nowhere", "--out", "o"], "nowhere: No such file"),
        (["batch", "mlp", "graders", "--out", "o"], "has no *.ipynb"),
        (["batch", "mlp", "in", "--out", "o", "--jobs", "0"], "--jobs"),
        (["check", "in/petrov.ipynb"], "add --assignment with one of mlp, weight-init"),
        (["check", "in/petrov.ipynb", "--assignment", "mlp"], "has no public checks"),
        (["verify", "mlp"], "there is no reference solution"),
        (["release", "mlp", "--out", "o"], "there is no reference solution"),
        (["grade", "mlp", "in/petrov.ipynb", "--output", "no/r.json"], "cannot write no/r.json"),
        (["verify", "mlp", "--junit", "in"], "cannot write in"),
        (["verify", "mlp", "--page", "pages/utf16.md"], "cannot read the page pages/utf16.md"),
        (["sandbox", "--wheelhouse", "x"], "--wheelhouse needs --build"),
        (["grade", "mlp", "in/petrov.ipynb", "--course", "in"], "in is no course"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(course, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(course)
    try:
        code = cli.run(arguments)
        message = capsys.readouterr().err.strip()
    except UsageError as error:
        code, message = error.exit_code, str(error)
    assert code == 2
    assert said in message
    assert "\n" not in message


def test_errors_are_one_line_on_stderr(course):
    done = call("grade", "mpl", course / "in" / "petrov.ipynb", "--course", course)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("zachetka: there is no assignment 'mpl'")
    assert done.stderr.count("\n") == 1


def test_the_package_can_be_run():
    done = subprocess.run(
        [sys.executable, "-m", "zachetka", "nonsense"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("zachetka: No such command")


def test_the_version_is_told():
    assert re.fullmatch(r"zachetka \d+\.\d+\.\d+\n", call("--version").stdout)


def test_a_closed_output_is_no_error():
    script = f"{sys.executable} -m zachetka schema >&-"
    done = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_closed_pipe_is_no_error():
    script = f"{sys.executable} -c 'from zachetka.cli import main; main()' schema | head -c 1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("{", "")


def test_a_full_disk_is_said_in_one_line():
    script = f"{sys.executable} -c 'from zachetka.cli import main; main()' schema > /dev/full"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("zachetka: the machine failed: [Errno 28]")
    assert done.stderr.count("\n") == 1


def test_the_schema_is_json():
    done = call("schema", PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout)["properties"]["schema"]["const"] == "zachetka.report/1"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("mlp.ru.ipynb", "mlp"),
        ("petrov_ivan_MLP.ipynb", "mlp"),
        ("weight-init-2.ipynb", "weight-init"),
        ("Weight_Init.ipynb", "weight-init"),
        ("mlps.ipynb", None),
        ("mlp_weight-init.ipynb", None),
        ("mlp_weight_init.ipynb", None),
    ],
)
def test_a_file_name_can_tell_the_assignment(course, tmp_path, name, found):
    from zachetka.cli.grading_commands import _assignment_of

    notebook = tmp_path / name
    handed_in = new_notebook(cells=[new_code_cell("x = 1")])
    nbformat.write(handed_in, notebook)
    if found is None:
        with pytest.raises(UsageError, match="--assignment"):
            _assignment_of(course, notebook)
    else:
        assert _assignment_of(course, notebook) == found
    handed_in.metadata["zachetka"] = {"assignment": "weight-init"}
    nbformat.write(handed_in, notebook)
    assert _assignment_of(course, notebook) == "weight-init"


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (
            f"the image is old: {BUILD}",
            f"bubblewrap is used, not docker: the image is old: {BUILD}\n",
        ),
        ("no engine answers", ""),
    ],
)
def test_a_better_sandbox_that_one_command_would_give_is_named(monkeypatch, capsys, reason, told):
    def backend(name, why):
        return SimpleNamespace(name=name, unavailable=lambda: why, holds_memory=lambda: True)

    known = {"docker": backend("docker", reason), "bubblewrap": backend("bubblewrap", None)}
    monkeypatch.setattr(sandbox, "backends", lambda: known)
    assert resolve_sandbox(SandboxName.AUTO) == "bubblewrap"
    assert capsys.readouterr().err == told
