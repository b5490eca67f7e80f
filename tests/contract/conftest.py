"""Every backend under the same tests; what a backend does not promise is named, not forgotten."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from required import require

from zachetka.probe import load_probe
from zachetka.sandbox import backends
from zachetka.sandbox.base import MIB, Limits
from zachetka.session import Session

LIMITS = Limits(
    cell_s=5,
    probe_s=15,
    total_s=60,
    memory_bytes=1024 * MIB,
    disk_bytes=16 * MIB,
    processes=64,
)
ISOLATING = ("docker", "bubblewrap")


@dataclass(frozen=True)
class SourceCell:
    """What a session needs of a cell."""

    index: int
    source: str


class Room:
    """A sandbox and short ways to use it."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.name = sandbox.name

    @staticmethod
    def limits(**changes):
        return replace(LIMITS, **changes)

    def open(self, *sources, limits=LIMITS):
        session = Session(self.sandbox, limits)
        try:
            self.execute(session, *sources)
        except BaseException:
            session.close()
            raise
        return session

    @staticmethod
    def execute(session, *sources):
        session.execute([SourceCell(*cell) for cell in enumerate(sources)])

    @staticmethod
    def ask(session, probe, *, timeout_s=15, fresh=True, keep=False, **inputs):
        return session.probe(
            load_probe(probe), inputs, seed=1, timeout_s=timeout_s, fresh=fresh, keep=keep
        )


def _backend(name):
    marks = [pytest.mark.docker] if name == "docker" else []
    return pytest.param(name, marks=marks)


@pytest.fixture(scope="session", params=[_backend(name) for name in (*ISOLATING, "none")])
def room(request):
    """Each backend in turn."""
    return Room(backends()[require(request.param)])


@pytest.fixture
def room_of():
    """Make a room of a backend."""
    return lambda name: Room(backends()[require(name)])


@pytest.fixture(scope="session", params=[_backend(name) for name in ISOLATING])
def closed_room(request):
    """Each backend that keeps strangers in."""
    return Room(backends()[require(request.param)])


@pytest.fixture(scope="module")
def inside(closed_room):
    """An open session of each such backend, for tests that only look around in it."""
    with closed_room.open("x = 41") as session:
        yield lambda probe, **inputs: closed_room.ask(session, probe, **inputs)


@pytest.fixture(scope="session")
def docker_sandbox():
    """Make docker sandboxes that run a command instead of the agent, if an engine answers."""
    require("docker")
    from zachetka.sandbox.docker import DockerSandbox

    def make(*command):
        return DockerSandbox(command=command)

    return make


@pytest.fixture
def limits():
    """Give limits that tests can reach quickly."""
    return LIMITS
