"""Containers whose system calls go to gVisor's kernel and not to the host's.

Its emulation is slow, so that only what may differ is tried: the agent's life among processes that
cannot tell their peers, the limits, and who is to blame when that kernel itself gives up.
"""

import os
from dataclasses import replace

import pytest
from toy_course import CHECKS, HONEST, ToyCourse, causes

from zachetka.errors import Cause, InfrastructureError, StudentFault
from zachetka.sandbox import docker
from zachetka.sandbox.base import MIB
from zachetka.sandbox.engine import find_engine

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("gvisor")]


@pytest.fixture
def gvisor(room_of, monkeypatch):
    room = room_of("docker")
    if '"runsc"' not in find_engine().ask("info", "--format", "{{json .Runtimes}}"):
        if os.environ.get("ZACHETKA_REQUIRE_GVISOR") == "1":
            pytest.fail("the engine has no runtime runsc, which is required here", pytrace=False)
        pytest.skip("the engine has no runtime runsc")
    monkeypatch.setenv("ZACHETKA_DOCKER_RUNTIME", "runsc")
    return room


def look_around(nb):
    import os

    return {
        "release": os.uname().release,
        "pids": [int(name) for name in os.listdir("/proc") if name.isdigit()],
        "calls": nb.calls(),
    }


def test_many_probes_are_served_by_another_kernel(gvisor):
    with gvisor.open("count = 0\ndef calls():\n    return count") as session:
        seen = [gvisor.ask(session, look_around) for _ in range(30)]
    assert {look["release"] for look in seen} == {"4.4.0"} != {os.uname().release}
    assert max(len(look["pids"]) for look in seen) < 10  # copies do not pile up


def test_an_honest_notebook_gets_its_points(gvisor, tmp_path):
    report = ToyCourse.make(tmp_path).grade([HONEST], sandbox=gvisor.name)
    assert causes(report) == dict.fromkeys(CHECKS)
    assert "runsc" in report.sandbox.enforcement["system calls"]


def loop_forever(nb):
    del nb
    while True:
        pass


def test_an_endless_probe_costs_itself_alone(gvisor):
    with gvisor.open("def calls():\n    return 1") as session:
        with pytest.raises(StudentFault) as caught:
            gvisor.ask(session, loop_forever, timeout_s=1)
        assert caught.value.cause is Cause.TIME_LIMIT
        assert gvisor.ask(session, look_around)["calls"] == 1


def test_memory_holds(gvisor, limits):
    small = replace(limits, memory_bytes=768 * MIB, cell_s=30.0, total_s=120.0)
    hog = (
        "import mmap\nblocks = []\nfor _ in range(20):\n"
        "    blocks.append(mmap.mmap(-1, 64 << 20))\n"
        "    for position in range(0, 64 << 20, 4096):\n        blocks[-1][position] = 1\n"
    )
    with pytest.raises(StudentFault) as caught:
        gvisor.open(hog, limits=small).close()
    assert caught.value.cause is Cause.MEMORY_LIMIT


def start_many(nb, *, count):
    import os
    import time

    del nb
    for _ in range(count):
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
    return True


def test_a_kernel_that_gives_up_is_ours(gvisor, monkeypatch):
    # It panics when the host has no process for it, whoever's doing that was.
    monkeypatch.setattr(docker, "_PROCESSES_PER_GUEST", 1)
    with pytest.raises(InfrastructureError, match="runsc ended in a panic"):
        bomb(gvisor)


def test_what_many_processes_take_of_the_memory_bounds_them(gvisor):
    with pytest.raises(StudentFault) as caught:
        bomb(gvisor)
    assert caught.value.cause is Cause.MEMORY_LIMIT


def bomb(room):
    with room.open("def calls():\n    return 1") as session:
        room.ask(session, start_many, count=400)
