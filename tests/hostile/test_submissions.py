"""Submissions that attack, as data: what each must score, for which causes, and what it left.

Each file in `submissions/` begins with a header in TOML and goes on with cells, as in
`# %%` scripts; an honest solution stands before them. The header's fields:

    about      what it tries
    score      what it must score
    causes     every check that must fail, and its cause; all others must pass
    says       patterns that messages of checks must contain
    cells      cells that must not end `ok`, by their index, and how they end
    limits     lines of the assignment's limits
    grace_s    how long the session waits beyond a probe's deadline
"""

import functools
import os
import re
import socket
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from toy_course import CHECKS, HONEST, ToyCourse, causes

from zachetka import session
from zachetka.report.model import ReportStatus, from_json, to_json
from zachetka.sandbox import backends
from zachetka.sandbox.base import Limits

FOLDER = Path(__file__).parent / "submissions"
MARKER = "zachetka-was-here"
PLACES = ("/", "/tmp", "/dev/shm", "/var/tmp", "/root", Path(os.__file__).parent)  # noqa: S108
TRUSTED_BYTES = 600 << 20
_HEADER = re.compile(r"\A# /// hostile\n(?P<toml>(?:# .*\n)*)# ///\n")


@dataclass(frozen=True)
class Hostile:
    about: str
    score: float
    causes: dict
    says: dict = field(default_factory=dict)
    cells: dict = field(default_factory=dict)
    limits: str = ""
    grace_s: float = 20.0
    sources: tuple = ()


def load(path):
    text = path.read_text()
    header = _HEADER.match(text)
    fields = tomllib.loads(re.sub(r"^# ", "", header["toml"], flags=re.MULTILINE))
    _, *sources = re.split(r"^# %%.*\n", text[header.end() :], flags=re.MULTILINE)
    return Hostile(**fields, sources=tuple(sources))


FILES = sorted(FOLDER.glob("*.py"))
BACKENDS = ("bubblewrap", pytest.param("docker", marks=pytest.mark.docker))


@pytest.fixture(params=BACKENDS)
def sandbox(request):
    reason = backends()[request.param].unavailable()
    if reason and request.param == "docker" and os.environ.get("ZACHETKA_REQUIRE_DOCKER") == "1":
        pytest.fail(f"docker is required here: {reason}", pytrace=False)
    if reason:
        pytest.skip(f"{request.param}: {reason}")
    warm_up(request.param)
    return request.param


@functools.cache
def warm_up(name):
    """Let the backend start what it keeps for this whole process, as docker does its reaper."""
    backends()[name].start(Limits()).kill()


class Services:
    """What listens on the host and must never hear from a submission."""

    def __init__(self, folder):
        self.abstract = f"zachetka-{os.getpid()}-{os.urandom(4).hex()}"
        self.path = str(folder / "service.socket")
        self.sockets = []
        for family, address in (
            (socket.AF_INET, ("127.0.0.1", 0)),
            (socket.AF_UNIX, f"\0{self.abstract}"),
            (socket.AF_UNIX, self.path),
        ):
            listener = socket.socket(family, socket.SOCK_STREAM)
            listener.bind(address)
            listener.listen()
            listener.setblocking(False)
            self.sockets.append(listener)
        self.port = self.sockets[0].getsockname()[1]

    def heard(self):
        heard = []
        for listener in self.sockets:
            try:
                heard.append(listener.accept()[1])
            except BlockingIOError:
                continue
        return heard

    def close(self):
        for listener in self.sockets:
            listener.close()


def children():
    """Give the processes that this one started and that still are, zombies included."""
    pids = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid():
            pids.add(int(stat.parent.name))
    return pids


def marked_files(*folders):
    return [str(found) for folder in folders for found in Path(folder).glob(MARKER)]


def trusted_memory_bytes():
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) << 10


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_submission_gains_nothing_and_leaves_nothing(path, sandbox, tmp_path, monkeypatch):
    case = load(path)
    course = ToyCourse.make(tmp_path, limits=case.limits)
    monkeypatch.setattr(session, "GRACE_S", case.grace_s)
    # Other submissions must be out of reach too.
    course.hand_in([HONEST], name="neighbour")
    services = Services(tmp_path)
    places = {
        "@COURSE@": str(tmp_path / "course"),
        "@CLASS@": str(tmp_path / "class"),
        "@NOTEBOOK@": str(tmp_path / "class" / "neighbour.ipynb"),
        "@PORT@": str(services.port),
        "@ABSTRACT@": services.abstract,
        "@SOCKET@": services.path,
    }
    cells = [HONEST]
    for source in case.sources:
        for placeholder, place in places.items():
            source = source.replace(placeholder, place)  # noqa: PLW2901 - filled in step by step
        cells.append(source)
    course.hand_in(cells)
    files, processes = course.fingerprint(), children()
    descriptors = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names, not paths

    report = course.grade(cells, sandbox=sandbox)

    assert report.status is ReportStatus.GRADED, report.message
    assert causes(report) == {**dict.fromkeys(CHECKS), **case.causes}
    assert report.score == pytest.approx(case.score)
    ends = {
        str(cell.index): cell.status.value for cell in report.execution.cells if cell.status != "ok"
    }
    assert ends == case.cells
    messages = {check.id: check.message for check in report.checks}
    for check, pattern in case.says.items():
        assert re.search(pattern, messages[check]), messages[check]
    stored = to_json(report)
    assert from_json(stored) == report
    assert len(stored) < 200_000
    # A second backslash makes it an honest quotation.
    assert not re.search(r"(?<!\\)\\u(001b|0000|202e|d800)|[\x00\x1b\u202e]", stored)
    assert "MARKER_" not in stored
    # The host is as it was.
    assert course.fingerprint() == files
    assert services.heard() == []
    services.close()
    assert children() == processes
    assert len(os.listdir("/proc/self/fd")) == descriptors - 3  # noqa: PTH208
    assert marked_files(*PLACES) == []
    assert trusted_memory_bytes() < TRUSTED_BYTES


def test_every_file_says_what_it_tries():
    for path in FILES:
        case = load(path)
        assert case.about
        assert case.sources
        assert set(case.causes) <= set(CHECKS)
