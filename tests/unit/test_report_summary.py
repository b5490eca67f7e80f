import csv
import io
import json

import pytest

from zachetka.report.summary import Row, to_csv, write_summary


def make_row(**changes):
    fields = {
        "student": "petrov",
        "file": "petrov.ipynb",
        "report": "petrov.json",
        "status": "graded",
        "score": 0.75,
        "max_score": 1.0,
        "tasks": {"MyLinear": 0.15, "train": 0.6},
        "checks_passed": 3,
        "checks_total": 4,
        "wall_s": 1.5,
        "flags": (),
        "message": None,
    } | changes
    return Row(**fields)


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_columns_of_tasks_follow_the_assignment():
    rows = [make_row(), make_row(student="a", status="rejected", score=0.0, tasks={})]
    text = to_csv(rows, ["train", "MyLinear"])
    first, second = read(text)
    assert list(first)[:6] == ["student", "status", "score", "max_score", "train", "MyLinear"]
    assert (first["train"], first["score"]) == ("0.6", "0.75")
    assert second["train"] == ""


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "+7",
        "-2",
        "@SUM(A1)",
        "\t=1",
        " =1",
        "a;=1",
        "a\n=1",
        'a,"=1',
        "＝1",
        "a;;-1",
        "'=1",
    ],
)
def test_no_cell_becomes_a_formula(name):
    found = read(to_csv([make_row(student=name, flags=(name,), message=name, file=name)]))[0]
    for column in ("student", "flags", "message", "file"):
        for separator in (";", ",", "\t", "\n", "|"):
            for part in found[column].split(separator):
                assert not part.strip(' "').startswith(("=", "+", "-", "@", "＝"))


def test_honest_names_are_untouched():
    assert read(to_csv([make_row(student="Иванова-Петрова, Анна")]))[0]["student"] == (
        "Иванова-Петрова, Анна"
    )


def test_both_files_are_written(tmp_path):
    rows = [make_row(student="b"), make_row(student="A", status="error", score=None)]
    write_summary(tmp_path, "mlp", rows, submissions=3)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["summary.csv", "summary.json"]
    document = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert [row["student"] for row in document["students"]] == ["A", "b"]
    assert document["totals"] == {"graded": 1, "rejected": 0, "error": 1}
    assert document["complete"] is False
    assert document["score_mean"] == 0.75


def test_an_empty_batch_has_a_summary(tmp_path):
    write_summary(tmp_path, "mlp", [], submissions=1)
    assert json.loads((tmp_path / "summary.json").read_text("utf-8"))["score_mean"] is None
