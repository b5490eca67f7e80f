"""Both ways of finding a process's descendants find the same ones."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from zachetka.sandbox import process_tree
from zachetka.sandbox.process_tree import ProcessTree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's /proc")

# A child of another thread than the first, and a grandchild.
FAMILY = """
import subprocess, sys, threading
threading.Thread(target=subprocess.Popen, args=(["sleep", "60"],)).start()
subprocess.Popen(["sh", "-c", "sleep 60 & wait"])
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def family():
    with subprocess.Popen(
        [sys.executable, "-c", FAMILY], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout.readline() == b"ready\n"
        yield parent.pid
        ProcessTree(parent.pid, 1).kill()


@pytest.mark.parametrize("lists_children", [True, False])
def test_all_descendants_are_found_and_killed(family, monkeypatch, lists_children):
    monkeypatch.setattr(process_tree, "_LISTS_CHILDREN", lists_children)
    tree = ProcessTree(family, 1)
    deadline = time.monotonic() + 10
    while len(tree.pids()) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    found = tree.pids()
    assert (found[0], len(found)) == (family, 4)
    tree.kill()
    deadline = time.monotonic() + 10
    while any(map(_runs, found)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(_runs, found))


def _runs(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
