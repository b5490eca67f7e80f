"""Submissions that attack, as data: what each must score, for which causes, and what it left.

Each file in `submissions/` begins with a header in TOML and goes on with cells, as in
`# %%` scripts; an honest solution stands before them. The header's fields:

    about      what it tries
    score      what it must score
    causes     every check that must fail, and its cause; all others must pass
    says       patterns that messages of checks, or their hints, must contain
    cells      cells that must not end `ok`, by their index, and a pattern of how they end
    flags      patterns of the flags for a teaching assistant, in their order
    limits     lines of the assignment's limits
    grace_s    how long the session waits beyond a probe's deadline

ZACHETKA_ALL_ROOMS=1 tries each in rooms of every sandbox.
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import rooms
from attacked_host import AttackedHost
from cell_scripts import load
from required import require
from toy_course import CHECKS, causes

from zachetka import session
from zachetka.report.model import ReportStatus, from_json, to_json
from zachetka.sandbox import backends
from zachetka.sandbox.base import Isolation

BACKENDS = ("bubblewrap", "docker")
ALL_ROOMS = os.environ.get("ZACHETKA_ALL_ROOMS") == "1"
FILES = sorted((Path(__file__).parent / "submissions").glob("*.py"))


@dataclass(frozen=True)
class Hostile:
    about: str
    score: float
    causes: dict
    says: dict = field(default_factory=dict)
    cells: dict = field(default_factory=dict)
    flags: list | None = None
    limits: str = ""
    grace_s: float = 20.0


def ways():
    """Give each file in every sandbox of its own, and in a room of one of them by turns, or of all.

    Rooms of both would add half of the time that these tests take.
    """
    for number, path in enumerate(FILES):
        for backend in BACKENDS:
            by_turns = BACKENDS[number % len(BACKENDS)] == backend or ALL_ROOMS
            marks = [pytest.mark.docker] if backend == "docker" else []
            for isolation in Isolation:
                if isolation is Isolation.FRESH or by_turns:
                    name = f"{path.stem}-{backend}-{isolation}"
                    yield pytest.param((path, backend, isolation), id=name, marks=marks)


@pytest.mark.parametrize("way", list(ways()))
def test_a_submission_gains_nothing_and_leaves_nothing(way, tmp_path, monkeypatch):
    path, backend, isolation = way
    sandbox = require(backend)
    if isolation is Isolation.WARM and (reason := backends()[backend].no_rooms()):
        pytest.skip(reason)
    fields, cells = load(path)
    case = Hostile(**fields)
    monkeypatch.setattr(session, "GRACE_S", case.grace_s)
    host = AttackedHost(tmp_path, limits=case.limits)

    report, changes = host.grade(
        [source for _, source in cells], sandbox=sandbox, isolation=isolation
    )

    host.close()
    if isolation is Isolation.WARM:
        seen, as_first = rooms.next_sight(sandbox)
        assert seen == as_first
    assert report.status is ReportStatus.GRADED, report.message
    assert causes(report) == {**dict.fromkeys(CHECKS), **case.causes}
    assert report.score == pytest.approx(case.score)
    bad = [cell for cell in report.execution.cells if cell.status != "ok"]
    assert [str(cell.index) for cell in bad] == list(case.cells), bad
    for cell in bad:
        assert re.fullmatch(case.cells[str(cell.index)], cell.status), (cell.status, cell.error)
    messages = {check.id: f"{check.message}\n{check.hint}" for check in report.checks}
    for check, pattern in case.says.items():
        assert re.search(pattern, messages[check]), messages[check]
    if case.flags is not None:
        assert len(report.flags) == len(case.flags), report.flags
        for flag, pattern in zip(report.flags, case.flags, strict=True):
            assert re.search(pattern, flag)
    stored = to_json(report)
    assert from_json(stored) == report
    assert len(stored) < 200_000
    # A second backslash makes it an honest quotation.
    assert not re.search(r"(?<!\\)\\u(001b|0000|202e|d800)|[\x00\x1b\u202e]", stored)
    assert "MARKER_" not in stored
    assert changes == {}


def test_every_file_says_what_it_tries():
    for path in FILES:
        fields, cells = load(path)
        case = Hostile(**fields)
        assert case.about
        assert cells
        assert set(case.causes) <= set(CHECKS)
