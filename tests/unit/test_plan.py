import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from test_report_model import make_report
from toy_course import ToyCourse, notebook

from zachetka import batch, plan
from zachetka.errors import InfrastructureError, UsageError
from zachetka.grading import grade, grader_sha256
from zachetka.intake.attendance import take_attendance
from zachetka.intake.classlist import read_class
from zachetka.intake.roster import read_roster
from zachetka.language import Language
from zachetka.lateness import Extension
from zachetka.manifest import load_manifest
from zachetka.plan import Settings, make_plan
from zachetka.report import model
from zachetka.report.store import read_class_record

LATE = "\n[late]\ndeadline = 2026-11-20T23:59:00+03:00\n"
# Of the second, a day and a half later.
ROSTER = (
    "id,name,group,Last modified (submission)\n"
    "anna,Anna Petrova,A,2026-11-20T12:00:00+03:00\n"
    "boris,Boris Orlov,B,2026-11-22T09:00:00+03:00\n"
)


class Pool:
    width = 2

    def open(self):
        return ThreadPoolExecutor(1)

    def close(self):
        pass

    end = close


class Class:
    """A course and a folder of two students, graded by a stand-in that gives what it is told."""

    def __init__(self, root):
        self.root = root
        self.course = ToyCourse.make(root)
        toml = root / "course/assignments/toy/assignment.toml"
        toml.write_text(toml.read_text().replace("[limits]", "") + LATE)
        self.out = root / "out"
        self.roster = root / "roster.csv"
        self.roster.write_text(ROSTER)
        self.points = 1.0
        for name in ("anna", "boris"):
            self.hand_in(name)

    def hand_in(self, name, text="x = 1"):
        path = self.root / "class" / f"{name}.ipynb"
        path.write_text(json.dumps(notebook([text])))

    def plan(self, *, with_roster=True, **options):
        found = read_class(self.root / "class")
        listed = take_attendance(found, read_roster(self.roster)) if with_roster else None
        manifest = load_manifest(self.root / "course", "toy")
        settings = Settings(self.root / "course", manifest, "none")
        return make_plan(settings, found, self.out, attendance=listed, **options)

    def run(self, **options):
        plan = self.plan(**options)
        batch.prepare_output(self.out)
        return batch.run_batch(batch.Batch(plan, self.out, self.grade), Pool())

    def grade(self, job):
        check = model.Check(
            id="double.values",
            task="double",
            title="t",
            points=self.points,
            max_points=1.0,
            status="passed",
            cause=None,
            message=None,
            hint=None,
            duration_s=0.1,
        )
        return make_report(
            assignment="toy",
            student=job.student,
            submission=model.SubmissionInfo(file=job.file, sha256=job.sha256, bytes=1),
            score=self.points,
            checks=(check,),
            key=job.key,
            graded_at=datetime.now(UTC),
        )

    def report(self, name):
        return model.from_json((self.out / f"{name}.json").read_bytes())

    def scores(self):
        return {name: self.report(name).score for name in ("anna", "boris")}


@pytest.fixture
def graded(tmp_path):
    made = Class(tmp_path)
    made.run()
    return made


def students(jobs):
    return [job.student for job in jobs]


def test_a_verdict_stands_while_nothing_that_it_depends_on_changes(graded):
    assert graded.scores() == {"anna": 1.0, "boris": 0.8}
    assert (graded.report("boris").name, graded.report("boris").group) == ("Boris Orlov", "B")
    plan = graded.plan()
    assert (students(plan.jobs), plan.kept) == ([], 2)


def extension(student):
    return Extension(student, datetime.fromisoformat("2026-11-30T23:59:00+03:00"), "ill")


def test_an_extension_stays_until_others_are_given(graded):
    graded.run(extensions=[extension("boris")])
    assert graded.scores() == {"anna": 1.0, "boris": 1.0}
    graded.hand_in("boris", "x = 2")
    (note,) = graded.plan().notes
    assert note.startswith("no --extensions: the reports keep theirs (1): boris; ")
    graded.run()
    assert graded.scores()["boris"] == 1.0
    assert graded.report("boris").late.extension == "ill"
    graded.run(extensions=[])
    assert graded.scores()["boris"] == 0.8
    assert graded.plan().notes == ()


def test_an_extension_that_the_deadline_of_all_has_passed_is_none(graded):
    graded.run(extensions=[extension("boris")])
    toml = graded.root / "course/assignments/toy/assignment.toml"
    toml.write_text(toml.read_text().replace("2026-11-20", "2026-12-20"))
    assert (graded.plan().extensions, graded.plan().notes) == ({}, ())


def test_a_new_upload_is_graded_and_the_others_are_not(graded):
    graded.hand_in("boris", "x = 2")
    assert students(graded.plan().jobs) == ["boris"]


def test_what_took_longest_is_graded_first_and_what_is_new_before_it(graded):
    for name, seconds in (("anna", 3.0), ("boris", 7.0)):
        ran = model.Execution(
            status="ok", cells=(), wall_s=seconds, cpu_s=None, peak_memory_bytes=None
        )
        report = graded.report(name).model_copy(update={"execution": ran})
        model.write_report(report, graded.out / f"{name}.json")
    graded.hand_in("vera")
    assert students(graded.plan(regrade=True).jobs) == ["vera", "boris", "anna"]


