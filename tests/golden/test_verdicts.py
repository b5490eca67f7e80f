"""What becomes of right, wrong, missing and broken answers."""

import json
from dataclasses import replace

import pytest
from toy_course import CHECKS, HONEST, ToyCourse, causes, statuses

from zachetka.grading import grade
from zachetka.language import Language
from zachetka.report.model import ReportStatus
from zachetka.sandbox.base import Isolation

pytestmark = pytest.mark.xdist_group("golden-verdicts")

WRONG = [
    HONEST,
    "def double(x):\n    return x * x",
    "del Scale",
    "x = 1\n1 / 0\nclass Other: ...",
    "class Scale(nn.Module:\n    pass",
    "word = 'zzzzz'",
]


@pytest.fixture(scope="module")
def right(tmp_path_factory, sandbox):
    course = ToyCourse.make(tmp_path_factory.mktemp("right"))
    return [course.grade([HONEST], sandbox=sandbox) for _ in range(2)]


def test_a_right_notebook_has_full_marks(right):
    report = right[0]
    assert report.status is ReportStatus.GRADED
    assert causes(report) == dict.fromkeys(CHECKS)
    assert (report.score, report.max_score) == (1.0, 1.0)
    assert statuses(report) == ["ok"]
    assert report.flags == ()


def test_an_error_says_in_which_line_of_which_cell_it_came_up(course, sandbox):
    cells = ["def halved(x):\n    return x / 0", "y = 2\n\nhalved(y)", "z = = 1", HONEST]
    report = course.grade(cells, sandbox=sandbox)
    _, raised, unreadable, honest = report.execution.cells
    assert raised.traceback == (
        "Cell 2, line 3\n    halved(y)\nCell 1, line 2 in halved\n    return x / 0\n"
        "ZeroDivisionError: division by zero"
    )
    assert unreadable.traceback.startswith("Cell 3, line 1\n    z = = 1\n")
    assert (honest.traceback, report.score) == (None, 1.0)


def test_the_same_notebook_has_the_same_report_apart_from_times(right):
    def without_times(value):
        if isinstance(value, dict):
            return {
                key: without_times(item)
                for key, item in value.items()
                if not key.endswith("_s") and key not in {"graded_at", "peak_memory_bytes"}
            }
        return [without_times(item) for item in value] if isinstance(value, list) else value

    first, second = (without_times(report.model_dump(mode="json")) for report in right)
    assert first == second


def test_times_and_memory_are_measured(right):
    execution = right[0].execution
    assert execution.wall_s > 0
    assert execution.cpu_s > 0
    assert execution.peak_memory_bytes > 50 << 20
    assert all(check.duration_s > 0 for check in right[0].checks)


def test_the_report_says_what_graded_it(right, sandbox):
    report = right[0]
    assert report.sandbox.backend == sandbox
    assert report.sandbox.limits["cell_s"] == 60
    assert len(report.grader.sha256) == 64
    assert report.submission.file == "student.ipynb"


@pytest.fixture(scope="module")
def wrong(tmp_path_factory, sandbox):
    course = ToyCourse.make(tmp_path_factory.mktemp("wrong"))
    report = course.grade(WRONG, sandbox=sandbox, isolation=Isolation.WARM, language=Language.RU)
    return report, {check.id: check for check in report.checks}


def test_each_wrong_answer_has_its_cause(wrong):
    assert causes(wrong[0]) == {
        "double.values": "assertion",
        "Scale.forward": "missing",
        "Scale.gradient": "missing",
        "word.word": "error",
    }
    assert wrong[0].score == 0
    assert wrong[0].status is ReportStatus.GRADED


def test_a_known_mistake_is_named_in_the_students_language(wrong):
    assert wrong[1]["double.values"].message == "`double(x)`: квадрат не удвоение"


def test_a_missing_name_is_traced_to_the_cell_that_failed(wrong):
    assert "ячейке 5" in wrong[1]["Scale.forward"].hint
    assert "синтаксическая ошибка" in wrong[1]["Scale.forward"].hint


def test_an_error_is_shown_as_it_was_raised(wrong):
    assert "'str' object is not callable" in wrong[1]["word.word"].message


def test_cells_that_fail_are_named_and_the_next_ones_run(wrong):
    assert statuses(wrong[0]) == ["ok", "ok", "ok", "failed", "failed", "ok"]
    cells = wrong[0].execution.cells
    assert cells[3].error == "ZeroDivisionError: division by zero"
    assert cells[4].error.startswith("SyntaxError")
    assert "Other" in " ".join(wrong[0].flags)


def test_a_reset_at_the_end_leaves_nothing_and_the_hint_says_so(course, bubblewrap):
    report = course.grade([HONEST, "%reset -f"], sandbox=bubblewrap, isolation=Isolation.WARM)
    assert causes(report) == dict.fromkeys(CHECKS, "missing")
    assert "cell 2 deletes all names" in report.checks[0].hint


def test_a_name_whose_cell_failed_before_it_is_kept(course, bubblewrap):
    report = course.grade(
        ["import no_such_package\n" + HONEST], sandbox=bubblewrap, isolation=Isolation.WARM
    )
    assert statuses(report) == ["failed"]
    assert report.score == 1.0
    assert "what it declares below was kept" in report.flags[0]


