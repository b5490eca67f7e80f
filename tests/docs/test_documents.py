"""What the documents tell a reader to type, typed; what they show as code, run."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from zachetka import demo

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "docker/README.md"]
# What one command leaves is what the next begins with.
IN_ORDER = pytest.mark.xdist_group("a class in the documents")
DEMO = pytest.mark.xdist_group("the demo of the documents")
KEPT_STUDENTS = {"anna.ipynb", "lev.ipynb"}


def console_commands(document):
    text = document.read_text("utf-8")
    # Its commands want the files that stand between them: see test_new_homework.py.
    before, _, section = text.partition("## A new homework, file by file\n")
    text = before + section.partition("\n## ")[2]
    blocks = re.findall(r"^```console\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def all_commands():
    commands = [command for document in DOCUMENTS for command in console_commands(document)]
    return [
        pytest.param(command, marks=IN_ORDER if "reports" in command else (), id=command)
        for command in dict.fromkeys(commands)
    ]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course with two students and a few references, so that its commands take seconds."""
    course = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "assignments", course / "assignments")
    shutil.copytree(ROOT / "graders", course / "graders")
    for name in ("docker", "src", "pyproject.toml"):
        (course / name).symlink_to(ROOT / name)
    for solution in (ROOT / "reference_solutions").glob("*/solution.ipynb"):
        target = course / "reference_solutions" / solution.parent.name
        target.mkdir(parents=True)
        shutil.copy(solution, target)
        for kind in ("alternatives", "bugs"):
            (target / kind).mkdir()
            shutil.copy(min((solution.parent / kind).glob("*.py")), target / kind)
    demo.write_class(ROOT, course / "demo-class")
    for notebook in (course / "demo-class").iterdir():
        if notebook.name not in KEPT_STUDENTS:
            notebook.unlink()
    hand_in_to_moodle(course)
    return course


def hand_in_to_moodle(course):
    """Write what Moodle would give a teaching assistant who has these two students."""
    students = (("Anna Petrova", "anna"), ("Lev Orlov", "lev"))
    sheet = ["Identifier,Full name,Grade,Maximum Grade,Last modified (grade)"]
    with zipfile.ZipFile(course / "moodle.zip", "w") as archive:
        for number, (person, stem) in enumerate(students, start=101):
            folder = f"{person}_{number}_assignsubmission_file"
            archive.write(course / "demo-class" / f"{stem}.ipynb", f"{folder}/mlp.ipynb")
            sheet.append(f"Participant {number},{person},,10.00,-")
    (course / "worksheet.csv").write_text("\n".join(sheet) + "\n")
    (course / "students.csv").write_text("id,name,group\n1,Anna Petrova,A\n2,Lev Orlov,B\n")


@pytest.mark.parametrize("command", all_commands())
def test_command_works(command, course):
    program, *arguments = shlex.split(command)
    if program == "make":
        # Its recipes are what runs these tests; that the target exists is what can be asked here.
        call, folder = ["make", "--dry-run", *arguments], ROOT
    else:
        assert program == "zachetka", f"a document tells the reader to run {program}"
        call = [sys.executable, "-c", "from zachetka.cli import main; main()", *arguments]
        folder = course
    environment = {
        **os.environ,
        "NO_COLOR": "1",
        "OMP_NUM_THREADS": "1",
        # Otherwise each run would draw one, and with it other inputs.
        "ZACHETKA_SECRET": "the secret of the documents",
    }
    done = subprocess.run(
        call, cwd=folder, env=environment, capture_output=True, text=True, timeout=280, check=False
    )
    # A template is not solved yet: `check` says so, and that is what it is for.
    expected = {0, 1} if arguments[:1] == ["check"] else {0}
    assert done.returncode in expected, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def rows_of(text):
    """Give a table's rows as words: how wide the columns are depends on where they are shown."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def shown_in_readme():
    text = (ROOT / "README.md").read_text("utf-8").partition("## How it looks")[2]
    return re.findall(r"^```text\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def graded_demo(tmp_path_factory):
    """What the demo prints of the whole class, and `grade` of one of its students."""
    folder = tmp_path_factory.mktemp("demo")
    demo.write_class(ROOT, folder / "demo-class")
    printed = []
    for command in ("batch mlp demo-class --out demo-reports", "grade mlp demo-class/lev.ipynb"):
        call = [sys.executable, "-c", "from zachetka.cli import main; main()", *command.split()]
        done = subprocess.run(
            [*call, "--course", ROOT, "--allow-watched-memory"],
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1", "ZACHETKA_SECRET": "the secret of the documents"},
            capture_output=True,
            text=True,
            timeout=280,
            check=True,
        )
        printed.append(done.stdout)
    return printed


@DEMO
def test_the_table_of_the_readme_is_what_the_demo_prints(graded_demo):
    assert rows_of(shown_in_readme()[0]) == rows_of(graded_demo[0])


@DEMO
def test_the_report_of_the_readme_is_what_grade_prints(graded_demo):
    *shown, closing = rows_of(shown_in_readme()[1])
    *printed, last = rows_of(graded_demo[1])
    assert shown == printed
    # Behind it stand the sandbox and the time.
    assert closing.partition("passed")[0] == last.partition("passed")[0]


def test_links_lead_somewhere():
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text("utf-8")):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"
