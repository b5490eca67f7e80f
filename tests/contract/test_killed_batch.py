"""A batch that is killed with SIGKILL: what was finished stays, and what was running ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from required import require
from toy_course import HONEST, ToyCourse

from zachetka.agent.usage import stat_fields
from zachetka.report.model import from_json
from zachetka.sandbox import control_group
from zachetka.sandbox.engine import OWNER_LABEL, find_engine

pytestmark = pytest.mark.xdist_group("killed-batch")

BUSY = "import time\nstop = time.process_time() + 0.5\nwhile time.process_time() < stop:\n    pass"
COUNT = 4
GONE_WITHIN_S = 10.0


@pytest.fixture
def course(tmp_path):
    course = ToyCourse.make(tmp_path)
    for number in range(COUNT):
        course.hand_in([HONEST, BUSY], name=f"student{number}")
    return course


def batch(course, out, sandbox, run, *, jobs=2):
    """Start a batch whose processes can be told by a word in their environment."""
    return subprocess.Popen(
        [
            *(sys.executable, "-c", "from zachetka.cli import main; main()", "batch", "toy"),
            *(str(course.root / "class"), "--out", str(out), "--sandbox", sandbox),
            *("--jobs", str(jobs), "--course", str(course.root / "course")),
            "--allow-watched-memory",
        ],
        env={**os.environ, "ZACHETKA_RUN": run},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def processes_of(run):
    """Give the processes of a run, in sandboxes and outside."""
    found = []
    word = f"ZACHETKA_RUN={run}".encode()
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if word in environment.read_bytes().split(b"\0"):
                found.append(int(environment.parent.name))
        except OSError:
            continue
    return found


def in_sandboxes(roots):
    """Give what runs below these processes, whose environment says nothing."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat_fields(int(stat.parent.name))[1])
        except OSError:
            continue
    found = set(roots)
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        found, grown = found | more, bool(more)
    return found


def containers(run):
    engine = find_engine()
    listed = engine.ask("ps", "-aq", "--filter", f"label={OWNER_LABEL}", "--filter", _label(run))
    return listed.split()


def _label(run):
    return f"label=zachetka.run={run}"


def groups_of(pids):
    place = control_group.place()
    folders = [] if place is None else place.folders["memory"].glob("zachetka@*")
    return [folder.name for folder in folders if int(folder.name.split("@")[-3]) in pids]


def reports(out):
    return sorted(out.glob("student*.json"))


@pytest.mark.parametrize(
    ("sandbox", "finished"),
    [
        ("bubblewrap", 0),
        ("bubblewrap", 2),
        pytest.param("docker", 1, marks=pytest.mark.docker),
    ],
)
def test_what_is_finished_stays_and_nothing_runs_on(course, sandbox, tmp_path, finished):
    require(sandbox)
    out, run = tmp_path / "out", f"{os.getpid()}-{time.monotonic_ns()}"
    out.mkdir()
    running = batch(course, out, sandbox, run)
    deadline = time.monotonic() + 120
    while len(reports(out)) < finished and time.monotonic() < deadline:
        time.sleep(0.05)
    if not finished:
        # In the middle of making its sandboxes.
        while len(processes_of(run)) < 4 and time.monotonic() < deadline:
            time.sleep(0.05)
    everything = in_sandboxes([running.pid])
    kept = {path: path.read_bytes() for path in reports(out)}
    running.send_signal(signal.SIGKILL)
    running.wait()
    killed = time.monotonic()
    everything |= set(processes_of(run))
    while time.monotonic() < killed + GONE_WITHIN_S:
        left = [pid for pid in everything if _runs(pid)] + processes_of(run)
        if not left and not (sandbox == "docker" and containers(run)):
            break
        time.sleep(0.1)
    assert [_command(pid) for pid in left] == []
    if sandbox == "docker":
        assert containers(run) == []
    assert len(kept) >= finished
    for path, data in kept.items():
        assert path.read_bytes() == data
        assert from_json(data).score == 1.0
    again = batch(course, out, sandbox, run)
    assert again.wait(timeout=200) == 0
    assert groups_of(everything) == []
    assert [from_json(path.read_bytes()).score for path in reports(out)] == [1.0] * COUNT
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_a_batch_that_ends_leaves_no_control_group(course, tmp_path):
    require("bubblewrap")
    control_group.place()  # which removes what others have left, once
    running = batch(course, tmp_path / "out", "bubblewrap", "ends")
    everything = set()
    while running.poll() is None:
        everything |= in_sandboxes([running.pid])
        time.sleep(0.2)
    assert running.returncode == 0
    assert groups_of(everything) == []


def _runs(pid):
    try:
        return stat_fields(pid)[0] not in "ZX"
    except OSError:
        return False


def _command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()[:200]
    except OSError:
        return b"gone"
