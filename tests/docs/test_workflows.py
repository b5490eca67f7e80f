"""The workflows that courses copy: their rules read, the scripts of their steps run.

The tests whose names begin with `test_really` grade for real and take torch; the others have a
`zachetka` that gives stored reports.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from zachetka.report import model

ROOT = Path(__file__).resolve().parents[2]
STUDENT = ROOT / "docs/github/student"
COURSE = ROOT / "docs/github/course"
CHECKS = STUDENT / ".github/workflows/checks.yml"
VERIFY = COURSE / ".github/workflows/verify.yml"
BOTH = pytest.mark.parametrize("workflow", [CHECKS, VERIFY], ids=["checks", "verify"])

# Nothing here is chosen by whoever pushes, but for github.ref, which names a group of runs only.
EXPRESSIONS = {
    "github.ref",
    "!github.event.repository.is_template",
    "runner.os",
    "runner.temp",
    "hashFiles('.github/zachetka/*')",
    "steps.pip.outputs.cache-hit != 'true'",
    "steps.pip.outputs.cache-primary-key",
    "!cancelled()",
}


def steps_of(workflow):
    (job,) = yaml.safe_load(workflow.read_text("utf-8"))["jobs"].values()
    return job["steps"]


def runs_of(workflow):
    return [step["run"] for step in steps_of(workflow) if "run" in step]


@BOTH
def test_a_workflow_may_read_and_nothing_else(workflow):
    document = yaml.safe_load(workflow.read_text("utf-8"))
    assert document["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in document["jobs"].values())
    assert "secrets." not in workflow.read_text("utf-8")
    (checkout,) = [one for one in steps_of(workflow) if "checkout" in one.get("uses", "")]
    assert checkout["with"]["persist-credentials"] is False


@BOTH
def test_a_workflow_ends_and_is_replaced_by_a_newer_one(workflow):
    document = yaml.safe_load(workflow.read_text("utf-8"))
    assert all(0 < job["timeout-minutes"] <= 120 for job in document["jobs"].values())
    assert document["concurrency"]["cancel-in-progress"] is True
    assert "github.ref" in document["concurrency"]["group"]


@BOTH
def test_a_workflow_starts_with_the_rights_of_who_pushed(workflow):
    # YAML takes the word `on` for true.
    triggers = set(yaml.safe_load(workflow.read_text("utf-8"))[True])
    assert triggers <= {"push", "pull_request", "workflow_dispatch"}


@BOTH
def test_actions_are_githubs_own_and_pinned(workflow):
    used = [step["uses"] for step in steps_of(workflow) if "uses" in step]
    assert used
    for action in used:
        assert re.fullmatch(r"actions/[\w/-]+@(v\d+|[0-9a-f]{40})", action)


@BOTH
def test_a_step_runs_one_script_and_no_expression(workflow):
    for run in runs_of(workflow):
        found = re.fullmatch(r"(?:sh|python) (\.github/zachetka/[\w.-]+)(?: --quick)?", run)
        assert found, run
        assert (workflow.parents[2] / found[1]).is_file()


@BOTH
def test_no_expression_is_a_strangers_word(workflow):
    text = workflow.read_text("utf-8")
    assert {inside.strip() for inside in re.findall(r"\$\{\{(.*?)\}\}", text)} <= EXPRESSIONS


@BOTH
def test_downloads_are_cached_before_a_check_can_fail(workflow):
    names = [step.get("uses", step.get("run")) for step in steps_of(workflow)]
    install = names.index("sh .github/zachetka/install.sh")
    assert names[install - 1].startswith("actions/cache/restore@")
    assert names[install + 1].startswith("actions/cache/save@")
    for step in (steps_of(workflow)[install - 1], steps_of(workflow)[install + 1]):
        assert step["with"]["path"] == "~/.cache/pip"


def test_the_table_is_written_before_the_job_is_ended():
    document = yaml.safe_load(CHECKS.read_text("utf-8"))
    minutes = int(document["env"]["ZACHETKA_MINUTES"])
    assert minutes + 5 <= document["jobs"]["checks"]["timeout-minutes"]


def test_both_workflows_install_the_same():
    for name in ("install.sh", "requirements.txt"):
        mine = (STUDENT / ".github/zachetka" / name).read_bytes()
        assert mine == (COURSE / ".github/zachetka" / name).read_bytes()


def test_students_have_the_torch_that_grades():
    graded = re.search(r"^torch==.+$", (ROOT / "docker/requirements.txt").read_text(), re.MULTILINE)
    tried = (STUDENT / ".github/zachetka/requirements.txt").read_text()
    assert graded[0] in tried.splitlines()


@dataclass
class Runner:
    """What a job gives a step: a repository, a place for results, programs on the PATH."""

    repository: Path
    temp: Path
    programs: Path
    output: str = ""

    def program(self, name, text):
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def run(self, step, path=None, **environment):
        """Run a step as GitHub does on Linux; give its exit code and the summary."""
        summary = self.temp.parent / "summary.md"
        summary.write_bytes(b"")
        search = os.environ["PATH"] if path is None else path
        done = subprocess.run(
            ["bash", "-e", "-c", step],
            cwd=self.repository,
            env={
                **os.environ,
                "PATH": f"{self.programs}{os.pathsep}{search}",
                "PYTHONPATH": str(ROOT / "src"),
                "OMP_NUM_THREADS": "1",
                "GITHUB_WORKSPACE": str(self.repository),
                "GITHUB_STEP_SUMMARY": str(summary),
                "GITHUB_OUTPUT": str(self.temp.parent / "output"),
                "RUNNER_TEMP": str(self.temp),
                "NO_COLOR": "1",
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        self.output = done.stdout + done.stderr
        return done.returncode, summary.read_text("utf-8")


@pytest.fixture
def runner(tmp_path):
    made = Runner(tmp_path / "repository", tmp_path / "temp", tmp_path / "bin")
    for folder in (made.repository, made.temp, made.programs):
        folder.mkdir()
    made.program("python", f'exec "{sys.executable}" "$@"')
    return made


CHECK_STEP = runs_of(CHECKS)[-1]
VERIFY_STEP = runs_of(VERIFY)[-1]


@pytest.fixture
def student(runner):
    """A student's repository, where `zachetka check` gives the report stored for a notebook."""
    shutil.copytree(STUDENT, runner.repository, dirs_exist_ok=True)
    stored = runner.temp.parent / "stored"
    stored.mkdir()
    runner.program(
        "zachetka",
        f"""for last; do :; done
echo "$@" >> '{stored}/calls'
case "$last" in
    *slow.ipynb) exec sleep 60 ;;
esac
cat '{stored}'/"$(basename "$last")".json && exit 0
echo "some warning" >&2
echo "zachetka: it does | not say which assignment it is" >&2
exit 2""",
    )
    return runner


