"""Bubblewrap inside a control group: what the kernel holds when nobody watches."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from required import require

from zachetka.errors import Cause, InfrastructureError, StudentFault
from zachetka.sandbox import control_group
from zachetka.sandbox.base import MIB
from zachetka.sandbox.control_group import Place
from zachetka.sandbox.process_tree import ProcessTree


@pytest.fixture(scope="module")
def place():
    require("bubblewrap")
    found = control_group.place()
    if found is None:
        pytest.skip("no control group to be had here")
    return found


@pytest.fixture
def grouped(place, room_of):
    del place
    return room_of("bubblewrap")


def groups(place):
    return sorted(place.folders["memory"].glob("zachetka@*"))


def mine(place):
    return [group for group in groups(place) if f"@{os.getpid()}@" in group.name]


def pids_in(group):
    return [int(pid) for pid in (group / "cgroup.procs").read_text().split()]


def test_every_process_of_the_sandbox_is_in_it_and_it_goes_with_the_sandbox(grouped, place):
    before = mine(place)
    with grouped.open("import subprocess\nsubprocess.Popen(['sleep', '60'])") as session:
        (group,) = set(mine(place)) - set(before)
        tree = ProcessTree(session._process._child.pid, 1 << 40).pids()
        assert len(tree) > 3
        assert set(tree) <= set(pids_in(group))
    assert mine(place) == before


HOGS = """
import os, time
for _ in range(12):
    if os.fork() == 0:
        block = bytearray(b"x") * (150 << 20)
        time.sleep(30)
        os._exit(0)
time.sleep(4)
"""
SHARED = """
import mmap
blocks = []
for _ in range(24):
    block = mmap.mmap(-1, 64 << 20)
    for position in range(0, len(block), 4096):
        block[position] = 1
    blocks.append(block)
"""


@pytest.mark.parametrize("source", [HOGS, SHARED], ids=["processes", "shared memory"])
def test_memory_holds(grouped, place, limits, source, monkeypatch):
    small = replace(limits, memory_bytes=768 * MIB, cell_s=30.0)
    before = mine(place)
    starts = grouped.sandbox.start
    peaks = []

    def start(limits, **options):
        process = starts(limits, **options)
        end = process._group.end

        def last_look():
            (group,) = set(mine(place)) - set(before) or (None,)
            if group is not None:
                peaks.append(int((group / _peak_file(place)).read_text()))
            end()

        process._group.end = last_look
        return process

    monkeypatch.setattr(grouped.sandbox, "start", start)
    cause = None
    try:
        with grouped.open(source, limits=small) as session:
            assert session._process._group.limit_has_killed()
    except StudentFault as fault:
        cause = fault.cause
    assert cause in {None, Cause.MEMORY_LIMIT}
    assert 0.9 * small.memory_bytes < max(peaks) <= small.memory_bytes


def _peak_file(place):
    return "memory.max_usage_in_bytes" if place.version == 1 else "memory.peak"


def test_a_cell_of_many_processes_leaves_its_neighbour_in_time(grouped, place, limits):
    if "cpu" not in place.folders:
        pytest.skip("no control group for CPU here")
    spin = (
        "import os, time\n"
        "for _ in range(50):\n"
        "    if os.fork() == 0:\n"
        "        os.setsid()\n"
        "        while True: pass\n"
    )
    honest = "import time\nt = time.process_time()\nwhile time.process_time() - t < 2: pass\n"
    with grouped.open(spin, limits=limits):
        started = time.monotonic()
        with grouped.open(honest, limits=replace(limits, cell_s=5.0)) as session:
            assert [cell.status for cell in session.cells] == ["ok"]
        assert time.monotonic() - started < 30


def test_a_machine_without_memory_is_no_fault_of_the_notebook(grouped, place, limits, monkeypatch):
    if place.version != 1:
        pytest.skip("a group that holds groups may hold no process under version 2")
    around = place.folders["memory"] / f"around-{os.getpid()}"
    around.mkdir()
    try:
        (around / "memory.limit_in_bytes").write_text(str(500 * MIB))
        monkeypatch.setattr(control_group, "place", lambda: Place(1, {"memory": around}))
        honest = "block = bytearray(b'x') * (400 << 20)"
        with pytest.raises(InfrastructureError, match="out of memory"):
            grouped.open(honest, limits=limits).close()
    finally:
        around.rmdir()


LEAVE = """
import os, sys
sys.path[:0] = {folders!r}
from conftest import LIMITS, Room
from zachetka.sandbox import backends
Room(backends()["bubblewrap"]).open("a = 1")
print(os.getpid(), flush=True)
input()
"""


def test_a_group_of_a_run_that_was_killed_is_removed_by_the_next(place):
    here = Path(__file__).parent
    code = LEAVE.format(folders=[str(here), str(here.parent / "unit")])
    other = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pid = other.stdout.readline().strip()
    other.kill()
    other.communicate()
    assert [group for group in groups(place) if f"@{pid}@" in group.name]
    code = "from zachetka.sandbox import control_group; control_group.place()"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert not [group for group in groups(place) if f"@{pid}@" in group.name]
