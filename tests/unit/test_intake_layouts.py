from pathlib import Path

import pytest

from zachetka.errors import UsageError
from zachetka.intake import layouts
from zachetka.intake.layouts import (
    CANVAS,
    FLAT,
    FOLDERS,
    GITHUB,
    GRADESCOPE,
    LAYOUTS,
    MOODLE,
    NBGRADER,
    Owner,
    find_layout,
    is_noise,
)
from zachetka.submission.listing import Member


def members(*paths):
    return [Member(tuple(path.split("/")), 0, Path("x.zip")) for path in paths]


def found(*paths, **more):
    return find_layout(members(*paths), **more)


@pytest.mark.parametrize(
    ("path", "key", "number", "folder"),
    [
        (
            "Ivan Petrov_123_assignsubmission_file/hw.ipynb",
            "Ivan Petrov_123",
            "123",
            "Ivan Petrov_123_assignsubmission_file",
        ),
        (
            "Ivan Petrov_123_assignsubmission_file_/hw.ipynb",
            "Ivan Petrov_123",
            "123",
            "Ivan Petrov_123_assignsubmission_file_",
        ),
        (
            "Ivan Petrov_123_assignsubmission_file_hw_1.ipynb",
            "Ivan Petrov_123",
            "123",
            "Ivan Petrov_123_assignsubmission_file",
        ),
        (
            "Ivan Petrov_123_assignsubmission_file_/a/b/hw.ipynb",
            "Ivan Petrov_123",
            "123",
            "Ivan Petrov_123_assignsubmission_file_",
        ),
        (
            "Ivan Petrov_123_assignsubmission_file_work.zip/hw.ipynb",
            "Ivan Petrov_123",
            "123",
            "Ivan Petrov_123_assignsubmission_file",
        ),
        (
            "Участник_9_assignsubmission_onlinetext/onlinetext.html",
            "Участник_9",
            "9",
            "Участник_9_assignsubmission_onlinetext",
        ),
        (
            "Default group_assignsubmission_file/hw.ipynb",
            "Default group",
            "",
            "Default group_assignsubmission_file",
        ),
        ("7_8_assignsubmission_file/hw.ipynb", "7_8", "8", "7_8_assignsubmission_file"),
    ],
)
def test_moodle(path, key, number, folder):
    owner = MOODLE.owner(tuple(path.split("/")))
    assert (owner.key, owner.lms_id, owner.folder) == (key, number, folder)


@pytest.mark.parametrize(
    "path",
    ["hw.ipynb", "a/Ivan_1_assignsubmission_file/hw.ipynb", "Ivan_1_assignsubmission_file"],
)
def test_not_moodle(path):
    assert MOODLE.owner(tuple(path.split("/"))) is None


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        (
            "petrovivan_123_456_hw.ipynb",
            Owner("petrovivan_123", "petrovivan", "123", "", (456,)),
        ),
        (
            "petrovivan_LATE_123_457_hw-1.ipynb",
            Owner("petrovivan_123", "petrovivan", "123", "", (457,)),
        ),
        ("anon_aB3xQ_67_my_hw.ipynb", Owner("anon_aB3xQ", "", "anon_aB3xQ", "", (67,))),
        (
            "LATE_anon_12345_67_hw.ipynb",
            Owner("anon_12345", "", "anon_12345", "", (67,)),
        ),
        ("ёлкина_5_6_hw.zip/x/hw.ipynb", Owner("ёлкина_5", "ёлкина", "5", "", (6,))),
        (
            "petrovivan_123_text.html",
            Owner("petrovivan_123", "petrovivan", "123", "", (0,)),
        ),
    ],
)
def test_canvas(path, owner):
    assert CANVAS.owner(tuple(path.split("/"))) == owner


@pytest.mark.parametrize(
    "name", ["ivan_2024_05_hw.ipynb", "ivan petrov_1_2_hw.ipynb", "1_hw.ipynb"]
)
def test_not_canvas(name):
    assert CANVAS.owner((name,)) is None


@pytest.mark.parametrize(
    ("paths", "layout"),
    [
        (["A_1_assignsubmission_file/x.ipynb", "B_2_assignsubmission_file/y.ipynb"], MOODLE),
        (["hw/A_1_assignsubmission_file/x.ipynb", "hw/B_2_assignsubmission_file/y.ipynb"], MOODLE),
        (["A_1_assignsubmission_file/x.ipynb"], MOODLE),
        (["a_11_21_x.ipynb", "b_12_22_x.ipynb", "c_LATE_13_23_x.ipynb"], CANVAS),
        (["e/submission_1/x.ipynb", "e/submission_2/y/x.ipynb"], GRADESCOPE),
        (["submission_1/x.ipynb"], GRADESCOPE),
        (["hw-submissions/hw-a/x.ipynb", "hw-submissions/hw-b-c/x.ipynb"], GITHUB),
        (["submitted/a/ps1/x.ipynb", "submitted/b/ps1/x.ipynb"], NBGRADER),
        (["a.ipynb", "b.ipynb"], FLAT),
        (["hw/a.ipynb", "hw/b.ipynb"], FLAT),
        (["a.zip/x.ipynb", "b.ipynb"], FLAT),
        (["a/x.ipynb", "b/x.ipynb"], FOLDERS),
        (["hw/a/x.ipynb", "hw/b/deep/x.ipynb"], FOLDERS),
        (["a/x.ipynb"], FOLDERS),
    ],
)
def test_the_layout_is_found(paths, layout):
    assert found(*paths).layout is layout


