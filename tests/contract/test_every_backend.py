"""What a session may rely on whichever sandbox it runs in."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from zachetka.errors import Cause, StudentFault
from zachetka.sandbox.base import MIB
from zachetka.session import Session


def add(nb, *, x):
    return {"sum": nb.f(x), "type": type(x).__name__}


def environment(nb):
    import os

    return dict(os.environ)


def leave_a_file(nb, *, name):
    import os

    path = os.path.join(os.environ["HOME"], name)
    with open(path, "w") as file:
        file.write("from the one before")
    return path


def file_is_there(nb, *, path):
    import os

    return os.path.exists(path)


def take_memory(nb, *, mib):
    blocks = []
    for _ in range(mib // 16):
        blocks.append(bytearray(b"x") * (16 << 20))
    return len(blocks)


def end_at_once(nb):
    import os

    os._exit(0)


def loop(nb):
    while True:
        pass


def one(nb):
    return 1


def test_values_go_in_and_come_back(room):
    with room.open("import torch\ndef f(x):\n    return x + 1") as session:
        got = room.ask(session, add, x=torch.arange(3.0))
    assert torch.equal(got["sum"], torch.tensor([1.0, 2.0, 3.0]))
    assert got["type"] == "Tensor"


def test_nothing_printed_reaches_the_wire(room):
    noise = "import os, sys\nfor fd in (1, 2):\n    os.write(fd, b'\\x00\\xff{}' * 100_000)\n"
    with room.open(noise + "print('y' * 10**6)", "def f(x): return x") as session:
        assert [cell.status for cell in session.cells] == ["ok", "ok"]
        assert room.ask(session, add, x=5) == {"sum": 5, "type": "int"}


def test_an_endless_cell_costs_itself_alone(room, limits):
    quick = replace(limits, cell_s=1.0)
    with room.open("a = 1", "while True: pass", "def f(x): return a", limits=quick) as session:
        assert [cell.status for cell in session.cells] == ["ok", "time_limit", "ok"]
        assert room.ask(session, add, x=5)["sum"] == 1


def test_a_probe_that_ends_or_loops_costs_itself_alone(room):
    with room.open("a = 1") as session:
        with pytest.raises(StudentFault) as crash:
            room.ask(session, end_at_once)
        assert crash.value.cause is Cause.CRASH
        with pytest.raises(StudentFault) as endless:
            room.ask(session, loop, timeout_s=1)
        assert endless.value.cause is Cause.TIME_LIMIT
        assert room.ask(session, one) == 1


def told(nb, *, what):
    import os

    nb.told = what
    return {"told": nb.f(what), "process": os.getpid()}


def test_one_copy_answers_for_as_long_as_it_is_kept(room):
    with room.open("def f(x): return x") as session:
        first = room.ask(session, told, what=1, keep=True)
        assert session.kept
        assert room.ask(session, told, what=2, fresh=False) == {**first, "told": 2}
        assert not session.kept
        assert room.ask(session, told, what=3, keep=True)["process"] != first["process"]


def change(nb, *, how):
    import torch

    changes = {
        "a list": lambda: nb.seen.append(1),
        "a default": lambda: nb.f.__defaults__[0].append(1),
        "a class": lambda: setattr(nb.A, "calls", 1),
        "a tensor": lambda: nb.x.add_(1),
        "a generator": lambda: torch.rand(1, generator=nb.g),
        "a method": lambda: setattr(torch.nn.Linear, "forward", nb.f),
        "a function": lambda: setattr(torch.nn.functional, "relu", nb.f),
        "a hook": lambda: torch.nn.modules.module.register_module_forward_hook(nb.f),
    }
    changes[how]()
    return sorted(changes)


NOTEBOOK = """
import torch
def f(x=[], *others): return x
class A: calls = 0
seen, x, g = [], torch.zeros(1), torch.Generator()
"""


def test_a_copy_in_which_something_has_changed_is_not_kept(room):
    with room.open(NOTEBOOK) as session:
        hows = room.ask(session, change, how="a list")
        for how in hows:
            room.ask(session, change, how=how, keep=True)
            assert not session.kept, how


def leave_much_behind(nb):
    import os
    import warnings

    import matplotlib.pyplot as plt
    import torch

    nb.f = None
    nb.added = 1
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    warnings.simplefilter("error")
    plt.figure()
    plt.rcParams["lines.linewidth"] = 9
    plt.rcParams["font.family"].append("cursive")
    os.chdir("/")


def look_around(nb):
    import os
    import warnings

    import matplotlib.pyplot as plt
    import torch

    return {
        "f": nb.f(1),
        "dtype": str(torch.get_default_dtype()),
        "grad": torch.is_grad_enabled(),
        "strict": any(entry[0] == "error" for entry in warnings.filters),
        "figures": len(plt.get_fignums()),
        "style": [plt.rcParams["lines.linewidth"], plt.rcParams["font.family"]],
        "folder": os.getcwd(),
        "drawn": float(torch.rand(())),
    }


def test_a_kept_copy_is_put_right_between_two_probes(room):
    with room.open("def f(x): return x + 1") as session:
        clean = room.ask(session, look_around)
        room.ask(session, leave_much_behind, keep=True)
        assert room.ask(session, look_around, fresh=False, keep=True) == clean
        with pytest.raises(StudentFault) as missing:
            room.ask(session, added, fresh=False)
    assert missing.value.cause is Cause.MISSING


def added(nb):
    return nb.added


def patched_and_missing(nb):
    import torch

    torch.relu = None
    return nb.absent


def made_once(nb):
    nb.f(1)
    return nb.made


def test_a_name_that_was_never_there_costs_no_copy(room):
    with room.open("def f(x): return x") as session:
        first = room.ask(session, told, what=1, keep=True)
        for probe, kept in ((added, True), (made_once, False)):
            with pytest.raises(StudentFault) as missing:
                room.ask(session, probe, fresh=False, keep=True)
            assert missing.value.cause is Cause.MISSING
            assert session.kept is kept
        second = room.ask(session, told, what=2, keep=True)
        assert second["process"] != first["process"]
        with pytest.raises(StudentFault):
            room.ask(session, patched_and_missing, fresh=False, keep=True)
        assert not session.kept


def loaded(nb):
    import sys

    return sorted({"torch", "matplotlib", "debugpy"} & set(sys.modules))


def test_a_forgotten_breakpoint_does_nothing(room):
    forgotten = "def f(x):\n    breakpoint()\n    return x + 1\nbreakpoint()\ny = f(1)"
    with room.open(forgotten) as session:
        assert [cell.status for cell in session.cells] == ["ok"]
        assert room.ask(session, add, x=2)["sum"] == 3


def test_a_debugger_is_not_loaded_for_each_notebook(room):
    with room.open("import debugpy as own") as session:
        assert [cell.status for cell in session.cells] == ["ok"]
    with room.open("a = 1") as session:
        assert room.ask(session, loaded) == ["matplotlib", "torch"]


def test_a_kept_copy_that_dies_or_loops_is_not_asked_again(room):
    with room.open("def f(x): return x") as session:
        for bad, cause in ((end_at_once, Cause.CRASH), (loop, Cause.TIME_LIMIT)):
            before = room.ask(session, told, what=1, keep=True)
            with pytest.raises(StudentFault) as fault:
                room.ask(session, bad, fresh=False, keep=True, timeout_s=1)
            assert fault.value.cause is cause
            assert not session.kept
            after = room.ask(session, told, what=2, fresh=False)
            assert after["process"] != before["process"]


def test_memory_is_bounded_and_the_cause_is_named(room, limits):
    small = replace(limits, memory_bytes=768 * MIB)
    with room.open("a = 1", limits=small) as session:
        with pytest.raises(StudentFault) as fault:
            room.ask(session, take_memory, mib=2048)
        assert fault.value.cause is Cause.MEMORY_LIMIT
        assert session.peak_memory_bytes() < 1.3 * small.memory_bytes


def test_the_peak_of_memory_is_seen(room):
    with room.open("a = bytearray(b'x') * (200 << 20)") as session:
        time.sleep(0.6)
        room.ask(session, one)
        assert 200 * MIB < session.peak_memory_bytes() < 1024 * MIB


def test_our_environment_stays_outside(room, monkeypatch):
    monkeypatch.setenv("ZACHETKA_SECRET", "a-secret-that-must-not-travel")
    monkeypatch.setenv("SOME_TOKEN", "a-secret-that-must-not-travel")
    with room.open("a = 1") as session:
        seen = room.ask(session, environment)
    assert "a-secret-that-must-not-travel" not in seen.values()
    assert seen["OMP_NUM_THREADS"] == "1"


def test_nothing_is_left_to_the_next_one(room):
    make = "import os\nopen(os.path.join(os.environ['HOME'], 'note'), 'w').close()"
    with room.open(make) as session:
        path = room.ask(session, leave_a_file, name="letter")
        assert room.ask(session, file_is_there, path=path)
    with room.open("a = 1") as session:
        assert not room.ask(session, file_is_there, path=path)
        assert not room.ask(session, file_is_there, path=path.replace("letter", "note"))


def test_closing_twice_is_closing_once(room):
    session = room.open("a = 1")
    session.close()
    session.close()


def test_an_agent_whose_host_is_gone_ends_by_itself(room, limits):
    process = room.sandbox.start(limits)
    try:
        os.close(os.dup(process.stdin_fd))  # it is open
        os.read(process.stdout_fd, 1)  # the agent is up
        death = _hang_up(process)
    finally:
        process.kill()
    assert death.engine_error is None
    assert not death.out_of_memory
    assert death.exit_code == 0


def _hang_up(process):
    # The session never closes it itself, so the descriptor's owner must not close it again.
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, process.stdin_fd)
    os.close(null)
    return process.death()


def test_it_says_what_it_enforces(room, limits):
    assert set(room.sandbox.enforcement(limits)) == {
        *("network", "memory", "processes", "disk", "time", "system calls")
    }


# Prints the processes of its sandbox, as the host sees them.
KILLED = """
import os, sys, time
from zachetka.sandbox import backends
from zachetka.sandbox.base import Limits
from zachetka.sandbox.process_tree import ProcessTree
from zachetka.session import Session
session = Session(backends()[sys.argv[1]], Limits())
root = os.getpid()
if sys.argv[1] == "docker":
    from zachetka.sandbox.engine import find_engine
    container = session._process.container_id
    root = int(find_engine().ask("inspect", "--format", "{{.State.Pid}}", container))
