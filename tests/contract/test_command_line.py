"""The commands on a small course, for real, in the sandbox that is always there: none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import nbformat
import pytest

from zachetka.report.model import json_schema

TOML = """
schema = "zachetka.assignment/1"
name = "sums"
version = "1"
title = { en = "Sums", ru = "Суммы" }
[tasks]
total = { weight = 60, names = ["total"] }
twice = { weight = 40, names = ["twice"] }
"""
GRADER = """
from zachetka.language import Text
from zachetka.pytest_plugin import Number, assert_equal, check


def total_of(nb, *, values):
    return nb.total(values)


def twice_of(nb, *, value):
    return nb.twice(value)


@check("total", points=60, title=Text(en="a sum", ru="сумма"))
def test_sum(student, rng):
    values = [rng.integers(1, 9) for _ in range(3)]
    got = student.run(total_of, values=values, returns=Number())
    assert_equal(got, sum(values), text=Text(en="the sum is wrong", ru="сумма неверна"))


@check("twice", points=40, title=Text(en="double", ru="удвоение"))
def test_double(student, rng):
    value = rng.integers(1, 9)
    got = student.run(twice_of, value=value, returns=Number())
    assert_equal(got, 2 * value, text=Text(en="it is not doubled", ru="не удвоено"))
"""
BUG = """# /// zachetka
# about = "Three times."
# score = 0.6
# fails = ["twice.double"]
# ///
# %% twice
def twice(value):
    return 3 * value
