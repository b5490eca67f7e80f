"""What honest notebooks do beside computing works behind every wall."""

import pytest


def starts_threads(nb):
    import concurrent.futures

    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        return list(threads.map(abs, [-1, 2])) == [1, 2]


def asks_a_shell(nb):
    import subprocess

    script = """
        set -e
        cd "$(mktemp -d)"
        echo b > x; echo a >> x; ln -s x w; touch -d yesterday x; chmod 600 x; mkfifo f
        cp x y; mv y z; ls -la; find .; date; id; nproc
        sort z | head -n 1
    """
    done = subprocess.run(["/bin/sh", "-c", script], check=True, capture_output=True, text=True)
    return done.stdout.endswith("\na\n")


def opens_a_terminal(nb):
    import pty

    return pty.spawn(["true"]) == 0


def works_in_processes(nb):
    import multiprocessing

    with multiprocessing.get_context("fork").Pool(2) as processes:
        return processes.map(abs, [-1, 2]) == [1, 2]


def loads_with_workers(nb):
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    batches = DataLoader(TensorDataset(torch.arange(8)), batch_size=4, num_workers=2)
    return [len(batch) for (batch,) in batches] == [4, 4]


def shares_memory(nb):
    from multiprocessing.shared_memory import SharedMemory

    block = SharedMemory(create=True, size=16)
    block.buf[0] = 7
    same = SharedMemory(block.name)
    seen = same.buf[0]
    same.close()
    block.close()
    block.unlink()
    return seen == 7


def asks_a_database(nb):
    import sqlite3
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder, "a.db"))
        with connection:
            connection.execute("create table t (a)")
            connection.execute("insert into t values (7)")
        found = connection.execute("select a from t").fetchall()
        connection.close()
    return found == [(7,)]


def copies_and_maps_files(nb):
    import mmap
    import shutil
    import tempfile
    from pathlib import Path

    import torch

    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder, "first"), Path(folder, "second")
        first.mkdir()
        torch.save(torch.ones(3), first / "x.pt")
        shutil.copytree(first, second)
        shutil.rmtree(first)
        with (second / "m").open("wb+") as file:
            file.truncate(4096)
            with mmap.mmap(file.fileno(), 0) as mapped:
                mapped[0] = 1
                mapped.flush()
        (second / "m").replace(second / "n")
        loaded = torch.load(second / "x.pt")
        return (second / "n").read_bytes()[0] == 1 and loaded.tolist() == [1.0, 1.0, 1.0]


def talks_to_itself(nb):
    import asyncio

    async def talk():
        server = await asyncio.start_server(lambda _, to: to.close(), "127.0.0.1", 0)
        source, _ = await asyncio.open_connection(*server.sockets[0].getsockname())
        received = await source.read()
        child = await asyncio.create_subprocess_exec("true")
        return received == b"" and await child.wait() == 0

    return asyncio.run(talk())


def sets_timers(nb):
    import signal
    import time

    heard = []
    signal.signal(signal.SIGALRM, lambda *_: heard.append("alarm"))
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(0.1)
    return heard == ["alarm"]


@pytest.mark.parametrize(
    "probe",
    [
        starts_threads,
        asks_a_shell,
        opens_a_terminal,
        works_in_processes,
        loads_with_workers,
        shares_memory,
        asks_a_database,
        copies_and_maps_files,
        talks_to_itself,
        sets_timers,
    ],
    ids=lambda probe: probe.__name__,
)
def test_an_honest_notebook(inside, probe):
    assert inside(probe) is True


def needs_the_compiler(nb):
    import importlib
    import sys

    before = type(sys.modules["torch._dynamo"]).__name__
    importlib.import_module("torch._dynamo.utils")
    return before


def test_what_one_probe_had_to_load_is_there_for_the_next(inside):
    assert [inside(needs_the_compiler), inside(needs_the_compiler)] == ["NotLoaded", "module"]
