"""Rooms: one sandbox for one notebook after another, and what makes it go."""

import contextlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from zachetka.agent import warm
from zachetka.errors import StudentFault
from zachetka.sandbox import backends
from zachetka.session import Session

LEAVES = """
import os, subprocess, sys
x = 41
open(os.path.join(os.environ["HOME"], "note"), "w").write("left")
open("/dev/shm/note", "w").write("left")
# Its name says that it is root's, where the lines of a text are looked at.
sleeps = "import ctypes, time; ctypes.CDLL(None).prctl(15, b'\\x0bUid:\\t0', 0, 0, 0)"
sleeps += "; time.sleep(600)"
sleeps = [sys.executable, "-c", sleeps, "@NAME@"]
child = subprocess.Popen(sleeps, start_new_session=True)
os.nice(5)
"""
NAME = f"room-{os.urandom(8).hex()}"
LEAVES = LEAVES.replace("@NAME@", NAME)


def look(nb):
    import os
    import sys
    from pathlib import Path

    return {
        "files": sorted(
            str(path)
            for folder in (os.environ["HOME"], "/dev/shm")  # noqa: S108 - the sandbox's own
            for path in Path(folder).rglob("note")
        ),
        "sleepers": sum(
            b"sleep" in path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")
        ),
        "niceness": os.getpriority(os.PRIO_PROCESS, 0),
        "loaded": "sklearn.svm" in sys.modules,
    }


def commands_with(word):
    found = 0
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found += word.encode() in path.read_bytes()
    return found


def value_of_x(nb):
    return nb.x


@pytest.fixture
def opened(closed_room, limits):
    if reason := closed_room.sandbox.no_rooms():
        pytest.skip(reason)
    with Session(closed_room.sandbox, limits, rooms=True) as session:
        yield session


def test_the_next_one_finds_nothing_of_the_last_one(closed_room, opened):
    closed_room.execute(opened, LEAVES)
    before = closed_room.ask(opened, look)
    assert before["files"]
    assert before["sleepers"] == 1
    assert opened.vacate()
    assert opened.renew()
    closed_room.execute(opened, "y = 1")
    after = {"files": [], "sleepers": 0, "niceness": before["niceness"] - 5, "loaded": True}
    assert closed_room.ask(opened, look) == after
    with pytest.raises(StudentFault, match="x"):
        closed_room.ask(opened, value_of_x)


def test_a_library_that_rooms_are_born_without_serves_the_others_all_the_same(closed_room, opened):
    closed_room.execute(
        opened,
        "import sys\nbefore = 'pandas' in sys.modules\nimport sklearn.datasets, sklearn.svm",
        "frame = sklearn.datasets.load_iris(as_frame=True).frame",
        "import pandas, sklearn.preprocessing as p\nassert isinstance(frame, pandas.DataFrame)",
        "scaled = p.StandardScaler().set_output(transform='pandas').fit_transform(frame)",
        "x = (before, type(scaled).__name__, int(sklearn.svm.SVC().fit(frame, frame.target).score("
        "frame, frame.target) > 0.9))",
    )
    assert [cell.status for cell in opened.cells] == ["ok"] * 5
    assert closed_room.ask(opened, value_of_x) == (False, "DataFrame", 1)


SENDS = "from socket import *; socket(AF_INET, SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))"


@pytest.mark.parametrize("harm", ["import os; os._exit(1)", "while True: pass", SENDS])
def test_a_sandbox_is_thrown_away_after_harm(closed_room, limits, harm):
    if reason := closed_room.sandbox.no_rooms():
        pytest.skip(reason)
    small = replace(limits, cell_s=1.0)
    with Session(closed_room.sandbox, small, rooms=True) as session:
        try:
            closed_room.execute(session, harm)
        except StudentFault:
            assert session.closed
        assert not session.vacate()
        assert session.closed


def draws(nb):
    return nb.drawn


def test_each_draws_its_own_numbers(closed_room, opened):
    cell = (
        "import random, numpy, torch\ndrawn = [torch.rand(1), numpy.random.rand(), random.random()]"
    )
    seen = []
    for _ in range(2):
        closed_room.execute(opened, cell)
        seen.append([float(number) for number in closed_room.ask(opened, draws)])
        assert opened.vacate()
        assert opened.renew()
    first, second = seen
    assert all(one != other for one, other in zip(first, second, strict=True))


def test_a_room_ends_with_its_notebook_and_not_with_the_next_one(closed_room, opened):
    closed_room.execute(opened, LEAVES)
    assert commands_with(NAME) == 1
    assert opened.vacate()
    assert commands_with(NAME) == 0


def test_a_harmless_error_does_no_harm(closed_room, opened):
    for _ in range(3):
        closed_room.execute(opened, "1 / 0", "x = 1")
        assert closed_room.ask(opened, value_of_x) == 1
        assert opened.vacate()
        assert opened.renew()


def test_without_a_sandbox_there_are_no_rooms():
    assert "nothing parts" in backends()["none"].no_rooms()


def test_a_runtime_that_nobody_has_tried_gets_no_rooms(monkeypatch):
    monkeypatch.setenv("ZACHETKA_DOCKER_RUNTIME", "runsc")
    assert "runsc" in backends()["docker"].no_rooms()


@pytest.mark.parametrize(
    ("mapped", "first"),
    [
        ("0 0 4294967295", 1_800_000_000),
        ("0 1000 1\n1 100000 65536", 32769),
    ],
)
def test_the_users_of_rooms_are_users_that_exist(monkeypatch, tmp_path, mapped, first):
    (tmp_path / "uid_map").write_text(mapped)
    monkeypatch.setattr(warm, "_UID_MAP", tmp_path / "uid_map")
    monkeypatch.setitem(os.environ, "ZACHETKA_ROOMS", "users:1800000000")
    assert warm.rooms_asked_for().uid == first


TOUCHES = """
import os
touched = []
for name in ("null", "zero", "full", "random", "urandom", "tty"):
    try:
        os.utime(f"/dev/{name}")
        touched.append(name)
    except OSError:
        pass
assert open("/dev/null", "w").write("still there")
"""


def touched_devices(nb):
    return nb.touched


@pytest.mark.parametrize("name", [pytest.param("docker", marks=pytest.mark.docker), "bubblewrap"])
def test_times_of_devices_tell_the_next_room_nothing(room_of, limits, name):
    room = room_of(name)
    with Session(room.sandbox, limits, rooms=True) as session:
        room.execute(session, TOUCHES)
        assert [cell.status for cell in session.cells] == ["ok"]
        # In docker they are the container's own, and it goes.
        is_touched = room.ask(session, touched_devices) != []
        assert is_touched is (name == "docker")
        assert session.vacate() is not is_touched