def test_of_a_cell_that_ended_the_kernel_nothing_is_said_to_stand_below(course, bubblewrap):
    report = course.grade(
        [HONEST, "import os\nos._exit(0)"], sandbox=bubblewrap, isolation=Isolation.WARM
    )
    assert report.score == 1.0
    assert report.flags[0] == "cell 2 failed; what it declares was kept: os"


OTHER = """
schema = "zachetka.assignment/1"
name = "other"
version = "1"
title = { en = "Other", ru = "Другое" }

[tasks]
all = { weight = 100, names = ["MyReLU", "softmax", "train"] }
"""
NOTHING = "This notebook defines nothing that toy asks for"


@pytest.mark.parametrize(
    ("cells", "declared", "said"),
    [
        (["x = 1"], None, NOTHING),
        (["x = 1"], "toy", NOTHING),
        (["x = 1"], "unheard-of", NOTHING),
        (["x = 1"], "other", f"{NOTHING}; it looks like the homework other"),
        (["class MyReLU: ..."], None, f"{NOTHING}; it looks like the homework other"),
        (["def main():\n    def double(x): ..."], "other", None),
        (["def double(x): ...", "%reset -f"], "other", None),
    ],
)
def test_another_homework_is_told_so_once(course, bubblewrap, cells, declared, said):
    folder = course.root / "course" / "assignments"
    for name, text in (("other", OTHER), ("broken", "what = ")):
        (folder / name).mkdir()
        (folder / name / "assignment.toml").write_text(text)
    path = course.hand_in(cells)
    document = json.loads(path.read_text())
    document["metadata"]["zachetka"] = {"assignment": declared}
    path.write_text(json.dumps(document))
    report = grade(course.job(path, sandbox=bubblewrap, isolation=Isolation.WARM))
    assert causes(report) == dict.fromkeys(CHECKS, "missing")
    assert (report.status, report.score) == (ReportStatus.GRADED, 0.0)
    assert report.message == said
    assert [flag for flag in report.flags if "nothing" in flag] == ([said] if said else [])


@pytest.mark.parametrize("cells", [["# nothing"], ["%%html\n<b>x</b>"]], ids=str)
def test_a_notebook_without_answers_scores_zero(course, bubblewrap, cells):
    report = course.grade(cells, sandbox=bubblewrap, isolation=Isolation.WARM)
    assert causes(report) == dict.fromkeys(CHECKS, "missing")
    assert report.status is ReportStatus.GRADED


def test_a_notebook_without_code_is_told_so_once(course, bubblewrap):
    report = course.grade([], sandbox=bubblewrap, isolation=Isolation.WARM)
    assert (report.status, report.score, report.checks) == (ReportStatus.REJECTED, 0.0, ())
    assert "holds no code" in report.message


def planted(name):
    return f"raise SystemExit('{name} was imported')\n"


def test_modules_beside_a_submission_and_in_the_working_directory_are_not_imported(
    course, sandbox, monkeypatch
):
    notebook = course.hand_in([HONEST, "import json"])
    for name in ("conftest", "pytest", "torch", "sitecustomize", "json", "IPython"):
        (notebook.parent / f"{name}.py").write_text(planted(name))
    monkeypatch.chdir(notebook.parent)
    report = grade(course.job(notebook, sandbox=sandbox))
    assert statuses(report) == ["ok", "ok"]
    assert report.score == 1.0


# What one check makes of it would cost the next one its points, were they not kept apart.
LEAVES_TRACES = """
called = []


def once(function):
    def wrapper(*args):
        if called:
            raise RuntimeError("this kernel is used up")
        called.append(function.__name__)
        return function(*args)

    return wrapper


double = once(double)
word = once(word)
Scale.forward = once(Scale.forward)
"""


def test_no_check_pays_for_what_another_one_left_behind(course, bubblewrap):
    report = course.grade([HONEST, LEAVES_TRACES], sandbox=bubblewrap)
    assert causes(report) == dict.fromkeys(CHECKS)


# Wrong from a fresh start, and right once another task was used: as the cells never did.
NEEDS_ANOTHER = """
def double(x):
    Scale.forward = lambda self, x: self.weight * x
    return x + x


Scale.forward = lambda self, x: x
"""


def test_a_wrong_answer_stays_wrong_whatever_came_before(course, bubblewrap):
    report = course.grade([HONEST, NEEDS_ANOTHER], sandbox=bubblewrap)
    assert causes(report) == {
        **dict.fromkeys(CHECKS),
        "Scale.forward": "assertion",
        "Scale.gradient": "error",
    }


def test_without_a_language_messages_are_in_that_of_the_notebook(course, sandbox):
    path = course.hand_in([HONEST + "\ndel word"], "own")
    speaks_russian = json.loads(path.read_text())
    speaks_russian["metadata"]["zachetka"] = {"lang": "ru"}
    job = replace(course.job(path, sandbox=sandbox), language=None)
    in_english = grade(job)
    path.write_text(json.dumps(speaks_russian))
    in_russian = grade(job)
    assert "does not define `word`" in in_english.checks[-1].message
    assert "не определено имя `word`" in in_russian.checks[-1].message


def test_a_runtime_that_is_started_anew_has_not_run_out_of_memory(course, bubblewrap):
    restart = "import os\nos.kill(os.getpid(), 9)"
    report = course.grade([restart, HONEST], sandbox=bubblewrap, isolation=Isolation.WARM)
    assert statuses(report) == ["crash", "ok"]
    assert report.score == 1.0
