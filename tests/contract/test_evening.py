"""A TA's evening, whole: an archive of 60 students goes in, grades and feedback come out."""

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import pytest
from moodle_class import ROOT, SIZE, make_class

from zachetka.report.model import from_json
from zachetka.sandbox import backends

pytestmark = pytest.mark.xdist_group("evening")

SECRET = "the same inputs in every run"  # noqa: S105
DEADLINE = '\n[late]\ndeadline = 2026-11-20T23:59:00\nzone = "Europe/Moscow"\n'
# What two runs of the same work cannot have in common.
TIMES = {"graded_at", "duration_s", "wall_s", "cpu_s", "peak_memory_bytes", "finished_at"}


@pytest.fixture(scope="module")
def evening(tmp_path_factory):
    if backends()["bubblewrap"].unavailable():
        pytest.skip("bubblewrap cannot be used here")
    root = tmp_path_factory.mktemp("evening")
    course = root / "course"
    for part in ("assignments", "graders", "reference_solutions"):
        shutil.copytree(ROOT / part / "mlp", course / part / "mlp")
    with (course / "assignments" / "mlp" / "assignment.toml").open("a") as stream:
        stream.write(DEADLINE)
    made = make_class(course, "mlp")
    (root / "moodle.zip").write_bytes(made.archive())
    (root / "worksheet.csv").write_bytes(made.worksheet())
    done = command(root, *batch("out")).wait(600)
    assert done == 0
    return root, made


def batch(out):
    return (
        *("batch", "mlp", "moodle.zip", "--out", out, "--course", "course"),
        *("--roster", "worksheet.csv", "--jobs", "2"),
        *("--sandbox", "bubblewrap", "--allow-watched-memory"),
    )


def command(root, *arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-c", "from zachetka.cli import main; main()", *arguments],
        cwd=root,
        env={**os.environ, "ZACHETKA_SECRET": SECRET},
        stdout=options.pop("stdout", subprocess.DEVNULL),
        stderr=subprocess.PIPE if options.pop("listen", False) else subprocess.DEVNULL,
        text=True,
    )


def call(root, *arguments):
    process = command(root, *arguments, stdout=subprocess.PIPE, listen=True)
    out, err = process.communicate(timeout=600)
    return process.returncode, out, err


def reports(out):
    paths = (path for path in out.glob("*.json") if path.name != "summary.json")
    return {path.stem: from_json(path.read_bytes()) for path in paths}


def timeless(out):
    """Give what is in a folder of reports, without times."""
    found = {}
    for path in sorted(out.rglob("*")):
        if path.suffix == ".json":
            found[path.relative_to(out)] = without_times(json.loads(path.read_bytes()))
        elif path.suffix in {".md", ".html"} and path.parent.name == "feedback":
            text = path.read_text("utf-8")
            found[path.relative_to(out)] = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "", text)
        elif path.suffix == ".csv":
            rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
            found[path.relative_to(out)] = [without_times(row) for row in rows]
    return found


def without_times(value):
    if isinstance(value, dict):
        return {key: without_times(each) for key, each in value.items() if key not in TIMES}
    if isinstance(value, list):
        return [without_times(each) for each in value]
    return value


def test_everybody_has_a_report_and_a_page(evening):
    root, made = evening
    found = reports(root / "out")
    assert len(found) == SIZE - 1
    assert {report.status.value for report in found.values()} == {"graded", "rejected"}
    assert {path.stem for path in (root / "out" / "feedback").glob("*.html")} == set(found)
    summary = json.loads((root / "out" / "summary.json").read_bytes())
    assert [each["name"] for each in summary["missing"]] == [
        row["Full name"] for row in made.rows if row["Last modified (submission)"] == "-"
    ]


def test_correct_ones_earn_everything_but_what_being_late_costs(evening):
    root, made = evening
    found = {report.submission.folder: report for report in reports(root / "out").values()}
    assert len(made.correct) == 16
    for folder in made.correct:
        report = found[folder]
        assert report.late is not None, folder
        assert report.late.days in {0, 2}
        assert report.score == pytest.approx(1 - 0.1 * report.late.days), folder
    assert {found[folder].late.days for folder in made.correct} == {0, 2}


def test_grades_go_into_the_sheet_and_nothing_else_changes(evening):
    root, _ = evening
    code, out, err = call(
        root, "export", "out", "--format", "moodle", "--sheet", "worksheet.csv", "--out", "new.csv"
    )
    assert (code, err) == (0, "")
    assert f"{SIZE - 1} of {SIZE - 1} grades filled in" in out
    before, after = ((root / name).read_bytes() for name in ("worksheet.csv", "new.csv"))
    graded = {report.submission.lms_id: report for report in reports(root / "out").values()}
    rows = list(csv.DictReader(io.StringIO(after.decode("utf-8-sig"))))
    for row in rows:
        report = graded.get(row["Identifier"].split()[1])
        expected = "" if report is None else report.score * 10
        assert row["Grade"] == expected or float(row["Grade"]) == pytest.approx(expected, abs=0.01)
    cleared = re.sub(rb"(Submitted for grading),[^,]*,", rb"\1,,", after)
    assert cleared == before


def test_feedback_goes_back_into_the_folders_that_it_came_from(evening):
    root, made = evening
    code, _, err = call(
        root, "export", "out", "--format", "moodle-feedback", "--out", "feedback.zip"
    )
    assert (code, err) == (0, "")
    with zipfile.ZipFile(root / "feedback.zip") as archive:
        folders = {name.split("/")[0] for name in archive.namelist()}
        assert folders == {path.split("/")[0] for path in made.files}
        assert b"<html" in archive.read(archive.namelist()[0])


def test_a_run_that_is_killed_three_times_ends_as_the_undisturbed_one(evening):
    root, _ = evening
    out = root / "killed"
    for enough in (5, 20, 40):
        running = command(root, *batch("killed"))
        wait_for_reports(out, enough)
        assert running.poll() is None, "it ended before it could be killed"
        running.send_signal(signal.SIGKILL)
        running.wait()
    code, _, said = call(root, *batch("killed"))
    assert code == 0
    assert re.search(r"graded before: [45]\d", said)
    assert timeless(out) == timeless(root / "out")


def test_a_batch_that_is_started_again_has_nothing_to_do(evening):
    root, _ = evening
    before = {path: path.stat().st_mtime_ns for path in (root / "out").glob("*_*.json")}
    code, _, said = call(root, *batch("out"))
    assert code == 0
    assert f"graded before: {SIZE - 1}, to be graded now: 0" in said
    assert {path: path.stat().st_mtime_ns for path in before} == before


def wait_for_reports(out, enough):
    deadline = time.monotonic() + 300
    while len(list(out.glob("*.json"))) < enough:
        assert time.monotonic() < deadline
        time.sleep(0.05)
