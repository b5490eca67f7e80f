import json
import zipfile

import pytest
import typer
from export_class import from_moodle, make_report, store

from zachetka.cli import export_command
from zachetka.errors import UsageError

SHEET = (
    "Identifier,Full name,Grade,Maximum Grade,Grade can be changed,Feedback comments\r\n"
    "Participant 101,Ivan Petrov,,100.00,Yes,\r\n"
    "Participant 102,Anna Orlova,,100.00,Yes,\r\n"
)


@pytest.fixture
def reports(tmp_path):
    store(tmp_path / "reports", from_moodle("Ivan Petrov", 101))
    return tmp_path / "reports"


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "worksheet.csv"
    path.write_bytes(SHEET.encode())
    return path


def run(*arguments):
    app = typer.Typer()
    export_command.register(app)
    app.command("other")(lambda: None)  # with one command alone, Typer wants no name of it
    return app(["export", *map(str, arguments)], standalone_mode=False)


def test_a_sheet_is_filled_in_beside_itself(reports, sheet, tmp_path, capsys):
    out = tmp_path / "filled.csv"
    assert run(reports, "--format", "moodle", "--sheet", sheet, "--out", out) == 0
    assert out.read_bytes().decode() == SHEET.replace("Petrov,,", "Petrov,60,")
    assert sheet.read_bytes() == SHEET.encode()
    said = capsys.readouterr().out
    assert said.startswith(f"{out}: 1 of 1 grades filled in\n")
    assert "in the sheet without a report (1): Anna Orlova" in said


def test_a_sheet_is_filled_in_itself_only_if_asked(reports, sheet):
    with pytest.raises(UsageError, match="your own sheet"):
        run(reports, "--format", "moodle", "--sheet", sheet, "--out", sheet)
    assert sheet.read_bytes() == SHEET.encode()
    assert run(reports, "--format", "moodle", "--sheet", sheet, "--in-place") == 0
    assert sheet.read_bytes().decode() == SHEET.replace("Petrov,,", "Petrov,60,")


def test_a_link_to_the_sheet_is_the_sheet(reports, sheet, tmp_path):
    link = tmp_path / "link.csv"
    link.symlink_to(sheet)
    with pytest.raises(UsageError, match="your own sheet"):
        run(reports, "--format", "moodle", "--sheet", sheet, "--out", link)


def test_filling_in_again_changes_nothing(reports, sheet):
    for _ in range(2):
        run(reports, "--format", "moodle", "--sheet", sheet, "--in-place", "--comments")
    once = sheet.read_bytes()
    run(reports, "--format", "moodle", "--sheet", sheet, "--in-place", "--comments")
    assert sheet.read_bytes() == once


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--strict",), 1)])
def test_whoever_is_not_in_the_sheet_is_said(reports, sheet, capsys, options, code):
    store(reports, make_report("stranger"))
    assert run(reports, "-f", "moodle", "--sheet", sheet, "--in-place", *options) == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("1 of 2 grades filled in; 1 not in the sheet: stranger")
    assert lines[1].startswith("stranger: not in the sheet: ")


def test_what_a_sheet_says_cannot_trouble_the_terminal(reports, sheet, capsys):
    sheet.write_bytes(SHEET.replace("Ivan Petrov", '"\x1b[31mOther\nMan"').encode())
    assert run(reports, "-f", "moodle", "--sheet", sheet, "--in-place") == 0
    assert "belongs to Other Man there\n" in capsys.readouterr().out


def test_zeros_need_a_batch_that_is_finished(reports, sheet, tmp_path):
    out = tmp_path / "filled.csv"
    command = (reports, "-f", "moodle", "--sheet", sheet, "-o", out, "--missing-as-zero")
    run(*command)
    assert b"Anna Orlova,0,100.00" in out.read_bytes()
    store(reports, complete=False)
    with pytest.raises(UsageError, match="not finished"):
        run(*command)
    (reports / "summary.json").unlink()
    with pytest.raises(UsageError, match=r"has no summary\.json"):
        run(*command)


