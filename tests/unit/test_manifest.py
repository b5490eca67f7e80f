import threading
from datetime import UTC, datetime

import pytest

from zachetka import manifest
from zachetka.errors import UsageError
from zachetka.language import Text
from zachetka.sandbox.base import MIB, Limits

TOML = """
schema = "zachetka.assignment/1"
name = "mlp"
version = "1"
title = { en = "A network", ru = "Сеть" }
[tasks]
MyLinear = { weight = 60, names = ["MyLinear"] }
train = { weight = 40, names = ["train", "accuracy"] }
[limits]
cell_s = 5
memory_mb = 512
"""


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "assignments" / "mlp"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text(TOML, "utf-8")
    return tmp_path


def test_a_mark_of_bytes_that_an_editor_put_first_is_no_part_of_a_manifest(course):
    (course / "assignments" / "mlp" / "assignment.toml").write_text(TOML, "utf-8-sig")
    assert manifest.load_manifest(course, "mlp").name == "mlp"


def test_a_manifest_is_read(course):
    found = manifest.load_manifest(course, "mlp")
    assert found.title_text == Text("A network", "Сеть")
    assert found.tasks["train"].names == ("train", "accuracy")
    assert found.max_score == 1.0
    assert found.limits() == Limits(cell_s=5.0, memory_bytes=512 * MIB)


def test_an_unknown_assignment_lists_the_known_ones(course):
    with pytest.raises(UsageError, match="known: mlp"):
        manifest.load_manifest(course, "mpl")
    with pytest.raises(UsageError, match="known: mlp"):
        manifest.load_manifest(course, "../assignments/mlp")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("weight = 40", "weight = 41", "sum to 101"),
        ("cell_s = 5", "cell_m = 5", "limits.cell_m"),
        ("cell_s = 5", "cell_s = 0", "limits.cell_s"),
        ('"mlp"', '"mpl"', "names 'mpl'"),
        ("[limits]", "[limits", "cannot be read"),
        ("/1", "/2", "schema"),
        ('["MyLinear"]', '["My Linear"]', "names.0"),
    ],
)
def test_a_broken_manifest_names_file_and_reason(course, old, new, reason):
    path = course / "assignments" / "mlp" / "assignment.toml"
    path.write_text(TOML.replace(old, new), "utf-8")
    with pytest.raises(UsageError, match=reason) as caught:
        manifest.load_manifest(course, "mlp")
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value).removesuffix("\n")


def test_a_broken_manifest_names_all_that_is_wrong(course):
    path = course / "assignments" / "mlp" / "assignment.toml"
    path.write_text(TOML.replace("cell_s = 5", "cell_s = 0").replace("/1", "/2"), "utf-8")
    with pytest.raises(UsageError, match=r"schema: .*; limits\.cell_s: "):
        manifest.load_manifest(course, "mlp")


def write_late(course, lines):
    path = course / "assignments" / "mlp" / "assignment.toml"
    path.write_text(f"{TOML}[late]\n{lines}\n", "utf-8")


def test_without_the_table_nothing_is_late(course):
    assert manifest.load_manifest(course, "mlp").late is None


@pytest.mark.parametrize(
    "lines",
    [
        "deadline = 2026-12-01T23:59:00+03:00",
        'deadline = "2026-12-01T23:59:00+03:00"',
        'deadline = 2026-12-01T23:59:00\nzone = "Europe/Moscow"',
        'deadline = "2026-12-01 23:59"\nzone = "Europe/Moscow"',
        "deadline = 2026-12-01T20:59:00Z",
    ],
)
def test_a_deadline_is_one_moment_however_it_is_written(course, lines):
    write_late(course, lines)
    rule = manifest.load_manifest(course, "mlp").late
    assert rule.deadline == datetime(2026, 12, 1, 20, 59, tzinfo=UTC)
    assert (rule.percent_per_day, rule.cap_percent, rule.grace_minutes) == (10, 30, 0)


