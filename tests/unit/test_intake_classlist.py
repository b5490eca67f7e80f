import io
import json
import os
import pickle
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from zachetka.errors import UsageError
from zachetka.intake import choice
from zachetka.intake.classlist import read_class
from zachetka.intake.content import Wanted, measure, wanted_by
from zachetka.intake.copies import bare
from zachetka.known_code import template_cells
from zachetka.manifest import load_manifest
from zachetka.submission.archive import read_member

NOBODY = 65534


def notebook(text="", assignment=None):
    metadata = {"zachetka": {"assignment": assignment}} if assignment else {}
    cell = {"cell_type": "code", "source": text, "outputs": [], "metadata": {}}
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": [cell]}
    return json.dumps(whole).encode()


def packed(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    return stream.getvalue()


@pytest.fixture(params=["archive", "folder"])
def given(request, tmp_path):
    """Gives files to `read_class`, as an archive and as a folder."""

    def given(*names, files=None, **more):
        files = {**{name: notebook(name) for name in names}, **(files or {})}
        if request.param == "archive":
            (tmp_path / "class.zip").write_bytes(packed(files))
            return read_class(tmp_path / "class.zip", **more)
        for name, data in files.items():
            path = tmp_path / "class" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return read_class(tmp_path / "class", **more)

    return given


@pytest.fixture
def zipped(tmp_path):
    def zipped(files, **more):
        (tmp_path / "class.zip").write_bytes(packed(files))
        return read_class(tmp_path / "class.zip", **more)

    return zipped


def graded(class_list):
    return {
        student.owner.key: student.notebook and student.notebook.name
        for student in class_list.students
    }


def data_of(member):
    return read_member(member.source, member.address).data


def test_moodle(given):
    found = given(
        "Ivan Petrov_1_assignsubmission_file/hw.ipynb",
        "Ivan Petrov_2_assignsubmission_file_/hw.ipynb",
        "Анна Ёлкина_3_assignsubmission_file_hw.ipynb",
        files={"Oleg Kim_4_assignsubmission_onlinetext/onlinetext.html": b"<p>here</p>"},
    )
    assert found.found.layout.title == "Moodle"
    assert graded(found) == {
        "Ivan Petrov_1": "hw.ipynb",
        "Ivan Petrov_2": "hw.ipynb",
        "Oleg Kim_4": None,
        "Анна Ёлкина_3": "Анна Ёлкина_3_assignsubmission_file_hw.ipynb",
    }
    assert found.strays == ()
    assert "onlinetext.html" in found.students[2].reason.en


def test_the_text_and_the_file_of_a_student_of_moodle_belong_together(given):
    (student,) = given(
        "Ivan_1_assignsubmission_file/hw.ipynb",
        files={"Ivan_1_assignsubmission_onlinetext/onlinetext.html": b""},
    ).students
    assert student.owner.folder == "Ivan_1_assignsubmission_file"
    assert [member.name for member in student.rest] == ["onlinetext.html"]


@pytest.mark.parametrize("word", ["Participant", "Участник"])
def test_students_who_are_marked_blindly_are_told_apart(given, word):
    found = given(*(f"{word}_{number}_assignsubmission_file/hw.ipynb" for number in (1, 2)))
    assert [student.owner.name for student in found.students] == [f"{word} 1", f"{word} 2"]


def test_a_team_of_moodle_without_a_number(given):
    found = given(
        "Default group_assignsubmission_file/hw.ipynb", "A_5_assignsubmission_file/x.ipynb"
    )
    assert [student.owner.lms_id for student in found.students] == ["5", ""]


def test_canvas_keeps_the_last_upload_and_what_is_late(given):
    found = given(
        "a_1_10_hw.ipynb",
        "a_LATE_1_12_hw-2.ipynb",
        "a_1_11_hw-1.ipynb",
        "b_2_20_hw.ipynb",
        "anon_aB3xQ_67890_hw.ipynb",
        files={"c_3_text.html": b""},
    )
    assert graded(found) == {
        "a_1": "a_LATE_1_12_hw-2.ipynb",
        "anon_aB3xQ": "anon_aB3xQ_67890_hw.ipynb",
        "b_2": "b_2_20_hw.ipynb",
        "c_3": None,
    }


METADATA = b"""
submission_7:
  :submitters:
  - :name: Ivan
    :sid: '17'
    :email: i@x
  - :name: Anna
    :email: a@x
  :created_at: 2026-11-21 10:00:00 Z
submission_8:
  :submitters:
  - :name: Oleg
    :sid: '18'
submission_10:
  :submitters:
  - :name: Oleg
    :sid: '18'
"""


def test_gradescope_names_groups_and_times(given):
    found = given(
        *("e/submission_7/hw.ipynb", "e/submission_8/new.ipynb", "e/submission_9/hw.ipynb"),
        *("e/submission_10/newer.ipynb",),
        files={"e/submission_metadata.yml": METADATA},
    )
    assert graded(found) == {
        "17+a@x": "hw.ipynb",
        "18": "newer.ipynb",
        "submission_9": "hw.ipynb",
    }
    group = found.students[0]
    assert (group.owner.name, group.owner.lms_id) == ("Ivan, Anna", "17")
    assert [submitter.name for submitter in group.submitters] == ["Ivan", "Anna"]
    assert group.at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert found.strays == ()


@pytest.mark.parametrize("files", [{}, {"submission_metadata.yml": b"["}])
def test_gradescope_without_its_metadata_still_has_submissions(given, files):
    found = given("submission_7/hw.ipynb", "submission_8/hw.ipynb", files=files)
    assert list(graded(found)) == ["submission_7", "submission_8"]
    assert any("submission_metadata.yml" in note for note in found.notes)


@pytest.mark.parametrize("root", ["submitted", "course/submitted"])
def test_nbgrader_writes_down_when(given, root):
    found = given(
        f"{root}/b/ps1/problem1.ipynb",
        f"{root}/a/ps1/problem1.ipynb",
        files={
            f"{root}/a/ps1/timestamp.txt": b"2026-11-21 10:00:00.000000 UTC",
            f"{root}/b/ps1/timestamp.txt": b"\xff",
        },
    )
    assert [(s.owner.key, s.at) for s in found.students] == [
        ("a", datetime(2026, 11, 21, 10, tzinfo=UTC)),
        ("b", None),
    ]
    (note,) = found.notes
    assert note.startswith("when one student handed in is not known, since timestamp.txt says no")


def test_times_of_nbgrader_that_cannot_be_read_are_shown(given):
    moscow = b"2026-11-21 13:00:00.000000 Europe/Moscow"
    files = {f"submitted/{who}/ps1/timestamp.txt": moscow[:-13] + b"MSK" for who in "ab"}
    names = [f"submitted/{who}/ps1/x.ipynb" for who in "abc"]
    found = given(*names, files=files)
    (note,) = found.notes
    assert note.startswith("when 2 students handed in is not known, since timestamp.txt says no")
    assert "that of a: '2026-11-21 13:00:00.000000 MSK'" in note
    assert found.undated == ""
    files = dict.fromkeys(files, moscow)
    found = given(*names, files=files)
    assert found.students[0].at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert (found.notes, found.undated) == ((), "")


@pytest.mark.parametrize("given_folder", ["submitted", "", "submitted/a", "submitted/a/ps1"])
def test_nbgrader_at_every_level(tmp_path, given_folder):
    folder = tmp_path / "submitted" / "a" / "ps1"
    folder.mkdir(parents=True)
    (folder / "x.ipynb").write_bytes(notebook())
    found = read_class(tmp_path / given_folder)
    assert (found.found.layout.name, list(graded(found))) == ("nbgrader", ["a"])


def test_clones_of_github(given):
    found = given(
        "hw-mlp-submissions/hw-mlp-octocat/hw.ipynb",
        "hw-mlp-submissions/hw-mlp-anna-1/hw.ipynb",
        files={
            "hw-mlp-submissions/hw-mlp-empty/.git/HEAD": b"",
            "hw-mlp-submissions/hw-mlp-octocat/.git/x.ipynb": b"",
        },
    )
    assert graded(found) == {"anna-1": "hw.ipynb", "empty": None, "octocat": "hw.ipynb"}
    assert found.students[1].reason.ru.startswith("Ни одного файла")


def test_one_clone_by_itself(tmp_path):
    folder = tmp_path / "hw-submissions" / "hw-octocat"
    folder.mkdir(parents=True)
    (folder / "x.ipynb").write_bytes(notebook())
    assert list(graded(read_class(folder))) == ["octocat"]


def test_a_flat_folder(given):
    found = given(
        "petrov_ivan_mlp.ipynb",
        "Ёлкина.IPYNB",
        "Petrov.ipynb",
        "petrov.ipynb",
        files={"kim.py": b"", "lee.zip": packed({"x/y.ipynb": b"{}"}), "readme.md": b""},
    )
    assert graded(found) == {
        "Petrov": "Petrov.ipynb",
        "kim": None,
        "lee": "y.ipynb",
        "petrov": "petrov.ipynb",
        "petrov_ivan_mlp": "petrov_ivan_mlp.ipynb",
        "Ёлкина": "Ёлкина.IPYNB",
    }
    assert "kim.py" in found.students[1].reason.en
    assert [(m.name, why) for m, why in found.strays] == [
        ("readme.md", "not named as in a flat folder")
    ]
    assert all(student.at is None for student in found.students)


@pytest.mark.parametrize(
    "name",
    [
        f"Anna Smith - mlp.{kind}"
        for kind in ("ipynb.gdoc", "ipynb.url", "pdf", "DOCX", "html", "tar.gz")
    ],
)
def test_what_is_no_notebook_is_its_students_in_a_flat_folder(given, name):
    found = given("Ivan Petrov - mlp.ipynb", "Oleg Kim - mlp.ipynb", files={name: b""})
    assert graded(found)["Anna Smith - mlp"] is None
    assert found.students[0].reason.en == (
        f"There is no notebook in what was handed in: {name}. Hand in the notebook itself (.ipynb)."
    )
    assert found.strays == ()


def test_what_stands_before_a_dash_may_be_a_group(given):
    files = {"311 - Petrov.pdf": b"", "312 - Lee.rar": b"", "README.html": b""}
    found = given("311 - Ivanov.ipynb", "312 - Sidorov.ipynb", files=files)
    assert list(graded(found)) == ["311 - Ivanov", "311 - Petrov", "312 - Lee", "312 - Sidorov"]


def test_what_lies_beside_a_notebook_of_google_classroom_is_no_other_student(given):
    notebooks = [f"{name} - mlp.ipynb" for name in ("Anna Smith", "Ivan Petrov", "Kim - Li")]
    files = {"Anna Smith - report.pdf": b"", "Oleg Kim - report.pdf": b"", "Anna.pdf": b""}
    found = given(*notebooks, files=files)
    assert list(graded(found)) == [
        *("Anna Smith - mlp", "Ivan Petrov - mlp", "Kim - Li - mlp", "Oleg Kim - report"),
    ]
    assert [member.name for member in found.students[0].rest] == ["Anna Smith - report.pdf"]


def test_where_the_assignment_stands_first_nobody_owns_what_others_handed_in(given):
    files = {"mlp - petrov.ipynb": notebook(), "mlp - kim.pdf": b""}
    assert graded(given(files=files)) == {"mlp - kim": None, "mlp - petrov": "mlp - petrov.ipynb"}


def test_no_notebook_vanishes_because_its_name_begins_with_a_dot(given):
    found = given(
        *(".petrov.ipynb", "...ipynb", ".ipynb", "kim.ipynb", "._kim.ipynb", ".~kim.ipynb"),
        files={".lee.zip": packed({"hw.ipynb": b"{}"}), ".DS_Store": b"", ".git/x.ipynb": b""},
    )
    assert graded(found) == {
        "..": "...ipynb",
        ".lee": "hw.ipynb",
        ".petrov": ".petrov.ipynb",
        "kim": "kim.ipynb",
    }
    assert [member.name for member, _ in found.strays] == [".ipynb"]


def test_a_hidden_notebook_counts_or_is_named_in_other_layouts_too(given):
    names = [f"{who}_{number}_assignsubmission_file" for number, who in enumerate("AB", 1)]
    found = given(f"{names[0]}/.hw.ipynb", f"{names[1]}/hw.ipynb", ".stray.ipynb")
    assert graded(found) == {"A_1": ".hw.ipynb", "B_2": "hw.ipynb"}
    assert [member.name for member, _ in found.strays] == [".stray.ipynb"]


def test_a_hidden_notebook_does_not_change_the_layout_of_the_others(given):
    found = given("a_1_10_x.ipynb", "b_2_20_x.ipynb", ".a.ipynb")
    assert list(graded(found)) == ["a_1", "b_2"]
    assert [(member.name, why) for member, why in found.strays] == [
        (".a.ipynb", "not named as in Canvas")
    ]


def test_a_folder_per_student(given):
    found = given("petrov/hw.ipynb", "kim/a/hw.ipynb", files={"lee/hw.pdf": b"", "notes.txt": b""})
    assert graded(found) == {"kim": "hw.ipynb", "lee": None, "petrov": "hw.ipynb"}
    assert [member.name for member, _ in found.strays] == ["notes.txt"]


def test_names_that_look_alike_are_one_student(given):
    found = given("и\u0306/a.ipynb", "й/b.ipynb", "x/hw.ipynb")
    assert graded(found) == {"x": "hw.ipynb", "й": "b.ipynb"}
    assert [member.name for member in found.students[1].others] == ["a.ipynb"]


def test_what_nobody_handed_in_is_not_looked_at(given):
    found = given(
        "a.ipynb",
        "b.ipynb",
        *(".ipynb_checkpoints/a-checkpoint.ipynb", "__MACOSX/._a.ipynb", "._b.ipynb"),
    )
    assert list(graded(found)) == ["a", "b"]
    assert found.strays == ()


def test_of_a_student_with_a_checkpoint_only_that_is_graded(given):
    found = given("a/.ipynb_checkpoints/x.ipynb", "b/x.ipynb", "c/x.ipynb")
    assert graded(found) == {"a": "x.ipynb", "b": "x.ipynb", "c": "x.ipynb"}
    assert found.strays == ()


def test_a_checkpoint_does_not_count_beside_anything_else(given):
    files = {"a/hw.ipynb.txt": notebook("mine")}
    found = given("a/.ipynb_checkpoints/hw-checkpoint.ipynb", "b/x.ipynb", files=files)
    assert graded(found) == {"a": "hw.ipynb.txt", "b": "x.ipynb"}
    found = given("b/x.ipynb", "c/.ipynb_checkpoints/.hidden/x.ipynb", "c/x.py")
    assert graded(found)["c"] is None


def test_the_notebook_that_declares_the_assignment_counts(given):
    files = {
        "p/zz-mlp.ipynb": notebook(),
        "p/mlp.ipynb": notebook(assignment="cnn"),
        "p/a.ipynb": notebook(assignment="mlp"),
        "q/x.ipynb": notebook(),
    }
    student = given(files=files, assignment="mlp").students[0]
    assert student.notebook.name == "a.ipynb"
    assert sorted(member.name for member in student.others) == ["mlp.ipynb", "zz-mlp.ipynb"]


def test_the_template_that_all_have_does_not_count(given):
    files = {f"{who}/mlp.ipynb": notebook("todo", "mlp") for who in "pq"}
    files |= {f"{who}/mine.ipynb": notebook(who, "mlp") for who in "pq"}
    assert graded(given(files=files, assignment="mlp")) == {"p": "mine.ipynb", "q": "mine.ipynb"}


@pytest.mark.parametrize(
    ("names", "best"),
    [
        (["zz.ipynb", "hw_mlp.ipynb", "perceptron-mlpx.ipynb"], "hw_mlp.ipynb"),
        (["b.ipynb", "deep/z.ipynb", "a.ipynb"], "b.ipynb"),
        (["hw-1.ipynb", "hw-2.ipynb"], "hw-2.ipynb"),
    ],
)
def test_of_notebooks_that_say_nothing_name_place_and_order_decide(given, names, best):
    found = given("q/x.ipynb", *(f"p/{name}" for name in names), assignment="mlp")
    assert graded(found)["p"] == best


WANTED = Wanted(
    names=frozenset({"f", "g", "Net"}),
    given=frozenset({"import torch", "def f():\n    raise NotImplementedError"}),
    others=("weight-init", "activations"),
)
DONE = "import torch\n\n\ndef f():\n    return 1\n\n\n@torch.no_grad()\nclass Net: ...\ng = f\n"
TEMPLATE = "import torch\n# task 1\ndef f():\n\n    raise NotImplementedError  \n"


@pytest.mark.parametrize(
    ("files", "best"),
    [
        ({"mlp_ru.ipynb": notebook(TEMPLATE, "mlp"), "решение.ipynb": notebook(DONE)}, "решение"),
        ({"notes.ipynb": notebook("print(1)"), "hw.ipynb": notebook(DONE)}, "hw"),
        (
            {
                "weight-init.ipynb": notebook("def h(): ..."),
                "activations.ipynb": notebook("def h(): ..."),
                "Untitled.ipynb": notebook(DONE),
            },
            "Untitled",
        ),
        ({"weight-init.ipynb": notebook("h = 1"), "Untitled.ipynb": notebook("h = 2")}, "Untitled"),
        ({"z.ipynb": notebook("h = 1", "cnn"), "a.ipynb": notebook("h = 2")}, "a"),
        ({"mlp.ipynb": notebook(TEMPLATE, "mlp"), "a.ipynb": notebook("x = 1")}, "a"),
        ({"hw-1.ipynb": notebook(DONE), "hw-2.ipynb": notebook("h = 1\n" + DONE)}, "hw-2"),
        ({"hw.ipynb": notebook("f = 1\ng = 2"), "hw (1).ipynb": notebook(DONE)}, "hw (1)"),
        ({"hw.ipynb": notebook(DONE), "Копия hw.ipynb": notebook("h = 1\n" + DONE)}, "hw"),
        ({"a.ipynb": notebook(DONE, "cnn"), "b.ipynb": notebook("f = 1", "mlp")}, "b"),
        ({"a.ipynb": notebook(DONE, "cnn"), "b.ipynb": notebook("x = 1")}, "a"),
        (
            {
                "a.ipynb": notebook("def f(x, y):\n    raise NotImplementedError('later')"),
                "b.ipynb": notebook("def f():\n    pass"),
                "c.ipynb": notebook("def f():\n    try:\n        g()\n    except E:\n        pass"),
            },
            "c",
        ),
        ({"hw.ipynb": notebook(DONE), "x/hw.ipynb": notebook("h = 1\n" + DONE)}, "hw"),
    ],
)
def test_the_notebook_that_does_the_most_of_the_assignment_counts(given, files, best):
    files = {f"p/{name}": data for name, data in files.items()} | {"q/x.ipynb": notebook()}
    student = given(files=files, assignment="mlp", wanted=WANTED).students[0]
    assert student.notebook.parts == ("p", f"{best}.ipynb")


@pytest.mark.parametrize(
    ("source", "measured"),
    [
        (TEMPLATE, (0, False)),
        ("", (0, False)),
        ("# nothing", (0, False)),
        ("print(1)", (0, True)),
        ("    def f(): ...", (0, True)),
        ("async def f(\n    x,\n):\n    return x\nNet: type = int\ng == 1", (2, True)),
        ("def f(): 1\ndef f(): 2", (1, True)),
        ("(((", (0, True)),
    ],
)
def test_only_a_students_own_statements_are_measured(source, measured):
    assert measure([source], WANTED) == measured


def test_what_an_assignment_asks_for_is_in_the_course():
    course = Path(__file__).parents[2]
    wanted = wanted_by(course, load_manifest(course, "mlp"))
    assert {"MyLinear", "train"} < wanted.names
    assert wanted.others == ("activations", "weight-init")
    [template, _] = template_cells(course, load_manifest(course, "mlp"))
    assert measure(template, wanted) == (0, False)


def test_huge_notebooks_make_nobody_else_wait(given, monkeypatch):
    monkeypatch.setattr(choice, "LOOKED_INTO_BYTES", 5000)
    files = {f"p/{name}.ipynb": notebook(" " * 5000 + DONE) for name in "ab"}
    files |= {"q/a.ipynb": notebook(DONE), "q/b.ipynb": notebook()}
    found = given(files=files, assignment="mlp", wanted=WANTED)
    assert graded(found) == {"p": "b.ipynb", "q": "a.ipynb"}


@pytest.mark.parametrize("name", ["hw.ipynb.txt", "hw.IPYNB.json", "homework.json"])
def test_a_notebook_that_was_renamed_on_its_way_counts_where_there_is_no_other(given, name):
    files = {f"{who}_{who}_assignsubmission_file_/{name}": notebook() for who in "12"}
    files |= {"2_2_assignsubmission_file_/a.ipynb": notebook(), "3_3_assignsubmission_file_/x": b""}
    files |= {"4_4_assignsubmission_file_/data.json": b'{"cells": 5}'}
    assert graded(given(files=files)) == {"1_1": name, "2_2": "a.ipynb", "3_3": None, "4_4": None}


def test_a_notebook_that_was_renamed_on_its_way_is_a_students_in_a_flat_folder(given):
    files = {"kim.ipynb.txt": notebook(), "lee.json": notebook(), "grades.json": b'{"a": 1}'}
    found = given("b.ipynb", "c.ipynb", "kim2.ipynb", files=files)
    assert list(graded(found)) == ["b", "c", "kim", "kim2", "lee"]
    assert graded(found)["lee"] == "lee.json"
    assert [member.name for member, _ in found.strays] == ["grades.json"]


COPIES = [
    *("kim (1)", "kim(2)", "kim-Copy1", "kim - Copy", "kim — копия", "kim – копия (3)"),
    *("Copy of kim", "Copy_of_kim", "Копия kim", "Копия блокнота kim", "Copy of kim-Copy2 (1)"),
]


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_has_the_name_of_its_original_in_it(copy):
    assert bare(copy) == "kim"


def test_in_a_flat_folder_each_file_is_somebodys(given):
    # `mlp (1).ipynb` is what a browser makes of the second student's `mlp.ipynb`.
    found = graded(given("mlp.ipynb", "mlp (1).ipynb", "mlp (2).ipynb"))
    assert found == {"mlp": "mlp.ipynb", "mlp (1)": "mlp (1).ipynb", "mlp (2)": "mlp (2).ipynb"}


def test_a_number_behind_all_of_the_name_hides_no_notebook(given):
    # So do Google Drive and Colab, who copies as "Копия hw.ipynb".
    found = given("mlp.ipynb", "mlp.ipynb (1)", "Копия mlp.ipynb (1)", "Anna Orlova.IPYNB(2)")
    assert graded(found) == {
        "mlp": "mlp.ipynb",
        "mlp (1)": "mlp.ipynb (1)",
        "Копия mlp (1)": "Копия mlp.ipynb (1)",
        "Anna Orlova(2)": "Anna Orlova.IPYNB(2)",
    }
    assert found.strays == ()


def test_a_number_behind_all_of_the_name_hides_no_notebook_of_a_folder(given):
    assert graded(given("kim/mlp.ipynb (1)", "lee/mlp.ipynb")) == {
        "kim": "mlp.ipynb (1)",
        "lee": "mlp.ipynb",
    }


@pytest.mark.parametrize("name", ["copy of", "(1)", "kim (1234)", "kim1", "x" * 300 + " (1)", ""])
def test_what_is_no_copy_keeps_its_name(name):
    assert bare(name) == name


def test_a_notebook_that_cannot_be_read_counts_last(given):
    files = {"p/mlp.ipynb": b"{", "p/other.ipynb": notebook(), "q/x.ipynb": notebook()}
    assert graded(given(files=files, assignment="mlp"))["p"] == "other.ipynb"


def test_only_some_of_very_many_notebooks_are_read(given):
    files = {f"p/{n:03}.ipynb": notebook() for n in range(40)} | {"q/x.ipynb": notebook()}
    found = given(files=files | {"p/000.ipynb": notebook(assignment="mlp")}, assignment="mlp")
    assert found.students[0].notebook.name == "039.ipynb"


def test_an_archive_of_a_student_is_looked_into(given):
    inner = packed({"my/hw.ipynb": notebook("mine")})
    files = {"A_1_assignsubmission_file/work.zip": inner}
    found = given("B_2_assignsubmission_file/hw.ipynb", files=files)
    assert graded(found)["A_1"] == "hw.ipynb"
    assert b"mine" in data_of(found.students[0].notebook)


def test_members_are_read_in_another_process_by_what_pickles(given):
    found = given("a.ipynb", "b.ipynb")
    for student in found.students:
        member = pickle.loads(pickle.dumps(student.notebook))  # noqa: S301
        assert data_of(member) == notebook(member.name)


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        (b"PK\x03\x04 broken", "archive"),
        (packed({"x.zip": packed({"y.zip": packed({"hw.ipynb": b"{}"})})}), "in an archive"),
        (packed({"../../b/hw.ipynb": b"{}"}), "leads out"),
        (packed({"hw.py": b""}), "no notebook"),
    ],
    ids=range(4),
)
def test_whose_archive_has_no_notebook_gets_to_know_why(given, inner, said):
    files = {"a/work.zip": inner, "b/hw.ipynb": notebook(), "c/hw.ipynb": notebook()}
    found = given(files=files)
    assert graded(found) == {"a": None, "b": "hw.ipynb", "c": "hw.ipynb"}
    assert said in found.students[0].reason.en
    assert "\n" not in found.students[0].reason.ru