def hand_in(runner, name, *, passed=True, language="en", message="wrong", stored=True):
    path = runner.repository / name
    path.parent.mkdir(parents=True, exist_ok=True)
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "source": "x = 1",
        "outputs": [],
        "execution_count": None,
    }
    metadata = {"zachetka": {"assignment": "mlp", "lang": language}}
    notebook = {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), "utf-8")
    if stored:
        report = stored_report(path.name, passed=passed, message=message)
        folder = runner.temp.parent / "stored"
        model.write_report(report, folder / f"{path.name}.json")


def stored_report(file, *, passed, message):
    check = model.Check(
        id="MyLinear.forward",
        task="MyLinear",
        title="forward",
        points=0,
        max_points=0,
        status="passed" if passed else "failed",
        cause=None if passed else "assertion",
        message=None if passed else message,
        hint=None,
        duration_s=0.1,
    )
    return model.Report(
        assignment="mlp",
        student=file.removesuffix(".ipynb"),
        submission=model.SubmissionInfo(file=file, sha256="0" * 64, bytes=10),
        status="graded",
        score=0,
        max_score=1,
        checks=(check,),
        execution=None,
        flags=(),
        sandbox=None,
        grader=None,
        graded_at=datetime(2026, 1, 2, tzinfo=UTC),
    )


def artifact(runner, workflow):
    """List what the workflow would upload."""
    upload = steps_of(workflow)[-1]
    folder = upload["with"]["path"].replace("${{ runner.temp }}", str(runner.temp))
    return sorted(path.name for path in Path(folder).iterdir())


