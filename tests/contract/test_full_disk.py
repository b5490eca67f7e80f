"""A host whose disk is really full: nobody gets a zero for it, and the next run makes up for it."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from required import require
from toy_course import HONEST, ToyCourse

from zachetka.report.model import ReportStatus, from_json

STUDENTS = [f"student{number}" for number in range(4)]
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
BATCH = "from zachetka.cli import main; main()"
# In a mount namespace of its own, which takes its file systems with it when it ends.
SCRIPT = """
set -u
folder=$1 size=$2 inodes=$3
shift 3
mount -t tmpfs -o "size=$size,nr_inodes=$inodes" tmpfs "$folder"
"$@"
echo "exit $?"
ls "$folder"
mount -o remount,size=64m,nr_inodes=10k "$folder"
"$@"
echo "exit $?"
cp -r "$folder" "$0"
"""


@pytest.fixture
def course(tmp_path):
    require("bubblewrap")
    trial = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", str(tmp_path)]
    if not shutil.which("unshare") or subprocess.run(trial, check=False).returncode:
        pytest.skip("only root, outside of most containers, may mount a small disk")
    course = ToyCourse.make(tmp_path)
    for student in STUDENTS:
        course.hand_in([HONEST], name=student)
    return course


@pytest.fixture
def temporary():
    # Of the system's own, because the path of a socket must be short.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


def grade_twice(course, folder, temporary, *, size, inodes):
    """Grade a class with a small disk at a folder, and again when the disk has grown."""
    folder.mkdir(exist_ok=True)
    command = [
        *(
            "unshare",
            "--mount",
            "sh",
            "-c",
            SCRIPT,
            str(course.root / "kept"),
            str(folder),
            str(size),
            str(inodes),
        ),
        *(sys.executable, "-c", BATCH, "batch", "toy", str(course.root / "class")),
        "--no-pages",
        *("--out", str(course.root / "out"), "--course", str(course.root / "course")),
        *("--sandbox", "bubblewrap", "--allow-watched-memory"),
    ]
    environment = {**os.environ, "TMPDIR": str(temporary), "COLUMNS": "200"}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=240, check=False
    )


def reports_in(folder):
    found = (from_json(path.read_text()) for path in folder.glob("student*.json"))
    return {report.student: (report.status, report.score) for report in found}


def exits(done):
    return [line for line in done.stdout.splitlines() if line.startswith("exit")]


def test_reports_that_do_not_fit_are_made_up_for(course, temporary):
    # Two pages of memory for four reports of a page each, and their summary.
    done = grade_twice(course, course.root / "out", temporary, size=2 * PAGE_BYTES, inodes=1000)
    assert exits(done) == ["exit 3", "exit 0"], done.stderr
    stored, _ = done.stdout.split("exit 0")
    assert len([line for line in stored.splitlines() if line.endswith(".json")]) == 2
    assert "cannot write the summary" in done.stderr
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert set(reports_in(course.root / "kept").values()) == {(ReportStatus.GRADED, 1.0)}
    assert len(reports_in(course.root / "kept")) == len(STUDENTS)


def test_no_room_for_temporary_files_is_said_before_anything_is_graded(course, temporary):
    done = grade_twice(course, temporary, temporary, size=PAGE_BYTES, inodes=2)
    assert exits(done) == ["exit 3", "exit 0"], done.stderr
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert set(reports_in(course.root / "out").values()) == {(ReportStatus.GRADED, 1.0)}
