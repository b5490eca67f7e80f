import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from test_report_model import make_report

from zachetka.cli import diff_command
from zachetka.diff import CheckChange, compare, to_document
from zachetka.errors import UsageError
from zachetka.report import model
from zachetka.report.store import ClassRecord, Stored, read_class_record


def make_check(check_id, points, *, status=None):
    return model.Check(
        id=check_id,
        task=check_id.partition(".")[0],
        title=check_id,
        points=points,
        max_points=0.5,
        status=status or ("passed" if points else "failed"),
        cause=None,
        message=None,
        hint=None,
        duration_s=0.1,
    )


def make(student, score, **changes):
    fields = {"checks": (make_check("train.loss", score or 0.0),)} | changes
    return make_report(student=student, score=score, **fields)


def record(*reports, folder="old", **changes):
    stored = tuple(
        each if isinstance(each, Stored) else Stored(f"{each.student}.json", each)
        for each in reports
    )
    return ClassRecord(Path(folder), "mlp", stored, **changes)


OLD = record(make("a", 0.5), make("b", 0.4), make("c", 0.3), make("d", 0.2))


def test_scores_that_change_are_sorted_by_size():
    new = record(make("a", 0.4), make("b", 0.4), make("c", 0.0), make("d", 0.5))
    found = compare(OLD, new)
    assert [(each.student, each.by) for each in found.changes] == [
        ("c", -0.3),
        ("d", 0.3),
        ("a", -0.1),
        ("b", 0),
    ]
    assert found.summary == "3 of 4 scores change: 2 lower, 1 higher"
    assert not found.is_empty


def test_equal_records_do_not_differ():
    found = compare(OLD, OLD)
    assert found.summary == "0 of 4 scores change"
    assert found.is_empty
    assert found.of_verdicts == ()


def test_noise_of_sums_is_no_change():
    found = compare(record(make("a", 0.1 + 0.2)), record(make("a", 0.3)))
    assert found.is_empty


def test_who_came_and_who_went_is_named():
    found = compare(OLD, record(make("b", 0.4), make("e", 0.1)))
    assert (found.appeared, found.gone) == (("e",), ("a", "c", "d"))
    assert found.summary == "0 of 1 scores change; 1 new; 3 gone"
    assert not found.is_empty


def test_checks_that_changed_are_listed_and_others_are_not():
    old = make("a", 0.5, checks=(make_check("x.1", 0.3), make_check("x.2", 0.2)))
    new = make("a", 0.5, checks=(make_check("x.1", 0.3), make_check("x.3", 0.2)))
    (change,) = compare(record(old), record(new)).changes
    assert change.checks == (
        CheckChange("x.2", "passed", None, 0.2, None),
        CheckChange("x.3", None, "passed", None, 0.2),
    )
    assert change.is_of_verdict
    assert not change.is_of_score


def test_other_points_are_a_change_of_a_check():
    (change,) = compare(record(make("a", 0.5)), record(make("a", 0.4))).changes
    assert change.checks == (CheckChange("train.loss", "passed", "passed", 0.5, 0.4),)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (("graded", 0.5), ("error", None), "1 of 1 scores changes: 1 without a score now"),
        (("error", None), ("graded", 0.0), "1 of 1 scores changes: 1 with a score now"),
        (("graded", 0.5), ("rejected", 0.0), "1 of 1 scores changes: 1 lower"),
        (("error", None), ("error", None), "0 of 1 scores change"),
    ],
)
def test_a_missing_score_is_no_zero(old, new, said):
    reports = [make("a", score, status=status, checks=()) for status, score in (old, new)]
    assert compare(*map(record, reports)).summary == said


def test_a_score_lost_or_won_comes_first():
    old = record(make("a", 0.5), make("b", 0.5))
    new = record(make("a", 0.0), make("b", None, status="error"))
    assert [each.student for each in compare(old, new).changes] == ["b", "a"]


def test_an_edited_grader_with_equal_verdicts_is_no_difference():
    grader = model.GraderInfo(version="2", sha256="2" * 64)
    (change,) = compare(record(make("a", 0.5)), record(make("a", 0.5, grader=grader))).changes
    assert change.grader_differs
    assert not change.is_of_verdict


def test_another_submission_is_seen():
    other = model.SubmissionInfo(file="a.ipynb", sha256="3" * 64, bytes=1)
    (change,) = compare(record(make("a", 0.5)), record(make("a", 0.5, submission=other))).changes
    assert change.submission_differs


def make_late(percent):
    at = datetime(2026, 12, 1, tzinfo=UTC)
    return model.Late(
        deadline=at, handed_in_at=at, days=percent // 10, percent=percent, points_lost=0
    )


def test_another_lateness_is_a_change_of_the_verdict():
    (change,) = compare(record(make("a", 0.5)), record(make("a", 0.5, late=make_late(10)))).changes
    assert (change.old_late_percent, change.new_late_percent) == (0, 10)
    assert change.is_of_verdict


