"""What one submission costs, part by part. Run with `-s` to see the table."""

import os
import resource
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from toy_course import CHECKS, GRADER, HONEST

from zachetka.examiner import examine_in_child
from zachetka.pytest_plugin.examination import Examination
from zachetka.sandbox import backends, bubblewrap
from zachetka.sandbox.base import Limits
from zachetka.sandbox.process_tree import ProcessTree
from zachetka.session import Session
from zachetka.submission import Cell, Submission

pytestmark = [pytest.mark.benchmark, pytest.mark.xdist_group("benchmark")]

LIMITS = Limits()
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of_tree_s(session):
    """Sum the CPU seconds of the sandbox's living processes and of those that they waited for."""
    ticks = 0
    for pid in ProcessTree(session._process._child.pid, 1).pids():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(int(fields[position]) for position in (11, 12, 13, 14))
    return ticks / TICKS


def cpu_of_grader_s():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@dataclass
class Clock:
    parts: dict = field(default_factory=dict)
    last: float = field(default_factory=time.monotonic)

    def lap(self, part, cpu_s):
        now = time.monotonic()
        self.parts[part] = (now - self.last, cpu_s)
        self.last = now

    def table(self):
        rows = [f"{'part':<16}{'wall, s':>9}{'CPU, s':>9}"]
        rows += [f"{part:<16}{wall:>9.3f}{cpu:>9.2f}" for part, (wall, cpu) in self.parts.items()]
        wall, cpu = (sum(column) for column in zip(*self.parts.values(), strict=True))
        return "\n".join([*rows, f"{'together':<16}{wall:>9.3f}{cpu:>9.2f}"])


class TimedSession:
    """Passes probes on and writes what they take to a file that outlives the grader."""

    def __init__(self, session, log):
        self._session = session
        self._log = log

    def __getattr__(self, name):
        return getattr(self._session, name)

    def probe(self, *args, **options):
        started = time.monotonic()
        try:
            return self._session.probe(*args, **options)
        finally:
            with self._log.open("a") as log:
                log.write(f"{time.monotonic() - started}\n")


def test_the_cost_of_a_submission_is_the_sum_of_its_parts(tmp_path, monkeypatch):
    sandbox = backends()["bubblewrap"]
    if sandbox.unavailable():
        pytest.skip(f"bubblewrap: {sandbox.unavailable()}")
    from zachetka.pytest_plugin import run  # noqa: F401 - once per worker, not per submission

    grader = tmp_path / "test_toy.py"
    grader.write_text(GRADER)
    log = tmp_path / "probes"
    started = time.monotonic()
    clock = Clock(last=started)

    with monkeypatch.context() as patch:
        patch.setattr(bubblewrap, "agent_command", lambda: ["/bin/true"])
        process = sandbox.start(LIMITS)
        os.read(process.stdout_fd, 1)  # the end of the stream: it has started and ended
        process.kill()
    clock.lap("sandbox start", 0.0)
    cells = (Cell(0, HONEST),)
    with Session(sandbox, LIMITS) as session:
        cpu_s = cpu_of_tree_s(session)
        clock.lap("imports", cpu_s)
        session.execute(cells)
        cpu_s, before = cpu_of_tree_s(session), cpu_s
        clock.lap("cells", cpu_s - before)
        examination = Examination(
            submission=Submission("ab" * 32, cells),
            limits=LIMITS,
            secret=b"0123456789abcdef",
            session=TimedSession(session, log),
            lost=None,
            reopen=lambda: None,
        )
        grader_cpu_s = cpu_of_grader_s()
        result = examine_in_child(examination, grader, LIMITS)
        clock.lap("grading", cpu_of_grader_s() - grader_cpu_s)
        wall_s, grading_cpu_s = clock.parts.pop("grading")
        probes_s = sum(map(float, log.read_text().split()))
        clock.parts["probes"] = (probes_s, cpu_of_tree_s(session) - cpu_s)
        clock.parts["grading"] = (wall_s - probes_s, grading_cpu_s)
    clock.lap("end", 0.0)
    total_s = time.monotonic() - started

    print(f"\n{clock.table()}")  # noqa: T201 - what a benchmark is for
    assert [outcome["cause"] for outcome in result["outcomes"]] == [None] * len(CHECKS)
    assert all(wall >= 0 for wall, _ in clock.parts.values())
    together_s = sum(wall for wall, _ in clock.parts.values())
    assert together_s == pytest.approx(total_s, abs=0.05 + total_s / 20)
