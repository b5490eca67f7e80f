import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import fake_grading
import pytest
from test_reference import BUG, MANIFEST, make_course

from zachetka import verify
from zachetka.grading import Job
from zachetka.reference import Kind
from zachetka.report import model
from zachetka.report.junit import Case, Suite, to_junit


class ThreadPool:
    width = 2

    def open(self):
        self.executor = ThreadPoolExecutor(self.width)
        return self.executor

    def close(self):
        self.executor.shutdown()

    def end(self):
        self.executor.shutdown(cancel_futures=True)


@pytest.fixture
def course(tmp_path):
    folder = make_course(tmp_path) / "reference_solutions" / "hw"
    (folder / "bugs").mkdir()
    (folder / "bugs" / "three.py").write_text(BUG)
    return tmp_path


def check(name, max_points, passed):
    return model.Check(
        id=name,
        task=name[0],
        title=name,
        points=max_points if passed else 0,
        max_points=max_points,
        status="passed" if passed else "failed",
        cause=None if passed else "assertion",
        message=None if passed else "wrong\x00",
        hint=None,
        duration_s=0.5,
    )


def right(job):
    text = job.notebook.read_text("utf-8")
    f, g = "secret = 1" in text, "return 2" in text
    return fake_grading.report(
        job,
        score=0.6 * f + 0.4 * g,
        checks=(check("f.value", 0.6, f), check("g.value", 0.4, g)),
    )


def blind(job):
    """Give points for everything, also to the template."""
    return fake_grading.report(
        job, score=1.0, checks=(check("f.value", 0.6, True), check("g.value", 0.4, True))
    )


def run(course, work, seeds=1, **options):
    planned = verify.trials(course, MANIFEST)

    def work_each(job):
        return [work(job) for _ in job.secrets]

    pool, template = ThreadPool(), Job(course, "", course, "")
    findings = verify.run_trials(planned, lambda _: seeds, template, work_each, pool, **options)
    return {(finding.trial.name, finding.seed): finding for finding in findings}


def test_a_right_grader_has_no_problems(course):
    findings = run(course, right, seeds=12)
    assert sorted(findings) == [
        (name, seed)
        for name in ("solution.en", "solution.ru", "template.en", "template.ru", "three")
        for seed in range(12)
    ]
    assert all(finding.ok for finding in findings.values())
    document = verify.to_document(list(findings.values()))
    assert document["ok"]
    assert document["never_failed"] == {"hw": ["f.value"]}


def test_a_blind_grader_is_found_out(course):
    findings = run(course, blind)
    assert findings["solution.en", 0].ok
    assert findings["three", 0].problems == ("g.value must fail", "scores 1, must score 0.6")
    assert findings["template.ru", 0].problems == ("scores 1, must score 0",)
    assert not verify.to_document(list(findings.values()))["ok"]


def test_what_a_mistake_may_or_may_not_cost_is_left_open(course):
    bug = course / "reference_solutions" / "hw" / "bugs" / "three.py"
    bug.write_text(BUG.replace("# fails", '# may_fail = ["f.value"]\n# fails'))
    assert run(course, right)["three", 0].ok

    def unlucky(job):
        checks = (check("f.value", 0.6, False), check("g.value", 0.4, False))
        return fake_grading.report(job, score=0.0, checks=checks)

    assert run(course, unlucky)["three", 0].ok
    assert not run(course, blind)["three", 0].ok


def hasty(job):
    """Make the checks that are asked for, and no others."""
    report = right(job)
    kept = [check for check in report.checks if job.tasks is None or check.task in job.tasks]
    score = sum(check.points for check in kept)
    return report.model_copy(update={"checks": tuple(kept), "score": score})


def test_in_a_hurry_a_bug_is_tried_on_its_own_task(course):
    findings = run(course, hasty, quick=True)
    assert all(finding.ok for finding in findings.values())
    checks = {name: len(finding.report.checks) for (name, _), finding in findings.items()}
    assert checks == {
        **dict.fromkeys(("solution.en", "solution.ru", "template.en", "template.ru"), 2),
        "three": 1,
    }


def test_a_mistake_must_be_called_by_its_name(course):
    bug = course / "reference_solutions" / "hw" / "bugs" / "three.py"
    bug.write_text(BUG.replace("# fails", '# diagnosis = "wron"\n# fails'))
    assert run(course, right)["three", 0].ok
    bug.write_text(BUG.replace("# fails", '# diagnosis = "it returns 3"\n# fails'))
    (problem,) = run(course, right)["three", 0].problems
    assert problem.startswith("no message says 'it returns 3', but: wrong")


def test_a_bug_that_never_ran_is_not_caught(course):
    ran = model.CellRun(index=1, status="failed", duration_s=0, error="NameError: nn")
    execution = model.Execution(
        status="failed", cells=(ran,), wall_s=0, cpu_s=0, peak_memory_bytes=None
    )

    def without_names(job):
        report = right(job)
        checks = tuple(
            replace(each, cause=each.cause and "missing", message="no `g`")
            for each in report.checks
        )
        return report.model_copy(update={"checks": checks, "execution": execution})

    assert run(course, without_names)["three", 0].problems == (
        "cell 2 of the notebook does not run: NameError: nn",
        "g.value finds nothing to check: no `g`",
    )
    bug = course / "reference_solutions" / "hw" / "bugs" / "three.py"
    bug.write_text(BUG.replace("# fails", '# diagnosis = "no `g`"\n# fails'))
    assert run(course, without_names)["three", 0].ok


def strict(job):
    return fake_grading.report(
        job, score=0.6, checks=(check("f.value", 0.6, True), check("g.value", 0.4, False))
    )


def test_a_grader_that_takes_too_much_is_found_out(course):
    problems = run(course, strict)["solution.en", 0].problems
    assert problems[0].startswith("g.value must pass: assertion: wrong")


def broken(job):
    if job.student == "three":
        raise RuntimeError("a bug in the grader")
    if job.student == "template.en":
        return fake_grading.report(job, status="error", score=None, message="lost")
    return right(job)


def test_a_fault_of_ours_is_an_error(course):
    findings = run(course, broken)
    assert "a bug in the grader" in findings["three", 0].error
    assert findings["template.en", 0].error == "lost"
    assert not findings["three", 0].ok


def test_junit_has_a_suite_per_notebook_and_a_case_per_check(course):
    findings = list(run(course, blind).values()) + list(run(course, broken).values())
    root = ET.fromstring(verify.to_xml(findings))  # noqa: S314 - our own
    suites = {suite.get("name"): suite for suite in root}
    assert root.tag == "testsuites"
    three = next(suite for suite in root if suite.get("name") == "hw.bug.three")
    assert three.get("tests") == "3"
    assert three.get("failures") == "2"
    assert [case.get("name") for case in three] == ["f.value", "g.value", "score"]
    assert three[1][0].get("message") == "g.value must fail"
    assert suites["hw.template.template.en"].get("errors") == "1"


def test_junit_takes_any_text():
    suite = Suite("a\x00<", [Case("b", "c", failure="d\ufffe\n&\ud800")])
    root = ET.fromstring(to_junit([suite], datetime(2026, 1, 1, tzinfo=UTC)))  # noqa: S314 - our own
    assert root[0].get("name") == "a\ufffd<"


def test_no_notebook_stays_behind(course, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run(course, right)
    assert list(tmp_path.glob("zachetka-verify-*")) == []


def test_kinds_are_told_apart(course):
    kinds = [trial.variant.kind for trial in verify.trials(course, MANIFEST)]
    assert kinds.count(Kind.SOLUTION) == kinds.count(Kind.TEMPLATE) == 2