"""


def write_notebook(path, *cells, **metadata):
    code = [nbformat.v4.new_code_cell(source, metadata=tags) for source, tags in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=code, metadata=metadata), path)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    for name in ("assignments/sums", "graders/sums", "reference_solutions/sums/bugs", "in"):
        (root / name).mkdir(parents=True)
    (root / "assignments/sums/assignment.toml").write_text(TOML, "utf-8")
    (root / "assignments/sums/test_public_sums.py").write_text(GRADER, "utf-8")
    (root / "graders/sums/test_sums.py").write_text(GRADER, "utf-8")
    (root / "reference_solutions/sums/bugs/three.py").write_text(BUG, "utf-8")
    marks = "### BEGIN SOLUTION\n    return {}\n    ### END SOLUTION"
    write_notebook(
        root / "reference_solutions/sums/solution.ipynb",
        ("def total(values):\n    " + marks.format("sum(values)"), {"tags": ["task:total"]}),
        ("def twice(value):\n    " + marks.format("2 * value"), {"tags": ["task:twice"]}),
    )
    half = ("def total(values):\n    return sum(values)\ntwice = abs", {})
    write_notebook(root / "in/half.ipynb", half, zachetka={"assignment": "sums", "lang": "ru"})
    (root / "in/empty.ipynb").touch()
    return root


def call(course, *arguments):
    return subprocess.run(
        [sys.executable, "-c", "from zachetka.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        cwd=course,
        env={**os.environ, "ZACHETKA_SECRET": "a secret of these tests"},
    )


TRUST = ("--sandbox", "none", "--trust-submissions")


def test_grade_prints_a_report_for_a_person(course):
    done = call(course, "grade", "sums", "in/half.ipynb", *TRUST, "--output", "half.json")
    assert done.returncode == 0, done.stderr
    assert "✔ total  60/60 %" in done.stdout
    assert "✘ удвоение  -40 %" in done.stdout
    assert "не удвоено" in done.stdout
    assert "баллы 0.6 из 1" in done.stdout
    assert not any(line.endswith(" ") for line in done.stdout.splitlines())
    assert "\x1b" not in done.stdout
    jsonschema.validate(json.loads((course / "half.json").read_text("utf-8")), json_schema())


def test_grade_prints_json_for_a_program(course):
    done = call(course, "grade", "sums", "in/half.ipynb", *TRUST, "--json", "--lang", "en")
    report = json.loads(done.stdout)
    jsonschema.validate(report, json_schema())
    assert (report["score"], report["status"], done.returncode) == (0.6, "graded", 0)
    assert report["checks"][1]["message"] == "it is not doubled"


def test_a_rejected_submission_is_a_verdict(course):
    done = call(course, "grade", "sums", "in/empty.ipynb", *TRUST, "--json")
    assert (json.loads(done.stdout)["status"], done.returncode) == ("rejected", 0)


def test_batch_writes_reports_and_a_summary(course, tmp_path):
    done = call(course, "batch", "sums", "in", "--out", str(tmp_path / "out"), *TRUST, "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert {row["student"]: row["score"] for row in summary["students"]} == {
        "half": 0.6,
        "empty": 0.0,
    }
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "class.html",
        "empty.json",
        "feedback",
        "half.json",
        "summary.csv",
        "summary.json",
    ]
    for name in ("half", "empty"):
        report = json.loads((tmp_path / "out" / f"{name}.json").read_text("utf-8"))
        jsonschema.validate(report, json_schema())


def test_a_stray_file_whose_name_is_no_text_costs_nothing(course, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    write_notebook(folder / "anna.ipynb", ("total = sum", {}))
    Path(os.fsdecode(os.fsencode(folder) + b"/notes-\xe5.txt")).touch()
    done = call(course, "batch", "sums", str(folder), "--out", str(tmp_path / "out"), *TRUST)
    assert done.returncode == 0, done.stderr
    summary = json.loads((tmp_path / "out/summary.json").read_text("utf-8"))
    assert [each["path"] for each in summary["strays"]] == ["notes-\N{REPLACEMENT CHARACTER}.txt"]


def test_a_broken_grader_is_no_score_and_exit_code_3(course, tmp_path):
    grader = course / "graders/sums/test_sums.py"
    grader.write_text(GRADER.replace("2 * value", "2 * valu"), "utf-8")
    try:
        done = call(course, "batch", "sums", "in", "--out", str(tmp_path / "out"), *TRUST)
    finally:
        grader.write_text(GRADER, "utf-8")
    assert done.returncode == 3
    report = json.loads((tmp_path / "out" / "half.json").read_text("utf-8"))
    assert (report["status"], report["score"]) == ("error", None)
    assert "NameError" in report["message"]


def test_check_speaks_the_language_of_the_notebook(course):
    done = call(course, "check", "in/half.ipynb")
    assert done.returncode == 0, done.stderr
    assert "✘ удвоение" in done.stdout
    assert "1 из 2 проверок пройдено" in done.stdout
    assert not (course / ".zachetka").exists()


def test_verify_agrees_with_a_right_grader(course, tmp_path):
    junit = tmp_path / "verify.xml"
    done = call(course, "verify", "--sandbox", "none", "--junit", str(junit), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads(done.stdout)
    assert document["ok"]
    assert document["never_failed"] == {"sums": ["total.sum"]}
    assert len(document["results"]) == 5
    assert junit.read_text("utf-8").count("<testsuite ") == 5


def test_verify_finds_a_wrong_bug_file(course):
    bug = course / "reference_solutions/sums/bugs/three.py"
    bug.write_text(BUG.replace("0.6", "0.5"), "utf-8")
    try:
        done = call(course, "verify", "sums", "--sandbox", "none")
    finally:
        bug.write_text(BUG, "utf-8")
    assert done.returncode == 1
    assert "scores 0.6, must score 0.5" in done.stdout


INTERRUPT = """
from zachetka import verify
from zachetka.cli import main
real = verify.run_trials
def interrupted(*args, **kwargs):
    yield next(real(*args, **kwargs))
    raise KeyboardInterrupt
verify.run_trials = interrupted
main()
"""


def test_a_verify_that_is_interrupted_shows_what_it_has_found(course):
    arguments = ["verify", "sums", "--sandbox", "none", "--json", "--page", "fair.md"]
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPT, *arguments],
        cwd=course,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 130, done.stderr
    assert len(json.loads(done.stdout)["results"]) == 1
    assert not (course / "fair.md").exists()


def test_release_writes_what_it_says(course, tmp_path):
    done = call(course, "release", "sums", "--lang", "ru", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    path = tmp_path / "sums.ru.ipynb"
    assert done.stdout.strip() == str(path)
    assert "return sum" not in path.read_text("utf-8")