def test_a_notebook_that_passes_is_green_and_its_report_is_kept(student):
    hand_in(student, "assignments/mlp/mlp.en.ipynb")
    code, summary = student.run(CHECK_STEP)
    assert code == 0, student.output
    assert summary.startswith("## ✅ assignments/mlp/mlp.en.ipynb\n")
    assert "::error" not in student.output
    assert artifact(student, CHECKS) == ["mlp.en.json"]
    kept = (student.temp / "zachetka-reports/mlp.en.json").read_bytes()
    assert model.from_json(kept) == stored_report("mlp.en.ipynb", passed=True, message="")


def test_a_failed_check_is_red_and_its_message_is_in_the_table(student):
    hand_in(student, "mlp.ipynb", passed=False, language="ru", message="<b>|</b> @all")
    code, summary = student.run(CHECK_STEP)
    assert code == 1
    assert "Открытых проверок пройдено: **0 из 1**" in summary
    assert "&#60;b&#62;&#124;&#60;/b&#62; @\u200ball" in summary
    assert "::error::" in student.output
    assert artifact(student, CHECKS) == ["mlp.json"]


def test_messages_are_asked_for_in_the_language_of_the_notebook(student):
    hand_in(student, "one.ipynb", language="ru")
    hand_in(student, "two.ipynb", language="xx")
    student.run(CHECK_STEP)
    calls = (student.temp.parent / "stored/calls").read_text().splitlines()
    assert [call.split()[:4] for call in calls] == [
        ["check", "--json", "--lang", "ru"],
        ["check", "--json", "--lang", "en"],
    ]


def test_every_notebook_is_tried_and_each_has_its_own_report(student):
    hand_in(student, "a/mlp.ipynb")
    hand_in(student, "b/mlp.ipynb")
    hand_in(student, "my work.ipynb", passed=False)
    hand_in(student, ".ipynb_checkpoints/old.ipynb", stored=False)
    code, summary = student.run(CHECK_STEP)
    assert code == 1
    heads = [line for line in summary.splitlines() if line.startswith("## ")]
    assert heads == ["## ✅ a/mlp.ipynb", "## ✅ b/mlp.ipynb", "## ❌ my work.ipynb"]
    assert len(artifact(student, CHECKS)) == 3


def test_a_repository_without_a_notebook_says_so(student):
    code, summary = student.run(CHECK_STEP)
    assert code == 1
    assert "There is no notebook / Ноутбук не найден" in summary
    assert "There is no `*.ipynb` here at all" in summary


def test_a_notebook_that_was_asked_for_and_is_not_there_is_named(student):
    hand_in(student, "Untitled.ipynb")
    code, summary = student.run(CHECK_STEP, NOTEBOOKS="  mlp.en.ipynb \n\n")
    assert code == 1
    assert "is called / В репозитории нет файла: mlp.en.ipynb\n" in summary
    assert "Untitled.ipynb" in summary
    assert artifact(student, CHECKS) == []


def test_only_the_notebooks_asked_for_are_tried(student):
    hand_in(student, "mlp/mlp.ru.ipynb")
    hand_in(student, "mlp/mlp.en.ipynb", passed=False)
    code, summary = student.run(CHECK_STEP, NOTEBOOKS="*.ru.ipynb\n")
    assert code == 0
    assert "mlp.en" not in summary


def test_a_check_that_gives_no_report_is_no_fault_of_the_student(student):
    hand_in(student, "scratch.ipynb", stored=False)
    hand_in(student, "mlp.ipynb")
    code, summary = student.run(CHECK_STEP)
    assert code == 1
    assert "## ✅ mlp.ipynb" in summary
    assert "which is not your fault" in summary
    assert "it does &#124; not say which assignment it is" in summary
    assert "some warning" not in summary


def test_time_that_ran_out_leaves_a_table(student):
    hand_in(student, "a.ipynb")
    hand_in(student, "slow.ipynb")
    hand_in(student, "z.ipynb", language="ru")
    code, summary = student.run(CHECK_STEP, ZACHETKA_MINUTES="0.05")
    assert code == 1
    assert "## ❌ slow.ipynb\n\nThe checks could not be run: the time" in summary
    assert "## ❌ z.ipynb\n\nПроверки не удалось запустить: закончилось время" in summary