def test_students_of_one_name_are_told_apart_by_their_files():
    old = record(Stored("a.json", make("a", 0.5)), Stored("a-1.json", make("a", 0.1)))
    new = record(Stored("a-1.json", make("a", 0.2)))
    found = compare(old, new)
    assert [(each.old_report, each.by) for each in found.changes] == [("a-1.json", 0.1)]
    assert found.gone == ("a",)


def test_a_report_is_found_again_under_another_file_name():
    found = compare(record(make("a", 0.5)), record(Stored("a-1.json", make("a", 0.5))))
    assert found.is_empty


def test_assignments_are_not_mixed():
    other = ClassRecord(Path("new"), "gan", (Stored("a.json", make("a", 0.5)),))
    with pytest.raises(UsageError, match="old is about mlp and new about gan"):
        compare(OLD, other)


def test_an_unreadable_report_is_not_just_gone():
    found = compare(OLD, record(*OLD.reports[:3], folder="new", broken=("d\udcff.json",)))
    assert found.gone == ("d",)
    assert found.unreadable == ("new/d\ufffd.json",)


def test_an_unreadable_report_may_hide_a_difference():
    assert not compare(OLD, record(*OLD.reports, broken=("e.json",))).is_empty


def test_the_document_has_who_changed_only():
    new = record(make("a", 0.4), *(stored.report for stored in OLD.reports[1:]))
    document = json.loads(json.dumps(to_document(compare(OLD, new))))
    assert document["schema"] == "zachetka.diff/1"
    assert document["compared"] == 4
    (change,) = document["changes"]
    assert (change["student"], change["by"]) == ("a", -0.1)
    assert change["checks"][0]["id"] == "train.loss"


@pytest.fixture
def folders(tmp_path):
    def write(name, *reports):
        folder = tmp_path / name
        folder.mkdir()
        for report in reports:
            model.write_report(report, folder / f"{report.student}.json")
        return folder

    return write


def call(*arguments):
    app = typer.Typer()
    diff_command.register(app)
    return app([str(each) for each in arguments], standalone_mode=False)


def test_the_command_shows_whose_score_changes(folders, capsys):
    old = folders("old", make("a", 0.5, name="[red]Анна[/red]"), make("b", 0.5), make("c", 0.1))
    new = folders("new", make("a", 0.0, name="[red]Анна[/red]"), make("b", 0.5), make("e", 0.1))
    assert call(old, new) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 of 2 scores changes: 1 lower; 1 new; 1 gone"
    assert lines[1].split() == ["student", "old", "new", "change", "what"]
    said = "[red]Анна[/red] (a) 0.5 0 -0.5 train.loss passed → failed"
    assert " ".join(lines[2].split()) == said
    assert lines[3:] == ["new: e", "gone: c"]


def test_equal_folders_show_one_line(folders, capsys):
    old, new = folders("old", make("a", 0.5)), folders("new", make("a", 0.5))
    assert call(old, new, "--exit-code") == 0
    assert capsys.readouterr().out == "0 of 1 scores change\n"


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_only_the_exit_code_that_was_asked_for_tells_a_difference(folders, options, capsys):
    old, new = folders("old", make("a", 0.5)), folders("new", make("a", 0.4))
    assert call(old, new, *options) == 0
    assert call(old, new, "--exit-code", *options) == 1
    assert capsys.readouterr().err == ""


def test_json_is_all_there_is(folders, capsys):
    old, new = folders("old", make("a", 0.5)), folders("new", make("a", 0.4))
    call(old, new, "--json")
    document = json.loads(capsys.readouterr().out)
    assert document == json.loads(
        json.dumps(to_document(compare(*map(read_class_record, (old, new)))))
    )


def test_every_reason_and_remark_is_said(folders, capsys):
    other = model.SubmissionInfo(file="a.ipynb", sha256="3" * 64, bytes=1)
    grader = model.GraderInfo(version="2", sha256="2" * 64)
    checks = tuple(make_check(f"x.{number}", 0.05) for number in range(8))
    old = folders("old", make("a", 0.4, checks=checks), make("b", 0.5), make("c", 0.5))
    new = folders(
        "new",
        make("a", 0.0, status="rejected", checks=(), late=make_late(20), submission=other),
        make("b", 0.5, submission=other, grader=grader),
        make("c", 5.0, max_score=10.0),
    )
    call(old, new)
    shown = capsys.readouterr().out
    assert "graded → rejected; late 0 % → 20 %; x.0 passed → no check" in shown
    assert "; 2 more checks; another submission\n" in shown
    assert "train.loss 0.5 → 5 points" in shown
    assert "the scores are not of the same maximum: 1 → 1, 10\n" in shown
    assert "another submission with the same verdict: b\n" in shown
    assert "another grader: 1 of 3\n" in shown


def test_many_names_are_cut(folders, capsys):
    old = folders("old", make("a", 0.5))
    new = folders("new", make("a", 0.5), *(make(f"s{number:02}", 0.5) for number in range(25)))
    call(old, new)
    assert capsys.readouterr().out.endswith(", s19 and 5 more\n")
