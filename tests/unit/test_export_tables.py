import csv
import io
import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import openpyxl
import pytest
from export_class import failed_by_us, make_check, make_report, store

from zachetka.export.gradescope import results, results_files
from zachetka.export.junit_suites import class_junit
from zachetka.export.nbgrader import nbgrader_table
from zachetka.export.tables import checks_table, missing_table, scores_table, to_csv
from zachetka.export.workbook import to_workbook
from zachetka.language import Language
from zachetka.report import model

LATE = model.Late(
    deadline=datetime(2026, 1, 1, 20, tzinfo=UTC),
    handed_in_at=datetime(2026, 1, 2, 21, tzinfo=UTC),
    days=2,
    percent=20,
    points_lost=0.75,
)
ABSENT = {"student": "s3", "name": "Нина Нет", "group": "B1"}


@pytest.fixture
def record(tmp_path):
    return store(
        tmp_path,
        make_report("s1", name="=HYPERLINK(1)", group="@B1", late=LATE),
        failed_by_us(make_report("s2", name="Orlova, Anna")),
        missing=[ABSENT],
    )


def read(table):
    return list(csv.DictReader(io.StringIO(to_csv(table))))


def test_the_table_has_name_group_and_lateness(record):
    first, second, third = read(scores_table(record))
    assert (first["student"], first["score"], first["MyLinear"]) == ("s1", "3.0", "3.0")
    assert (first["late_days"], first["late_points"]) == ("2", "0.75")
    assert first["deadline"] == "2026-01-01 20:00:00+00:00"
    assert (second["status"], second["score"], second["late_days"]) == ("error", "", "")
    assert (third["name"], third["status"], third["score"]) == ("Нина Нет", "missing", "")


@pytest.mark.parametrize("column", ["name", "group"])
def test_no_text_of_the_table_is_a_formula(record, column):
    assert read(scores_table(record))[0][column][0] == "'"


def test_a_workbook_has_figures_and_texts(record):
    tables = {
        "Scores": scores_table(record),
        "Checks": checks_table(record),
        "Missing": missing_table(record),
    }
    book = openpyxl.load_workbook(io.BytesIO(to_workbook(tables)))
    assert book.sheetnames == ["Scores", "Checks", "Missing"]
    assert {sheet.freeze_panes for sheet in book} == {"A2"}
    head, row = list(book["Scores"].iter_rows(max_row=2))
    cells = dict(zip((cell.value for cell in head), row, strict=True))
    assert (cells["score"].value, cells["score"].data_type) == (3.0, "n")
    assert (cells["name"].value, cells["name"].data_type) == ("=HYPERLINK(1)", "s")
    assert [cell.value for cell in book["Missing"][2]] == ["s3", "Нина Нет", "B1"]


def test_the_same_reports_give_the_same_workbook(record):
    assert to_workbook({"S": scores_table(record)}) == to_workbook({"S": scores_table(record)})


def test_a_workbook_takes_what_xml_does_not(tmp_path):
    record = store(tmp_path, make_report("s1", name="a\ufffeb", flags=("f" * 290,) * 200))
    book = openpyxl.load_workbook(io.BytesIO(to_workbook({"S": scores_table(record)})))
    assert book["S"]["B2"].value == "a\N{REPLACEMENT CHARACTER}b"


def test_nbgrader_gets_its_own_columns(record):
    first, second = read(nbgrader_table(record))
    assert ",".join(first) == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,"
        "raw_score,late_submission_penalty,score,max_score"
    )
    assert [first[key] for key in ("raw_score", "late_submission_penalty", "score")] == [
        *("3.75", "0.75", "3.0")
    ]
    assert (second["last_name"], second["first_name"], second["score"]) == ("Orlova", "Anna", "")


def test_nbgrader_has_zeros_only_if_asked(record):
    assert len(read(nbgrader_table(record))) == 2
    last = read(nbgrader_table(record, missing_as_zero=True))[-1]
    assert (last["student_id"], last["score"], last["max_score"]) == ("s3", "0.0", "5.0")


def test_gradescope_gets_a_score_and_a_test_per_check(record):
    files, outcome = results_files(record, Language.EN)
    assert list(files) == ["s1"]
    document = json.loads(files["s1"])
    assert document["score"] == 3.0
    assert "Late, days: 2; 0.75 points less." in document["output"]
    (test,) = document["tests"]
    assert (test["score"], test["max_score"], test["status"]) == (3.0, 5.0, "failed")
    assert test["output"] == "expected 2 < 3\nlook at the bias"
    assert outcome.summary() == (
        "1 of 2 results written; 1 has no grade because of an error of ours: Orlova, Anna"
    )


def test_gradescope_is_told_what_passed():
    check = make_check(status="passed", points=5.0, cause=None, message=None, hint=None)
    document = results(make_report("s1", checks=(check,)), Language.RU)
    assert document["tests"][0]["status"] == "passed"
    assert document["output"] == "Баллы: 3 из 5."


def test_junit_has_a_suite_per_submission(record):
    root = ET.fromstring(class_junit(record).encode("utf-8"))  # noqa: S314 - our own document
    first, second = root
    assert (first.get("name"), first.get("failures"), first.get("errors")) == ("s1", "1", "0")
    assert first.find("testcase/failure").get("message") == "expected 2 < 3 (3 of 5 points)"
    assert second.find("testcase[@name='submission']/error").get("message") == "no engine"
    assert first.get("timestamp") == "2026-01-02T03:04:05+00:00"


def test_junit_shows_why_a_file_was_rejected(tmp_path):
    report = make_report("s1", status="rejected", score=0.0, checks=(), message="no notebook")
    root = ET.fromstring(class_junit(store(tmp_path, report)).encode("utf-8"))  # noqa: S314
    assert root.find("testsuite/testcase/failure").get("message") == "no notebook"