def test_the_late_rule_can_differ_from_the_usual_one(course):
    write_late(
        course,
        "deadline = 2026-12-01T23:59:00+03:00\n"
        "percent_per_day = 5\ncap_percent = 50\ngrace_minutes = 15",
    )
    rule = manifest.load_manifest(course, "mlp").late
    assert (rule.percent_per_day, rule.cap_percent, rule.grace_minutes) == (5, 50, 15)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("", "late.deadline: Field required"),
        ("deadline = 2026-12-01T23:59:00", r"write 2026-12-01T23:59:00\+03:00 with your offset"),
        ('deadline = "2026-12-01T23:59:00"', r"write 2026-12-01T23:59:00\+03:00 with your offset"),
        ("deadline = 2026-12-01", "a date with a time and an offset"),
        ('deadline = "2026-12-01"', "a date with a time and an offset"),
        ('deadline = "1 December 2026"', "a date with a time and an offset"),
        ("deadline = 1796158740", "a date with a time and an offset"),
        ("deadline = 23:59:00", "a date with a time and an offset"),
        ("deadline = 0226-12-01T23:59:00+03:00", "the year 226 cannot be meant"),
        ('deadline = 2026-12-01T23:59:00Z\nzone = "Europe/Moscow"', "leave out the offset"),
        ('deadline = 2026-12-01T23:59:00\nzone = "Moscow"', "late.zone: 'Moscow' is no time zone"),
        ('deadline = 2026-12-01T23:59:00\nzone = "Europe"', "late.zone: 'Europe' is no time zone"),
        ('deadline = 2026-12-01T23:59:00\nzone = "../UTC"', "late.zone: '../UTC' is no time zone"),
        ("deadline = 2026-12-01T23:59:00Z\npercent_per_day = -1", "late.percent_per_day"),
        ("deadline = 2026-12-01T23:59:00Z\ncap_percent = 101", "late.cap_percent"),
        ("deadline = 2026-12-01T23:59:00Z\ngrace_minutes = -1", "late.grace_minutes"),
        ("deadline = 2026-12-01T23:59:00Z\ngrace_minutes = nan", "late.grace_minutes"),
        ("deadline = 2026-12-01T23:59:00Z\nhard = true", "late.hard"),
    ],
)
def test_a_broken_late_rule_says_how_to_write_it(course, lines, reason):
    write_late(course, lines)
    with pytest.raises(UsageError, match=reason) as caught:
        manifest.load_manifest(course, "mlp")
    assert "assignment.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_course_is_found_from_below(course, tmp_path_factory):
    assert manifest.find_course(course / "assignments" / "mlp") == course
    with pytest.raises(UsageError, match="--course"):
        manifest.find_course(tmp_path_factory.mktemp("elsewhere"))


def test_the_secret_is_made_once_and_is_private(course, monkeypatch):
    monkeypatch.delenv("ZACHETKA_SECRET", raising=False)
    found = set()
    threads = [
        threading.Thread(target=lambda: found.add(manifest.course_secret(course)))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1
    assert len(next(iter(found))) == 64
    folder = course / ".zachetka"
    assert [entry.name for entry in folder.iterdir()] == ["secret"]
    assert (folder / "secret").stat().st_mode & 0o777 == 0o600


def test_the_environment_wins(course, monkeypatch):
    monkeypatch.setenv("ZACHETKA_SECRET", "0123456789abcdef\n")
    assert manifest.course_secret(course) == b"0123456789abcdef"
    assert not (course / ".zachetka").exists()


def test_a_weak_secret_is_refused(course, monkeypatch):
    monkeypatch.setenv("ZACHETKA_SECRET", "short")
    with pytest.raises(UsageError, match="too short"):
        manifest.course_secret(course)
    monkeypatch.delenv("ZACHETKA_SECRET")
    (course / ".zachetka").mkdir()
    (course / ".zachetka" / "secret").touch()
    with pytest.raises(UsageError, match="too short"):
        manifest.course_secret(course)