def test_the_courses_own_notebooks_do_not_hide_what_was_submitted_to_nbgrader():
    others = [f"c/{step}/ps1/x.ipynb" for step in ("source", "release")]
    graded = [f"c/autograded/{student}/ps1/x.ipynb" for student in "abc"]
    result = found(*others, *graded, "c/submitted/a/ps1/x.ipynb")
    assert (result.layout, result.matching, result.total) == (NBGRADER, 1, 1)


@pytest.mark.parametrize(
    "names",
    [
        ["Ivan_2024_5_hw.ipynb", "Anna_2024_6_hw.ipynb", "Oleg_2024_7_hw.ipynb"],  # capitals
        ["ivan_2024_5_hw.ipynb", "anna_2024_6_hw.ipynb", "oleg_2024_7_hw.ipynb"],  # one user
        ["ivan_1_5_hw.ipynb", "anna_2_5_hw.ipynb", "oleg_3_5_hw.ipynb"],  # one attachment
        ["ivan_11_21_hw.ipynb", "anna.ipynb", "oleg_13_23_hw.ipynb"],  # not nearly all
        ["ivan_2024_05_hw.ipynb", "anna_2024_06_hw.ipynb"],  # no number starts with 0
    ],
)
def test_ordinary_names_are_not_taken_for_canvas(names):
    assert found(*names).layout is FLAT


def test_what_may_be_another_layout_is_doubted():
    assert "not sure" in found("ivan_11_21_hw.ipynb").describe()
    assert "not sure" in found("a.ipynb", "b.ipynb", "A_1_assignsubmission_file_x.ipynb").describe()
    assert "one student's" in found("a/x.ipynb", "a/b/y.ipynb").doubt
    groups = [f"{group}/{student}/x.ipynb" for group in "ab" for student in range(4)]
    assert "groups" in found(*groups).doubt


def test_what_is_plain_is_not_doubted():
    described = found("A_1_assignsubmission_file/x.ipynb", "B_2_assignsubmission_file/y.ipynb")
    assert described.describe() == (
        "Moodle: 2 of 2 notebooks fit its pattern, for example "
        "'Ivan Petrov_12345_assignsubmission_file/hw.ipynb'"
    )


def test_a_system_is_found_where_a_few_files_are_named_otherwise():
    moodle = [f"S_{n}_assignsubmission_file/x.ipynb" for n in range(8)]
    result = found(*moodle, "new folder/a.ipynb", "b.ipynb")
    assert (result.layout, result.matching, result.total) == (MOODLE, 8, 10)


def test_names_above_the_folder_count_for_those_systems_that_have_folders():
    assert found("home/submitted/a/ps1/x.ipynb", above=3).layout is NBGRADER
    assert found("w/hw-submissions/hw-a/x.ipynb", above=3).layout is GITHUB
    assert found("w/x/A_1_assignsubmission_file/x.ipynb", above=3).layout is MOODLE
    result = found("w/a_1_2_x/hw/a.ipynb", "w/a_1_2_x/hw/b.ipynb", above=3)
    assert (result.layout, result.students) == (FLAT, 2)


def test_a_layout_can_be_named():
    assert found("ivan_11_21_hw.ipynb", name="flat").layout is FLAT
    assert found("a.ipynb", "b_1_2_x.ipynb", name="Canvas").layout is CANVAS
    assert found("c/x/a.ipynb", "c/x/b.ipynb", name="folders").root == 0


@pytest.mark.parametrize(
    ("name", "said"), [("lms", "there are moodle, "), ("moodle", "no notebook")]
)
def test_a_layout_that_is_not_there_is_an_error(name, said):
    with pytest.raises(UsageError, match=said):
        found("a.ipynb", name=name)


def test_every_layout_has_a_name_of_its_own_and_an_example_that_is_one():
    assert len({layout.name for layout in LAYOUTS}) == len(LAYOUTS)
    for layout in LAYOUTS:
        assert layout.owner(tuple(layout.example.strip("'").split("/"))) is not None


@pytest.mark.parametrize(
    ("path", "noise"),
    [
        ("a/.ipynb_checkpoints/x.ipynb", True),
        ("__MACOSX/a/._x.ipynb", True),
        ("a/x.ipynb", False),
        (".git/config", True),
        ("a/Thumbs.db", True),
        ("a/b.c/x", False),
        ("a/.x.ipynb", False),
        ("a/..x.IPYNB.txt", False),
        (".x.ipynb/y", False),
        ("a/.~x.ipynb", True),
        ("a/.venv/x.ipynb", True),
        ("a/.bashrc", True),
    ],
)
def test_noise(path, noise):
    assert is_noise(path.split("/")) is noise


@pytest.mark.parametrize("layout", LAYOUTS)
def test_long_names_do_not_take_long(layout):
    for part in ("_1" * 30_000, "1" * 60_000, "a_" * 30_000, "a-submissions" * 5_000):
        layout.owner((part, part))
    assert layouts.is_noise((part,)) is False


@pytest.mark.parametrize(
    "path",
    [
        f"petrovx_{'9' * 5000}_{'8' * 5000}_hw.ipynb",
        f"petrovx_9_{'8' * 5000}_hw.ipynb",
        f"submission_{'9' * 5000}/hw.ipynb",
        f"Ivan_{'9' * 5000}_assignsubmission_file/hw.ipynb",
    ],
    ids=["canvas", "an attachment", "gradescope", "moodle"],
)
def test_numbers_that_no_system_gives_stop_nobody(path):
    for layout in LAYOUTS:
        owner = layout.owner(tuple(path.split("/")))
        assert owner is None or len(owner.lms_id) <= 18
