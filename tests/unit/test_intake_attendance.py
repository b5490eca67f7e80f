import json
import zipfile
from datetime import UTC, datetime

import pytest

from zachetka.cli.batch_command import _said_of_class as said_of_class
from zachetka.intake.attendance import take_attendance
from zachetka.intake.classlist import read_class
from zachetka.intake.roster import Roster, Student
from zachetka.report.store import Missing

NOTEBOOK = json.dumps({"cells": [], "nbformat": 4})


@pytest.fixture
def attend(tmp_path):
    def attend(names, *students, assignment="", layout="", files=None):
        path = tmp_path / "class.zip"
        with zipfile.ZipFile(path, "w") as made:
            for name in names:
                made.writestr(name, NOTEBOOK)
            for name, data in (files or {}).items():
                made.writestr(name, data)
        found = read_class(path, assignment=assignment, layout=layout)
        return take_attendance(found, Roster(students), assignment=assignment)

    return attend


def ids(attendance):
    return {key: student.id for key, student in attendance.students.items()}


def test_who_handed_in_nothing_is_missing_with_name_and_group(attend):
    found = attend(["17.ipynb", "x.ipynb"], Student("17", "Anna"), Student("18", "Oleg", group="B"))
    assert ids(found) == {"17": "17"}
    assert found.missing == (Missing("18", "Oleg", "B"),)
    assert found.unknown == ("x",)


@pytest.mark.parametrize(
    "stem",
    ["petrov_ivan_mlp", "mlp_Petrov_Ivan", "Ivan Petrov", "ip", "ip-mlp", "17", "mlp 17"],
)
def test_flat_files_are_known_by_name_or_number_with_or_without_the_assignment(attend, stem):
    student = Student("17", "Ivan Petrov", "ip@x.ru")
    found = attend([f"{stem}.ipynb", "zz.ipynb"], student, assignment="mlp")
    assert ids(found) == {stem: "17"}


def test_the_number_of_moodle_is_never_that_of_the_university(attend):
    names = [f"{name}_assignsubmission_file/x.ipynb" for name in ("Ivan Petrov_18", "Z_1")]
    found = attend(names, Student("17", "Петров Иван"), Student("18", "Anna"))
    assert ids(found) == {}
    found = attend(names, Student("17", "Petrov Ivan"), Student("18", "Anna"))
    assert ids(found) == {"Ivan Petrov_18": "17"}


def test_the_number_of_moodle_is_that_of_its_worksheet(attend):
    names = [f"Participant_{number}_assignsubmission_file/x.ipynb" for number in (5, 6)]
    found = attend(names, Student("a@x", "", participant="5"), Student("b@x", "", participant="7"))
    assert ids(found) == {"Participant_5": "a@x"}
    assert found.missing == (Missing("b@x"),)


def test_students_of_one_name_are_told_apart_by_number_or_not_at_all(attend):
    names = [f"Ivan Petrov_{number}_assignsubmission_file/x.ipynb" for number in (1, 2)]
    twins = [Student(f"{n}@x", "Ivan Petrov", participant=str(n)) for n in (1, 2)]
    assert ids(attend(names, *twins)) == {"Ivan Petrov_1": "1@x", "Ivan Petrov_2": "2@x"}
    found = attend(names, Student("a", "Ivan Petrov"), Student("b", "Ivan Petrov"))
    assert ids(found) == {}
    assert len(found.unknown) == 2


def test_a_team_of_moodle_is_the_group_of_its_name(attend):
    students = [Student("1", "Anna", group="Team A"), Student("2", "Oleg", group="Team A")]
    names = ["Team A_7_assignsubmission_file/x.ipynb", "Team C_8_assignsubmission_file/x.ipynb"]
    found = attend(names, *students, Student("3", "Kim", group="Team B"))
    assert [missing.student for missing in found.missing] == ["3"]
    assert found.unknown == ("Team C_8",)


def test_canvas_knows_numbers_and_letters_of_names(attend):
    names = ["petrovivan_11_101_x.ipynb", "kimlee_12_102_x.ipynb", "oneilanna_13_103_x.ipynb"]
    students = [Student("11", "Petrov, Ivan"), Student("x", "Lee Kim"), Student("y", "Anna O'Neil")]
    assert list(ids(attend(names, *students)).values()) == ["x", "y", "11"]


def test_number_and_name_of_two_students_are_taken_for_neither(attend):
    names = ["petrovivan_11_101_x.ipynb", "kimlee_12_102_x.ipynb", "z_13_103_x.ipynb"]
    found = attend(names, Student("12", "Petrov Ivan"), Student("11", "Kim Lee"))
    assert ids(found) == {}
    assert "petrovivan_11 is Kim Lee by number and Petrov Ivan by name" in found.notes[1]


def test_all_of_a_group_of_gradescope_are_present(attend):
    metadata = (
        "submission_1:\n  :submitters:\n  - :name: Anna\n    :sid: '1'\n  - :name: X\n    "
        ":email: o@x\nsubmission_2: {}\n"
    )
    found = attend(
        ["submission_1/x.ipynb", "submission_2/x.ipynb"],
        *(Student("1", "Anna"), Student("2", "Oleg", "o@x"), Student("3", "Kim")),
        files={"submission_metadata.yml": metadata},
    )
    assert [missing.student for missing in found.missing] == ["3"]
    assert ids(found) == {"1+o@x": "1"}


def test_github_repositories_come_before_logins(attend):
    names = [f"hw-submissions/hw-{login}/x.ipynb" for login in ("anna-1", "oleg")]
    students = [Student("1", "Anna", github="anna", repository="hw-anna-1")]
    found = attend(names, *students, Student("2", "Oleg", github="Oleg"))
    assert ids(found) == {"anna-1": "1", "oleg": "2"}


def test_who_handed_in_twice_is_named(attend):
    found = attend(["17.ipynb", "Anna Kim.ipynb"], Student("17", "Anna Kim"))
    assert found.notes == ("Anna Kim of the roster handed in twice: as 17 and as Anna Kim",)
    assert found.missing == ()


@pytest.mark.parametrize("at", [None, datetime(2026, 1, 1, tzinfo=UTC)])
def test_that_no_time_is_known_is_said_unless_the_roster_knows_one(tmp_path, at):
    for name in ("a", "b"):
        (tmp_path / f"{name}.ipynb").write_text(NOTEBOOK)
    found = read_class(tmp_path)
    roster = Roster((Student("a", "Anna", at=at), Student("c", "Clara", at=datetime.now(UTC))))
    sentence = "when each student handed in is not known from this download"
    said = list(said_of_class(found, take_attendance(found, roster)))
    assert (sentence in said) is (at is None)
    assert sentence in said_of_class(found, None)