@pytest.mark.parametrize("part", ["grader", "data", "assignment", "secret"])
def test_everything_is_graded_again_when_what_grades_it_changes(graded, part, monkeypatch):
    course = graded.root / "course"
    if part == "grader":
        (course / "graders/toy/test_toy.py").write_text("# another")
    elif part == "data":
        (course / "graders/toy/expected.json").write_text("{}")
    elif part == "assignment":
        path = course / "assignments/toy/assignment.toml"
        path.write_text(path.read_text().replace('version = "1"', 'version = "2"'))
    else:
        monkeypatch.setenv("ZACHETKA_SECRET", "another secret of sixteen")
    assert students(graded.plan().jobs) == ["anna", "boris"]


def test_a_package_that_is_missing_is_named_with_how_to_install_it(graded, monkeypatch):
    monkeypatch.setattr(plan, "_PACKAGES", ("numpy", "no-such-torch"))
    with pytest.raises(InfrastructureError, match="no-such-torch is not installed beside"):
        graded.plan()


def test_another_late_rule_changes_scores_and_grades_nothing(graded):
    path = graded.root / "course/assignments/toy/assignment.toml"
    path.write_text(path.read_text() + "percent_per_day = 5\n")
    outcome = graded.run()
    assert graded.scores() == {"anna": 1.0, "boris": 0.9}
    assert (outcome.kept, outcome.changes) == (2, [batch.Change("boris", 0.8, 0.9)])


def test_a_batch_without_the_roster_forgets_nothing(graded):
    before = {name: graded.report(name) for name in ("anna", "boris")}
    graded.run(with_roster=False)
    assert {name: graded.report(name) for name in before} == before


def test_only_one_is_graded_and_the_others_stay_as_they_are(graded):
    before = (graded.out / "anna.json").read_bytes()
    graded.hand_in("anna", "x = 2")
    graded.points = 0.5
    outcome = graded.run(with_roster=False, only=["boris"])
    assert (graded.out / "anna.json").read_bytes() == before
    assert graded.report("boris").score == 0.4
    assert sorted(row.student for row in outcome.rows) == ["anna", "boris"]


def test_nobody_of_that_name_is_said_with_those_who_are_like_it(graded):
    with pytest.raises(UsageError, match="nobody here is called 'bors'; there are boris"):
        graded.plan(only=["bors"])


def test_no_score_that_was_replaced_is_lost(graded):
    first = graded.report("anna").graded_at
    for points in (0.5, 0.25):
        graded.points = points
        outcome = graded.run(regrade=True)
    assert outcome.changes[0] == batch.Change("anna", 0.5, 0.25)
    kept = sorted((graded.out / "previous").glob("*/anna.json"))
    scores = {model.from_json(path.read_bytes()).score for path in kept}
    assert scores == ({1.0, 0.5} if len(kept) == 2 else {0.5})
    assert first.strftime("%Y-%m-%dT%H%M%S") in {path.parent.name for path in kept}


def test_reports_of_another_assignment_are_not_written_over(graded):
    path = graded.out / "anna.json"
    path.write_text(path.read_text().replace('"toy"', '"other"'))
    with pytest.raises(UsageError, match="has reports of other: name another --out for toy"):
        graded.plan()


def test_who_left_is_named_and_is_not_of_the_class(graded):
    (graded.root / "class/boris.ipynb").unlink()
    assert graded.plan().left_over == ("boris.json",)
    graded.run()
    assert [stored.name for stored in read_class_record(graded.out).reports] == ["anna.json"]


def test_a_report_that_the_summary_contradicts_is_not_used(graded):
    summary = graded.out / "summary.json"
    text = summary.read_text().replace('"status": "graded"', '"status": "error"', 1)
    summary.write_text(text)
    record = read_class_record(graded.out)
    assert (len(record.reports), record.broken) == (1, ("anna.json",))


def test_a_file_that_is_another_one_than_was_planned_is_not_graded(graded):
    job = graded.course.job(graded.root / "class/anna.ipynb", sandbox="none")
    report = grade(replace(job, sha256="0" * 64))
    assert (report.status, report.score) == (model.ReportStatus.ERROR, None)
    assert "the file changed while others were graded" in report.message


def test_two_batches_do_not_write_into_one_folder(tmp_path):
    with (
        batch.alone_in(tmp_path),
        pytest.raises(UsageError, match="another batch writes"),
        batch.alone_in(tmp_path),
    ):
        pass
    with batch.alone_in(tmp_path):
        assert list(tmp_path.iterdir()) == []


def test_a_report_says_which_language_it_is_in(graded):
    (graded.root / "class" / "vera_mlp.pdf").write_text("")
    report = graded.plan().ready["vera_mlp"]
    assert (report.status, report.language) == (model.ReportStatus.REJECTED, "en")
    (graded.root / "class" / "vera.ipynb").write_text("no notebook")
    (job,) = graded.plan().jobs
    report = grade(replace(job, language=Language.RU))
    assert (report.status, report.language) == (model.ReportStatus.REJECTED, "ru")


def test_a_grader_is_all_that_its_folder_holds(tmp_path):
    (tmp_path / "test_toy.py").touch()
    before = grader_sha256(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "test_toy.pyc").touch()
    assert grader_sha256(tmp_path) == before
    (tmp_path / "answers.csv").touch()
    assert grader_sha256(tmp_path) != before


def test_a_notebook_without_code_is_refused_in_its_own_language(tmp_path):
    course = ToyCourse.make(tmp_path)
    empty = notebook([]) | {"metadata": {"zachetka": {"assignment": "toy", "lang": "ru"}}}
    path = tmp_path / "class" / "vera.ipynb"
    path.write_text(json.dumps(empty))
    report = grade(course.job(path, sandbox="none", language=None))
    assert (report.status, report.language) == (model.ReportStatus.REJECTED, "ru")
    assert report.message.startswith("В ноутбуке нет кода")