def test_paths_that_lead_out_of_the_archive_are_nobodys(zipped):
    files = {"a.ipynb": b"{}", "../../b.ipynb": b"{}", "/etc/c.ipynb": b"{}", "C:\\d.ipynb": b"{}"}
    found = zipped(files)
    assert graded(found) == {"a": "a.ipynb"}
    assert [why for _, why in found.strays] == ["its path leads out of the archive"] * 3


def test_an_encrypted_notebook_is_named_to_its_student(tmp_path):
    data = bytearray(packed({"a.ipynb": b"{}", "b.ipynb": b"{}"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "x.zip").write_bytes(data)
    found = read_class(tmp_path / "x.zip")
    assert graded(found) == {"a": None, "b": "b.ipynb"}
    assert found.students[0].reason.en.startswith("a.ipynb cannot be graded: it is encrypted.")


def test_links_stop_nobody(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "hw.ipynb").write_bytes(notebook())
    (tmp_path / "d").symlink_to(tmp_path / "a")
    (tmp_path / "b" / "hw.ipynb").unlink()
    (tmp_path / "b" / "hw.ipynb").symlink_to("/etc/passwd")
    found = read_class(tmp_path)
    assert graded(found) == {"a": "hw.ipynb", "b": None, "c": "hw.ipynb"}
    assert "link" in found.students[1].reason.en
    ((stray, why),) = found.strays
    assert (stray.path, why) == ("d", "it is not a file but a folder, a link or something else")


def as_an_ordinary_user(function):
    """Call a function where folders can be closed, which none is to root."""
    if os.geteuid() != 0:
        return function()
    read_fd, write_fd = os.pipe()
    child = os.fork()
    if child == 0:
        os.setuid(NOBODY)
        with os.fdopen(write_fd, "w") as pipe:
            json.dump(function(), pipe)
        os._exit(0)
    os.close(write_fd)
    with os.fdopen(read_fd) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return json.loads(said)


@pytest.mark.parametrize(
    ("mode", "notebooks", "strays"),
    [
        (0, {"a": "hw.ipynb"}, [["b", "the folder cannot be read"]]),
        (0o444, {"a": "hw.ipynb", "b": "hw.ipynb"}, []),
    ],
    ids=["closed", "without-passage"],
)
def test_a_closed_folder_stops_nobody(mode, notebooks, strays):
    def found():
        read = read_class(folder)
        return graded(read), [[member.path, why] for member, why in read.strays]

    with tempfile.TemporaryDirectory() as name:  # pytest's own are closed to others
        folder = Path(name)
        folder.chmod(0o755)
        for student in ("a", "b"):
            (folder / student).mkdir()
            (folder / student / "hw.ipynb").write_bytes(notebook())
        (folder / "b").chmod(mode)
        said = as_an_ordinary_user(found)
        (folder / "b").chmod(0o700)
    assert list(said) == [notebooks, strays]


def test_a_folder_that_is_nested_too_deeply_stops_nobody(given):
    found = given("a/hw.ipynb", "b/" + "d/" * 50 + "hw.ipynb", "c/hw.ipynb")
    assert {"a", "b", "c"} == set(graded(found))


def with_times(path, times):
    with zipfile.ZipFile(path, "w") as made:
        for name, at in times.items():
            made.writestr(zipfile.ZipInfo(name, at), notebook())
    return path


def test_the_times_of_an_older_moodle_count_and_have_the_zone_of_the_server(tmp_path):
    times = {
        "A_1_assignsubmission_file_/z.ipynb": (2026, 11, 20, 9, 0, 0),
        "A_1_assignsubmission_file_/a.ipynb": (2026, 11, 21, 10, 0, 0),
        "B_2_assignsubmission_file_/a.ipynb": (2026, 11, 22, 10, 0, 0),
    }
    path = with_times(tmp_path / "x.zip", times)
    student = read_class(path, zone=ZoneInfo("Europe/Moscow")).students[0]
    assert student.notebook.name == "a.ipynb"
    assert student.at == datetime(2026, 11, 21, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "names", ["{0}_{1}_assignsubmission_file/x.ipynb", "{0}_1{1}_2{1}_x.ipynb"]
)
def test_the_time_at_which_an_archive_was_made_is_nobodys(tmp_path, names):
    times = {names.format("abc"[n], n): (2026, 11, 21, 10, n, 0) for n in range(3)}
    found = read_class(with_times(tmp_path / "x.zip", times))
    assert [student.at for student in found.students] == [None] * 3
    assert found.undated == "when each student handed in is not known from this download"
    assert found.notes == ()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.ipynb", b"{}", "is one notebook"),
        ("x.rar", b"Rar!", "unpack an archive of another kind"),
        ("x.zip", b"", "no zip archive"),
        ("x.zip", packed({"a.py": b""}), r"no \*\.ipynb"),
    ],
    # The bytes of an archive hold the time at which it was made.
    ids=["a notebook", "another archive", "an empty file", "an archive of other files"],
)
def test_what_cannot_be_a_class_is_said_in_one_line(tmp_path, name, data, said):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError, match=said) as caught:
        read_class(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_place_that_is_not_there_is_said(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        read_class(tmp_path / "x")


def test_a_layout_can_be_forced(given):
    found = given("a_1_2_hw.ipynb", "b_3_4_hw.ipynb", "c_5_6_hw.ipynb", layout="flat")
    assert list(graded(found)) == ["a_1_2_hw", "b_3_4_hw", "c_5_6_hw"]


def test_the_same_files_give_the_same_list_in_whatever_order_they_lie(tmp_path):
    names = [f"s{n % 5}/{n}.ipynb" for n in range(40)]
    lists = []
    for number, order in enumerate((names, names[::-1])):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(packed({name: notebook() for name in order}))
        lists.append(graded(read_class(path)))
    assert lists[0] == lists[1]


def test_a_large_class_is_sorted_without_opening_its_archive_for_each(zipped):
    files = {f"submitted/s{n:04}/ps/x.ipynb": b"{}" for n in range(3000)}
    files |= {
        f"submitted/s{n:04}/ps/timestamp.txt": b"2026-11-21 10:00:00 UTC" for n in range(3000)
    }
    found = zipped(files)
    assert len(found.students) == 3000
    assert all(student.at is not None for student in found.students)


def test_a_class_that_handed_in_no_notebook_at_all_is_a_class(tmp_path):
    path = tmp_path / "moodle.zip"
    path.write_bytes(packed({"Ivan B_2_assignsubmission_file/hw.py": b"print(1)"}))
    (student,) = read_class(path).students
    assert (student.owner.name, student.notebook) == ("Ivan B", None)
    assert "hw.py" in student.reason.en


def test_one_notebook_is_no_class(tmp_path):
    path = tmp_path / "hw.ipynb"
    path.write_bytes(notebook())
    with pytest.raises(UsageError, match="is one notebook: grade it with `zachetka grade`"):
        read_class(path)