print(*ProcessTree(root, 0).pids(), flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc here")
def test_kill_9_of_the_host_leaves_no_process(room):
    host = subprocess.Popen(
        [sys.executable, "-c", KILLED, room.name], stdout=subprocess.PIPE, text=True
    )
    assert host.stdout is not None
    with host.stdout:
        pids = {int(pid) for pid in host.stdout.readline().split()}
        host.send_signal(signal.SIGKILL)
        host.wait()
    agents = {pid for pid in pids if pid != host.pid}
    assert len(agents) >= 2  # the fork server and the driver
    deadline = time.monotonic() + 10
    while any(map(_runs, agents)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in agents if _runs(pid)]


def _runs(pid):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(errors="replace")
    except OSError:
        return False


class Remembering:
    """A sandbox that knows what it has started."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.started = []

    def start(self, limits, *, rooms):
        self.started.append(self.sandbox.start(limits, rooms=rooms))
        return self.started[-1]


def test_what_there_is_to_do_is_done_while_the_sandbox_loads(room, limits):
    sandbox, unread = Remembering(room.sandbox), []

    def wait_for_the_agent():
        [process] = sandbox.started
        unread.extend(select.select([process.stdout_fd], [], [], 60)[0])

    with Session(sandbox, limits, meanwhile=wait_for_the_agent) as session:
        room.execute(session, "a = 1")
        assert room.ask(session, one) == 1
    assert len(unread) == 1


def test_who_is_interrupted_meanwhile_leaves_no_sandbox(room, limits):
    sandbox = Remembering(room.sandbox)

    def give_up():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Session(sandbox, limits, meanwhile=give_up)
    [process] = sandbox.started
    assert process.death().exit_code == -signal.SIGKILL


def test_a_sandbox_for_one_notebook_gets_no_other(room):
    with room.open("a = 1") as session:
        assert not session.vacate()
        assert session.closed