@pytest.mark.parametrize("minutes", ["soon", "-1", "nan", "1e9"])
def test_a_time_that_is_none_is_refused_in_one_line(student, minutes):
    hand_in(student, "a.ipynb")
    code, _ = student.run(CHECK_STEP, ZACHETKA_MINUTES=minutes)
    assert code == 1
    assert student.output.startswith("ZACHETKA_MINUTES in .github/workflows/checks.yml must be")
    assert "Traceback" not in student.output


def test_of_many_notebooks_the_first_are_tried(student):
    for number in range(22):
        hand_in(student, f"n{number:02}.ipynb")
    code, summary = student.run(CHECK_STEP)
    assert code == 1
    assert summary.count("## ✅") == 20
    assert summary.count("not tried: at most 20 notebooks are") == 2


def test_no_file_name_is_a_command_to_the_runner(student):
    hand_in(student, "a\n::error::b | <i>.ipynb")
    _, summary = student.run(CHECK_STEP)
    assert not [line for line in student.output.splitlines() if line.startswith("::error::b")]
    assert "<i>" not in summary
    assert summary.count("\n## ") == 0


@pytest.fixture
def course(runner):
    shutil.copytree(COURSE, runner.repository, dirs_exist_ok=True)
    return runner


def finding(**changes):
    return {
        "assignment": "mlp",
        "name": "sgd_step_adds",
        "kind": "bug",
        "seed": 0,
        "score": 1.0,
        "expected_score": 0.9,
        "ok": False,
        "problems": ["sgd_step.moves must fail"],
        "error": None,
    } | changes


def verify_prints(course, text, code):
    stored = course.temp.parent / "verify.txt"
    stored.write_text(text)
    course.program(
        "zachetka",
        f"""echo "$@" > '{stored}.calls'
cat '{stored}'
echo "zachetka: a complaint" >&2
exit {code}""",
    )
    return Path(f"{stored}.calls")


def test_a_grader_that_is_wrong_is_red_and_listed(course):
    document = {"results": [finding()], "never_failed": {"mlp": ["train.slow"]}}
    calls = verify_prints(course, json.dumps(document), 1)
    code, summary = course.run(VERIFY_STEP)
    assert code == 1
    assert "**1** notebooks, **1** not as they must be" in summary
    assert "sgd&#95;step.moves must fail" in summary
    assert "no planted bug fails train.slow" in summary
    junit = f"--junit {course.temp}/zachetka-verify/verify.xml"
    assert calls.read_text() == f"verify --quick --json {junit}\n"
    assert artifact(course, VERIFY) == ["verify.json"]


def test_a_part_of_the_references_does_not_tell_what_no_bug_fails(course):
    document = {"results": [finding(ok=True)], "never_failed": {"mlp": ["train.slow"]}}
    verify_prints(course, json.dumps(document), 0)
    code, summary = course.run(f"{VERIFY_STEP} --every 5")
    assert code == 0
    assert "no planted bug" not in summary


@pytest.mark.parametrize("text", ["", "{"])
@pytest.mark.parametrize(("left_with", "code"), [(2, 2), (0, 1)])
def test_a_verification_without_findings_is_red(course, text, left_with, code):
    verify_prints(course, text, left_with)
    got, summary = course.run(VERIFY_STEP)
    assert got == code
    assert "did not finish" in summary
    assert "zachetka: a complaint" in course.output
    assert "Traceback" not in course.output


@pytest.fixture
def calls(runner):
    """The calls of programs that a script would change the machine with."""
    path = runner.temp.parent / "calls"
    path.write_text("")
    for name in ("python", "sudo"):
        runner.program(name, f"echo {name} \"$@\" >> '{path}'")
    return path


INSTALL_STEP = runs_of(CHECKS)[0]


def test_the_cpu_build_of_torch_is_installed_before_zachetka(student, calls):
    folder = student.repository / ".github/zachetka"
    (folder / "zachetka-0.1.0-py3-none-any.whl").touch()
    code, _ = student.run(INSTALL_STEP)
    assert code == 0, student.output
    first, second = calls.read_text().splitlines()
    assert first.endswith("-qq --requirement .github/zachetka/requirements.txt")
    assert second.endswith("-qq .github/zachetka/zachetka-0.1.0-py3-none-any.whl")
    index, *_ = (folder / "requirements.txt").read_text().splitlines()
    assert index == "--index-url https://download.pytorch.org/whl/cpu"


