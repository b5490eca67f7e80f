"""After all tests the host must be as it was before: whatever is left behind fails the run.

Where something else may run beside the tests, what is new may be of that, and is shown only.
"""

import os
import tempfile
import time
from pathlib import Path

import pytest

from zachetka import reuse
from zachetka.sandbox import backends, control_group
from zachetka.sandbox.engine import OWNER_LABEL, find_engine, sweep

BEFORE = pytest.StashKey[set]()
LEFT = pytest.StashKey[set]()
# Where nothing else runs, everything that is new is ours.
ALONE = os.environ.get("CI") == "true"
GONE_WITHIN_S = 60.0 if ALONE else 5.0


def pytest_sessionstart(session):
    # The workers of a parallel run end before its controller, which alone sees the whole.
    if not hasattr(session.config, "workerinput"):
        session.config.stash[BEFORE] = things_of_the_host()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session):
    yield
    before = session.config.stash.get(BEFORE, None)
    if before is None:
        return
    # As the next run would: tests kill some, whose groups and containers it removes.
    control_group.place.cache_clear()
    control_group.place()
    if not backends()["docker"].unavailable():
        sweep(find_engine())
    deadline = time.monotonic() + GONE_WITHIN_S
    while (left := things_of_the_host() - before) and time.monotonic() < deadline:
        time.sleep(0.5)
    session.config.stash[LEFT] = left
    if left and ALONE and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session", autouse=True)
def _no_idle_sandbox():
    yield
    reuse.end_idle_sandbox()


# The last words of a long output are what is read, and sometimes all that is kept of it.
@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter, config):
    left = config.stash.get(LEFT, set())
    if left:
        who = "the tests" if ALONE else "the tests, or what ran beside them,"
        terminalreporter.section(f"{who} left this on the host", red=ALONE)
        for thing in sorted(left):
            terminalreporter.line(thing)


def things_of_the_host():
    """Name whatever of its kind we could leave behind."""
    return {
        *(f"mount {path}" for path in mounts()),
        *(f"control group {path}" for path in groups()),
        *(f"file {path}" for path in files()),
        *(f"container {container}" for container in containers()),
        *(f"process {pid} {command}" for pid, command in agents()),
        *(f"of System V: {row}" for row in queues()),
    }


def mounts():
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    # The machine mounts things of its own when it sees fit; an engine, only for us.
    ours = (tempfile.gettempdir(), *(("/var/lib/docker", "/run/docker") if ALONE else ()))
    return {path for line in lines if (path := line.split()[4]).startswith(ours)}


def groups():
    for folder, names, _ in os.walk("/sys/fs/cgroup"):
        yield from (f"{folder}/{name}" for name in names if name.startswith("zachetka@"))


def files():
    yield from Path(tempfile.gettempdir()).glob("zachetka*")
    if ALONE:
        yield from Path("/dev/shm").iterdir()  # noqa: S108


def containers():
    if backends()["docker"].unavailable():
        return []
    return find_engine().ask("ps", "-aq", "--filter", f"label={OWNER_LABEL}").split()


def agents():
    """Find the processes of sandboxes, seen from outside."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "zachetka.agent" in command and int(folder.name) != os.getpid():
            yield int(folder.name), " ".join(command[:1] + command[-3:])


def queues():
    for table in Path("/proc/sysvipc").glob("*"):
        for row in table.read_text().splitlines()[1:]:
            key, number, *_ = row.split()
            yield f"{table.name} {key} {number}"
