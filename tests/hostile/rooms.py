"""What one submission leaves to the next one in the same sandbox: looked for from the inside."""

import functools

from toy_course import HONEST

from zachetka import reuse
from zachetka.probe import load_probe
from zachetka.sandbox import backends
from zachetka.session import Session
from zachetka.submission import Cell


def look_around(nb):
    """Give all that a process can see or be subject to, but for names and times of its own."""
    del nb
    import os
    import re
    import resource
    import signal
    import stat
    import time
    from pathlib import Path

    def listing(folder):
        found = []
        for path in sorted(Path(folder).rglob("*")):
            state = path.lstat()
            found.append(f"{path} {stat.filemode(state.st_mode)} {state.st_size}")
        # The notebook's own kernel and copy have folders there.
        own = re.compile(rf"{re.escape(folder)}/[kp][a-z0-9_]{{8}}[/ ]")
        return [line for line in found if not own.match(line)]

    def table(name):
        try:
            return Path("/proc", name).read_text().splitlines()[1:]
        except OSError as error:
            return [str(error.errno)]

    started = time.process_time()
    sum(range(300_000))
    mounts = [
        re.sub(r"[0-9a-f]{64}", "ID", " ".join(line.split()[3:6]))
        for line in Path("/proc/self/mountinfo").read_text().splitlines()
    ]
    status = Path("/proc/self/status").read_text().splitlines()
    kept = (
        "Umask",
        "Groups",
        "Sig",
        "Shd",
        "Cap",
        "NoNewPrivs",
        "Seccomp",
        "Cpus",
        "Mems",
        "CoreDumping",
    )
    return {
        "home": listing(os.environ["HOME"]),
        "shared memory": listing("/dev/shm") + listing("/dev/mqueue"),
        "environment": sorted(f"{key}={value}" for key, value in os.environ.items()),
        "limits": [
            str(resource.getrlimit(getattr(resource, name)))
            for name in sorted(vars(resource))
            if name.startswith("RLIMIT_")
        ],
        "niceness": os.getpriority(os.PRIO_PROCESS, 0),
        "scheduler": os.sched_getscheduler(0),
        "cores": sorted(map(str, os.sched_getaffinity(0))),
        "signals": [str(signal.getsignal(number)) for number in range(1, 32)],
        "status": [line for line in status if line.startswith(kept)],
        "processes": len([name for name in os.listdir("/proc") if name.isdigit()]),
        "mounts": mounts,
        "queues": table("sysvipc/msg") + table("sysvipc/sem") + table("sysvipc/shm"),
        "connections": sorted(
            f"{name} {line.split()[3]}"
            for name in ("tcp", "tcp6", "udp", "udp6")
            for line in table(f"net/{name}")
        ),
        "traffic": table("net/dev") + table("net/snmp") + table("net/snmp6"),
        "sockets": len([line for line in table("net/unix") if line.split()[-1].startswith("@")]),
        "name": os.uname().nodename,
        "folder": os.getcwd(),
        "slow": time.process_time() - started > 1.0,
    }


@functools.cache
def first_sight(name, limits):
    """Give what a notebook sees in a sandbox where nobody was before."""
    with Session(backends()[name], limits, rooms=True) as session:
        return _sight(session)


def next_sight(name):
    """Give what a notebook sees after the last one that was graded here, and what it must see.

    None twice where the sandbox was thrown away, as it must be if anything looked odd.
    """
    if not reuse._idle:
        return None, None
    key, session = reuse._idle.popitem()
    if not session.renew():
        return None, None
    seen = _sight(session)
    if session.vacate():
        reuse._idle[key] = session  # for the next submission
    return seen, first_sight(name, session.limits)


def _sight(session):
    session.execute([Cell(0, HONEST)])
    return session.probe(load_probe(look_around), {}, seed=0, timeout_s=10)