@pytest.mark.parametrize("wheels", [[], ["zachetka-1.whl", "zachetka-2.whl"]])
def test_without_one_wheel_nothing_is_installed(student, calls, wheels):
    for name in wheels:
        (student.repository / ".github/zachetka" / name).touch()
    code, _ = student.run(INSTALL_STEP)
    assert code == 1
    assert "There must be one zachetka-*.whl" in student.output
    assert calls.read_text() == ""


def test_a_failing_installation_is_red(student, calls):
    (student.repository / ".github/zachetka/zachetka-1.whl").touch()
    student.program("python", "echo 'no network' >&2; exit 1")
    code, _ = student.run(INSTALL_STEP)
    assert code == 1
    assert calls.read_text() == ""


@pytest.mark.parametrize(("known", "asked"), [(0, True), (255, False)])
def test_bubblewrap_is_let_work_where_ubuntu_forbids_it(course, calls, known, asked):
    course.program("sysctl", f"exit {known}")
    (step,) = [run for run in runs_of(VERIFY) if "bubblewrap" in run]
    code, _ = course.run(step)
    assert code == 0
    setting = "kernel.apparmor_restrict_unprivileged_userns"
    assert calls.read_text() == (f"sudo sysctl -w {setting}=0\n" if asked else "")


def template_steps():
    """Give the commands of the page that make a template, but for the one that needs a network."""
    (block, *_) = re.findall(
        r"^```sh\n(.*?)^```", (ROOT / "docs/github.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    return [line for line in block.splitlines() if "pip wheel" not in line]


@pytest.fixture
def template(runner):
    """A student's repository, made as the page says."""
    for name in ("docs", "assignments"):
        (runner.repository / name).symlink_to(ROOT / name)
    for step in template_steps():
        code, _ = runner.run(step)
        assert code == 0, runner.output
    runner.repository = runner.repository / "template"
    runner.program(
        "zachetka", f'exec "{sys.executable}" -c "from zachetka.cli import main; main()" "$@"'
    )
    return runner


def test_the_page_makes_a_template_that_has_all_that_its_workflow_needs(template):
    found = {
        path.relative_to(template.repository).as_posix()
        for path in template.repository.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert found == {
        "README.md",
        ".github/workflows/checks.yml",
        ".github/zachetka/check.py",
        ".github/zachetka/install.sh",
        ".github/zachetka/requirements.txt",
        "assignments/mlp/assignment.toml",
        "assignments/mlp/mlp.en.ipynb",
        "assignments/mlp/test_public_mlp.py",
    }


def test_really_an_untouched_template_is_red_with_a_table(template):
    code, summary = template.run(CHECK_STEP)
    assert code == 1, template.output
    assert summary.startswith("## ❌ assignments/mlp/mlp.en.ipynb\n\nPublic checks passed: **0 of ")
    assert "| ❌ failed | **MyLinear**: " in summary
    assert artifact(template, CHECKS) == ["mlp.en.json"]


def test_really_a_solution_is_green(template):
    solution = ROOT / "reference_solutions/mlp/solution.ipynb"
    shutil.copy(solution, template.repository / "assignments/mlp/mlp.en.ipynb")
    code, summary = template.run(CHECK_STEP)
    assert code == 0, template.output + summary
    assert "❌" not in summary


def test_really_a_course_is_verified(course):
    for name in ("assignments", "graders", "reference_solutions"):
        shutil.copytree(ROOT / name / "weight-init", course.repository / name / "weight-init")
    course.program(
        "zachetka", f'exec "{sys.executable}" -c "from zachetka.cli import main; main()" "$@"'
    )
    code, summary = course.run(
        f"{VERIFY_STEP} --sandbox none --only solution.en weight-init",
        ZACHETKA_SECRET="the secret of the workflows",  # noqa: S106 - of a test
    )
    assert code == 0, course.output
    assert "| weight-init | 1 | 0 | 0 |\n" in summary
    assert artifact(course, VERIFY) == ["verify.json", "verify.xml"]
    suites = ET.parse(course.temp / "zachetka-verify/verify.xml").getroot()  # noqa: S314 - ours
    assert len(suites.findall("testsuite")) == 1
