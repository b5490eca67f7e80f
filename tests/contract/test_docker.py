"""Containers from their making to their removal, on a real engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from zachetka.errors import InfrastructureError
from zachetka.sandbox.base import MIB
from zachetka.sandbox.docker import DockerSandbox
from zachetka.sandbox.engine import OWNER_LABEL, find_engine, sweep
from zachetka.sandbox.owner import owner

pytestmark = pytest.mark.docker

PYTHON = "/opt/venv/bin/python"


@pytest.fixture
def engine(docker_sandbox):
    """Give the engine that the sandbox uses."""
    return find_engine()


@pytest.fixture
def run(docker_sandbox, limits):
    """Start Python code as PID 1 of a container; whatever is left of it is killed at the end."""
    started = []

    def start(code, **changes):
        sandbox = docker_sandbox(PYTHON, "-c", code)
        process = sandbox.start(replace(limits, memory_bytes=128 * MIB, **changes))
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()


def read_all(process):
    read = b""
    while chunk := os.read(process.stdout_fd, 65536):
        read += chunk
        process.watch()
    return read


def containers(engine, *filters):
    options = [option for text in filters for option in ("--filter", text)]
    return set(engine.ask("ps", "-aq", "--no-trunc", *options).split())


def ours(engine):
    return containers(engine, f"label={OWNER_LABEL}={owner()}")


def test_an_end_of_its_own_is_described(run, engine):
    process = run("import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)")
    assert process.container_id in ours(engine)
    assert read_all(process) == b"out\n"
    death = process.death()
    assert (death.exit_code, death.out_of_memory, death.engine_error) == (7, False, None)
    assert death.stderr_tail == "err\n"
    assert process.container_id not in ours(engine)


@pytest.mark.parametrize("code", [125, 126, 127])
def test_the_engines_own_exit_codes_cannot_be_forged(run, code):
    process = run(f"import os; os._exit({code})")
    read_all(process)
    death = process.death()
    assert (death.exit_code, death.engine_error) == (code, None)


def test_memory_that_kills_is_told_apart(run):
    process = run("print('up', flush=True); x = bytearray(b'x') * (512 << 20)")
    assert read_all(process) == b"up\n"
    death = process.death()
    assert (death.exit_code, death.out_of_memory) == (-signal.SIGKILL, True)
    assert death.engine_error is None


def test_memory_that_kills_a_child_is_seen(run):
    code = (
        "import os\n"
        "pid = os.fork()\n"
        "if pid == 0:\n    x = bytearray(b'x') * (512 << 20)\n"
        "print(os.waitpid(pid, 0)[1], flush=True)\n"
        "input()\n"
    )
    process = run(code)
    assert int(os.read(process.stdout_fd, 100)) == signal.SIGKILL
    if process.peak_memory_bytes() is not None:
        assert process.memory_kills() == 1
    process.kill()
    death = process.death()
    assert death.out_of_memory
    assert death.engine_error is None


def test_shared_memory_and_tmp_count_as_memory(run):
    code = (
        "import os\n"
        "for folder in ('/tmp', '/dev/shm'):\n"
        "    with open(folder + '/f', 'wb') as f:\n"
        "        for _ in range(60):\n            f.write(b'x' * (1 << 20))\n"
        "print('kept', flush=True)\n"
        "x = bytearray(b'x') * (60 << 20)\n"
    )
    process = run(code, disk_bytes=100 * MIB)
    read_all(process)
    assert process.death().out_of_memory


def test_kill_leaves_nothing_and_is_idempotent(run, engine):
    process = run("import time; print('up', flush=True); time.sleep(600)")
    assert os.read(process.stdout_fd, 100) == b"up\n"
    process.kill()
    assert process.container_id not in ours(engine)
    process.kill()
    death = process.death()
    assert (death.exit_code, death.engine_error) == (-signal.SIGKILL, None)
    assert not death.out_of_memory


def test_kill_right_after_the_start_leaves_nothing(run, engine):
    process = run("import time; time.sleep(600)")
    process.kill()
    time.sleep(1)
    assert process.container_id not in ours(engine)
    assert process.death().engine_error is None


def test_kill_works_when_the_client_is_dead(run, engine):
    process = run("import time; print('up', flush=True); time.sleep(600)")
    assert os.read(process.stdout_fd, 100) == b"up\n"
    os.kill(client_of(process), signal.SIGKILL)
    assert os.read(process.stdout_fd, 100) == b""
    death = process.death()
    assert "client" in str(death.engine_error)
    assert process.container_id not in ours(engine)


def client_of(process):
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if b"start\0" in line and process.container_id.encode() in line:
            return int(folder.name)
    raise AssertionError("the client does not run")


def test_a_removal_from_outside_is_ours(run, engine):
    process = run("import time; print('up', flush=True); time.sleep(600)")
    assert os.read(process.stdout_fd, 100) == b"up\n"
    engine.ask("rm", "--force", process.container_id)
    assert os.read(process.stdout_fd, 100) == b""
    assert process.death().engine_error


def test_a_command_that_is_missing_is_ours(docker_sandbox, limits):
    process = docker_sandbox("/no/such/command").start(limits)
    assert os.read(process.stdout_fd, 100) == b""
    assert "no such file" in str(process.death().engine_error)


def test_a_runtime_that_is_missing_is_ours(run, monkeypatch, engine):
    before = ours(engine)
    monkeypatch.setenv("ZACHETKA_DOCKER_RUNTIME", "no-such-runtime")
    with pytest.raises(InfrastructureError, match="runtime"):
        run("print(1)")
    assert ours(engine) == before


def test_an_image_that_is_missing_says_what_to_do(limits, docker_sandbox):
    sandbox = DockerSandbox(image="zachetka-no-such-image")
    assert "zachetka sandbox --build" in str(sandbox.unavailable())
    with pytest.raises(InfrastructureError, match="--build"):
        sandbox.start(limits)


def test_a_flood_on_stderr_neither_blocks_nor_grows(run):
    process = run("import sys\nfor _ in range(2000): sys.stderr.write('x' * 10_000)\nprint('end')")
    os.set_blocking(process.stdout_fd, False)
    deadline = time.monotonic() + 60
    read = b""
    while read != b"end\n" and time.monotonic() < deadline:
        process.watch()
        try:
            read += os.read(process.stdout_fd, 100)
        except BlockingIOError:
            time.sleep(0.01)
    assert read == b"end\n"
    assert len(process.death().stderr_tail) < 10_000


def test_two_containers_do_not_meet(run):
    first = run("open('/tmp/a', 'w'); open('/dev/shm/a', 'w'); print(1, flush=True); input()")
    assert os.read(first.stdout_fd, 10) == b"1\n"
    second = run("import os; print(os.listdir('/tmp'), os.listdir('/dev/shm'))")
    assert read_all(second) == b"[] []\n"


# Deaf to everything, as an agent would be that a submission has taken over.
STUBBORN = """
import sys, time
from zachetka.sandbox import reaper
from zachetka.sandbox.base import Limits
from zachetka.sandbox.docker import DockerSandbox
sandbox = DockerSandbox(command=["/bin/sh", "-c", "trap '' TERM INT HUP; sleep 600"])
process = sandbox.start(Limits())
reapers = [popen.pid for popen in reaper._reapers.values()]
print(process.container_id, reapers[0], flush=True)
time.sleep(600)
"""


@pytest.fixture
def stubborn(engine):
    """Start a process of its own with a container that would never leave by itself."""
    host = subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, text=True)
    assert host.stdout is not None
    with host.stdout:
        container, reaper_pid = host.stdout.readline().split()
    assert container in containers(engine)
    yield host, container, int(reaper_pid)
    host.kill()
    host.wait()
    if container in containers(engine):
        engine.ask("rm", "--force", container)


def gone_within(engine, container, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if container not in containers(engine):
            return True
        time.sleep(0.2)
    return False


def test_kill_9_of_its_process_leaves_no_container(engine, stubborn):
    host, container, _ = stubborn
    host.send_signal(signal.SIGKILL)
    assert gone_within(engine, container, 10)


def test_an_exit_without_closing_leaves_no_container(engine):
    code = STUBBORN.replace("time.sleep(600)\n", "")
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, timeout=60, check=True
    )
    container, reaper_pid = done.stdout.split()
    assert container not in containers(engine)
    assert not Path("/proc", reaper_pid).exists()


def test_the_next_run_sweeps_after_one_whose_reaper_died_too(engine, stubborn):
    host, container, reaper_pid = stubborn
    sweep(engine)
    assert container in containers(engine)  # its owner lives
    os.kill(reaper_pid, signal.SIGKILL)
    host.send_signal(signal.SIGKILL)
    host.wait()
    sweep(engine)
    # Beside these tests other runs sweep too, and the container is whose removal came first.
    assert gone_within(engine, container, 10)


def all_the_files(nb):
    return nb.made


def test_a_notebook_that_makes_all_the_files_there_may_be_keeps_what_it_defines(room_of):
    many = "made = 0\nwhile True:\n    open(f'{made}', 'w').close()\n    made += 1"
    room = room_of("docker")
    with room.open(many, "after = 1") as session:
        assert [cell.status for cell in session.cells] == ["error", "ok"]
        assert room.ask(session, all_the_files) > 1000
        assert room.ask(session, all_the_files) > 1000
