"""Tries a sandbox's promises on the spot, by doing what they forbid.

The attempts run as probes in a real session, so that what is tried is what graders use.
"""

from __future__ import annotations

import errno
import time
from dataclasses import dataclass, replace
from typing import Any

from zachetka.agent.syscall_table import REFUSED
from zachetka.errors import Cause, InfrastructureError, StudentFault
from zachetka.probe import load_probe
from zachetka.sandbox import backends
from zachetka.sandbox.base import MIB, Limits
from zachetka.session import Session

TRIAL_LIMITS = replace(
    Limits(),
    total_s=120.0,
    probe_s=60.0,
    memory_bytes=1024 * MIB,
    disk_bytes=32 * MIB,
    processes=64,
)


@dataclass(frozen=True, slots=True)
class Trial:
    """One promise, by what means it is kept, and what happened when it was tried.

    `held` is None where nothing is promised.
    """

    property: str
    means: str
    held: bool | None
    evidence: str


def try_out(name: str) -> list[Trial]:
    """Try network, memory, processes, disk, time and system calls in a sandbox of this name.

    Raises:
        InfrastructureError: the sandbox does not start.
    """
    sandbox = backends()[name]
    means = dict(sandbox.enforcement(TRIAL_LIMITS))
    # Filling the disk leaves no room for another probe, and taking the memory may end the sandbox.
    together = {
        "network": _try_network,
        "system calls": _try_system_calls,
        "time": _try_time,
        "processes": _try_processes,
    }
    sessions = [{**together, "disk": _try_disk}, {"memory": _try_memory}]
    trials = []
    for attempts in sessions:
        with Session(sandbox, TRIAL_LIMITS) as session:
            session.execute(())
            for label, attempt in attempts.items():
                if means[label].startswith("not enforced"):
                    trials.append(Trial(label, means[label], None, "not tried"))
                    continue
                try:
                    held, evidence = attempt(session)
                except (InfrastructureError, StudentFault) as error:
                    held, evidence = False, f"could not be tried: {error}"
                trials.append(Trial(label, means[label], held, evidence))
    return trials


def network_reached(nb: Any) -> dict[str, Any]:
    """Look for interfaces and try to leave through them."""
    import socket

    del nb
    interfaces = [name for _, name in socket.if_nameindex() if name != "lo"]
    try:
        # An address of the documentation range: an answer of any kind means that there is a route.
        socket.create_connection(("192.0.2.1", 80), timeout=2).close()
        error = ""
    except OSError as failure:
        error = str(failure)
    return {"interfaces": interfaces, "error": error}


def fill_disk(nb: Any, *, bytes_to_write: int) -> dict[str, Any]:
    """Write to every folder that can be written to, until told to stop."""
    from pathlib import Path

    del nb
    written, block = 0, b"\0" * (1 << 20)
    nested = ("/dev/shm", "/var/tmp", "/run", "/var/lock")  # noqa: S108 - tried on purpose
    places = [*Path("/").iterdir(), Path.home(), *map(Path, nested)]
    for place in dict.fromkeys(place.resolve() for place in places):
        if place.is_relative_to("/proc") or place.is_relative_to("/sys"):
            continue
        try:
            with (place / "fill").open("wb", buffering=0) as file:
                while written < bytes_to_write:
                    written += file.write(block)
        except OSError:
            continue
    return {"written": written}