def test_a_report_that_is_lost_is_no_reason_for_a_zero(reports, sheet, capsys):
    """The disk was full when it was to be stored, or somebody has removed it."""
    students = [
        {"report": "Ivan Petrov_101.json", "status": "graded"},
        {"report": "Anna Orlova_102.json", "status": "error"},
    ]
    summary = {"complete": True, "students": students}
    (reports / "summary.json").write_text(json.dumps(summary), "utf-8")
    command = (reports, "-f", "moodle", "--sheet", sheet, "--in-place")
    assert run(*command, "--missing-as-zero", "--strict") == 1
    assert sheet.read_bytes().decode() == SHEET.replace("Petrov,,", "Petrov,60,")
    assert "reports that cannot be read: Anna Orlova_102.json" in capsys.readouterr().out


def test_an_unfinished_batch_is_said(reports, tmp_path, capsys):
    store(reports, complete=False)
    assert run(reports, "-f", "csv", "-o", tmp_path / "scores.csv") == 0
    assert "is not finished" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["csv", "xlsx", "nbgrader", "junit"])
def test_every_file_is_written(reports, tmp_path, name):
    out = tmp_path / f"out.{name}"
    assert run(reports, "--format", name, "--out", out) == 0
    first = out.read_bytes()
    assert first
    run(reports, "--format", name, "--out", out)
    assert out.read_bytes() == first


def test_gradescope_gets_a_folder(reports, tmp_path):
    assert run(reports, "--format", "gradescope", "--out", tmp_path / "results") == 0
    path = tmp_path / "results" / "Ivan Petrov_101" / "results.json"
    assert json.loads(path.read_bytes())["score"] == 3.0


def test_feedback_is_an_archive(reports, tmp_path):
    (reports / "feedback").mkdir()
    (reports / "feedback" / "Ivan Petrov_101.html").write_text("page", "utf-8")
    out = tmp_path / "feedback.zip"
    assert run(reports, "--format", "moodle-feedback", "--out", out) == 0
    with zipfile.ZipFile(out) as archive:
        assert archive.read("Ivan Petrov_101_assignsubmission_file/feedback.html") == b"page"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("-f", "moodle", "-o", "out.csv"), "give it as --sheet"),
        (("-f", "csv"), "--out"),
        (("-f", "csv", "-o", "out.csv", "--sheet", "s.csv"), "for moodle and canvas, not for csv"),
        (("-f", "csv", "-o", "out.csv", "--in-place"), "for moodle and canvas"),
        (("-f", "xlsx", "-o", "x.xlsx", "--no-scale"), "for moodle and canvas"),
        (("-f", "canvas", "-o", "out.csv", "--sheet", "s.csv", "--comments"), "for moodle, not"),
        (
            ("-f", "canvas", "-o", "out.csv", "--sheet", "s.csv", "--grade-column", "x"),
            "for moodle",
        ),
        (("-f", "moodle", "-o", "o.csv", "--sheet", "s.csv", "--assignment-column", "x"), "canvas"),
        (("-f", "csv", "-o", "out.csv", "--missing-as-zero"), "for moodle and canvas and nbgrader"),
        (("-f", "moodle", "--sheet", "s.csv", "--in-place", "-o", "x"), "leave out --out"),
        (("-f", "moodle", "--sheet", "s.csv", "-o", "none/x.csv"), "cannot write"),
        (("-f", "moodle", "--sheet", "none.csv", "-o", "x.csv"), "cannot read the sheet"),
    ],
)
def test_wrong_use_is_said(reports, tmp_path, monkeypatch, arguments, complaint):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=complaint):
        run(reports, *arguments)


def test_a_sheet_without_students_is_said(reports, sheet, tmp_path):
    sheet.write_text(SHEET.splitlines()[0])
    with pytest.raises(UsageError, match="no row of a student"):
        run(reports, "-f", "moodle", "--sheet", sheet, "-o", tmp_path / "x.csv")
