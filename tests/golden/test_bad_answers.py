"""Answers that are no answers at all: each costs its check and is told in plain words.

Several bad answers share a notebook, because a notebook costs seconds and a function nothing.
"""

import json
from pathlib import Path

import bad_answers_to_activations
import bad_answers_to_mlp
import bad_answers_to_weight_init
import pytest
from toy_course import notebook

from zachetka.grading import Job, grade
from zachetka.language import Language
from zachetka.report.model import ReportStatus

pytestmark = pytest.mark.xdist_group("golden-bad-answers")

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = {
    "mlp": bad_answers_to_mlp,
    "activations": bad_answers_to_activations,
    "weight-init": bad_answers_to_weight_init,
}
CASES = [(name, kind) for name in ANSWERS for kind in ("STRANGERS", "NUMBERS")]


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def graded(request, tmp_path_factory, sandbox):
    name, kind = request.param
    path = tmp_path_factory.mktemp("bad") / "student.ipynb"
    path.write_text(json.dumps(notebook(getattr(ANSWERS[name], kind))), "utf-8")
    job = Job(
        course=ROOT,
        assignment=name,
        notebook=path,
        student="student",
        sandbox=sandbox,
        language=Language.RU,
        secrets=("a secret of this test alone",),
    )
    return grade(job), getattr(ANSWERS[name], f"SAID_OF_{kind}"), ANSWERS[name].EARNED


def test_bad_answers_are_wrong_answers_and_no_more(graded):
    report, _, _ = graded
    assert report.status is ReportStatus.GRADED
    messages = [check.message for check in report.checks if check.cause is not None]
    assert all(messages)
    assert not [text for text in messages if "Traceback" in text or "tensor([" in text]


def test_no_bad_answer_earns_points(graded):
    report, _, may_earn = graded
    assert {check.id for check in report.checks if check.cause is None} <= may_earn


def test_each_is_told_in_plain_words(graded):
    report, said, _ = graded
    messages = {check.id: check.message or "" for check in report.checks}
    assert {name: messages[name] for name, text in said.items() if text not in messages[name]} == {}