def call_system(nb: Any, *, numbers: dict[str, list[int]]) -> dict[str, Any]:
    """Make system calls with no arguments; give the error number of each, 0 if it worked.

    `numbers` are those of x86_64 and of aarch64: the sandbox may be another machine than the host.
    """
    import ctypes
    import os
    import platform

    del nb
    column = {"x86_64": 0, "aarch64": 1}.get(platform.machine())
    if column is None:
        return dict.fromkeys(numbers, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    errors = {}
    for name, number in numbers.items():
        # Each in a process of its own: one that is let through may do harm.
        child = os.fork()
        if child == 0:
            failed = libc.syscall(number[column], 0, 0, 0, 0, 0, 0) == -1
            os._exit(ctypes.get_errno() if failed else 0)
        errors[name] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return errors


def loop_forever(nb: Any) -> None:
    """Never return."""
    del nb
    while True:
        pass


def fork_many(nb: Any, *, count: int) -> dict[str, Any]:
    """Start sleeping processes until refused."""
    import os
    import signal
    import time

    del nb
    children = []
    try:
        for _ in range(count):
            child = os.fork()
            if child == 0:
                time.sleep(30)
                os._exit(0)
            children.append(child)
    except OSError:
        pass
    for child in children:
        os.kill(child, signal.SIGKILL)
    return {"started": len(children)}


def take_memory(nb: Any, *, bytes_to_take: int, block_bytes: int) -> dict[str, Any]:
    """Take shared memory, which no limit of a single process counts, and touch all of it."""
    import mmap

    del nb
    blocks: list[mmap.mmap] = []
    while len(blocks) * block_bytes < bytes_to_take:
        block = mmap.mmap(-1, block_bytes)
        for position in range(0, block_bytes, mmap.PAGESIZE):
            block[position] = 1
        blocks.append(block)
    return {"taken": len(blocks) * block_bytes}


def _run(session: Session, probe: Any, **inputs: Any) -> Any:
    return session.probe(load_probe(probe), inputs, seed=0, timeout_s=TRIAL_LIMITS.probe_s)


def _try_network(session: Session) -> tuple[bool, str]:
    seen = _run(session, network_reached)
    if seen["interfaces"]:
        return False, f"interfaces: {', '.join(seen['interfaces'])}"
    return bool(seen["error"]), f"no interface; connecting: {seen['error'] or 'succeeded'}"


def _try_disk(session: Session) -> tuple[bool, str]:
    asked = 8 * TRIAL_LIMITS.disk_bytes
    written = _run(session, fill_disk, bytes_to_write=asked)["written"]
    return written < asked, f"wrote {written >> 20} of {asked >> 20} MiB in all places together"


def _try_system_calls(session: Session) -> tuple[bool, str]:
    # Those that would do without a filter what they are asked, or complain of something else.
    names = ("ptrace", "process_vm_readv", "unshare", "keyctl", "io_uring_setup", "personality")
    numbers = {name: list(REFUSED[name]) for name in names}
    errors = _run(session, call_system, numbers=numbers)
    passed = [name for name, error in errors.items() if error != errno.EPERM]
    return (
        not passed,
        f"not refused: {', '.join(passed)}" if passed else f"refused: {', '.join(names)}",
    )


def _try_time(session: Session) -> tuple[bool, str]:
    started = time.monotonic()
    try:
        session.probe(load_probe(loop_forever), {}, seed=0, timeout_s=1.0)
    except StudentFault as fault:
        took = time.monotonic() - started
        return (
            fault.cause is Cause.TIME_LIMIT,
            f"an endless loop of 1 s was ended after {took:.1f} s",
        )
    return False, "an endless loop came to an end"


def _try_processes(session: Session) -> tuple[bool, str]:
    asked = 2 * TRIAL_LIMITS.processes
    started = _run(session, fork_many, count=asked)["started"]
    return started < TRIAL_LIMITS.processes, f"{started} of {asked} processes could be started"


def _try_memory(session: Session) -> tuple[bool, str]:
    asked = 2 * TRIAL_LIMITS.memory_bytes
    try:
        _run(session, take_memory, bytes_to_take=asked, block_bytes=64 * MIB)
    except StudentFault as fault:
        held = fault.cause in {Cause.MEMORY_LIMIT, Cause.CRASH}
        return held, f"taking {asked >> 20} MiB of shared memory was stopped ({fault.cause})"
    return False, f"{asked >> 20} MiB could be taken"
