"""A host with something to lose, and what of it must be the same after a submission."""

import functools
import os
import re
import signal
import socket
from pathlib import Path

import pytest
from toy_course import HONEST, SECRET, ToyCourse

from zachetka.agent.usage import stat_fields
from zachetka.sandbox import backends, control_group
from zachetka.sandbox.base import Isolation, Limits
from zachetka.sandbox.engine import OWNER_LABEL, find_engine
from zachetka.sandbox.owner import owner

MARKER = "zachetka-was-here"
PLACES = ("/", "/tmp", "/dev/shm", "/dev/mqueue", "/var/tmp", "/root", Path(os.__file__).parent)  # noqa: S108
# Beside what this process holds already, which depends on the tests that ran before.
TRUSTED_BYTES = 400 << 20


class AttackedHost:
    """A course, another submission, services that listen, and all that the process had before."""

    def __init__(self, folder, *, limits=""):
        self.folder = folder
        self.course = ToyCourse.make(folder, limits=limits)
        # Other submissions must be out of reach too.
        self.course.hand_in([HONEST], name="neighbour")
        secret = folder / "course" / ".zachetka" / "secret"
        secret.parent.mkdir()
        secret.write_text(SECRET)
        self._services = Services(folder)
        # Of this host alone: others are attacked at the same time.
        self._process_name = f"z-{os.urandom(6).hex()}"
        self._ipc_key = 1 + int.from_bytes(os.urandom(3), "big")

    def fill_in(self, source):
        """Put the host's places where a cell's source names them."""
        places = {
            "@COURSE@": str(self.folder / "course"),
            "@CLASS@": str(self.folder / "class"),
            "@NOTEBOOK@": str(self.folder / "class" / "neighbour.ipynb"),
            "@PORT@": str(self._services.port),
            "@ABSTRACT@": self._services.abstract,
            "@SOCKET@": self._services.path,
            "@HOSTNAME@": socket.gethostname(),
            "@NAME@": self._process_name,
            "@KEY@": str(self._ipc_key),
        }
        return re.sub(r"@[A-Z_]+@", lambda found: places[found[0]], source)

    def grade(self, sources, *, sandbox, isolation=Isolation.FRESH):
        """Grade the cells after an honest solution.

        Returns:
            the report; and what differs on the host, in pairs of what was and what is. A sandbox
            that others have rooms in may stay, and may be thrown away.
        """
        warm_up(sandbox)
        cells = [HONEST, *map(self.fill_in, sources)]
        self.course.hand_in(cells)
        Path("/proc/self/clear_refs").write_text("5")  # forget the peak of earlier tests
        held = memory_bytes("VmRSS")
        before = self._state()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ZACHETKA_SECRET", "ZENVIRONMENT_" + "MARKER_0123456789abcdef")
            patch.setenv("TOKEN_OF_THE_HOST", "ZENVIRONMENT_" + "MARKER_token")
            report = self.course.grade(cells, sandbox=sandbox, isolation=isolation)
        after = self._state()
        changes = {key: (before[key], after[key]) for key in before if before[key] != after[key]}
        if isolation is Isolation.WARM:
            for key in ("children", "descriptors", "control groups", "containers"):
                changes.pop(key, None)
        taken = memory_bytes("VmHWM") - held
        if taken >= TRUSTED_BYTES:
            changes["memory"] = (TRUSTED_BYTES, taken)
        return report, changes

    def close(self):
        """Stop listening."""
        self._services.close()

    def _state(self):
        return {
            "files": self.course.fingerprint(),
            "heard": self._services.heard(),
            "children": children(),
            "descriptors": len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - names, not paths
            "marked files": [str(found) for place in PLACES for found in Path(place).glob(MARKER)],
            "named processes": processes_called(self._process_name),
            "queues": tables_with(self._ipc_key),
            "control groups": control_groups(),
            "containers": containers(),
            "name": os.uname(),
            "signals": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)],
        }


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
                connection, address = listener.accept()
            except BlockingIOError:
                continue
            connection.close()
            heard.append(address)
        return heard

    def close(self):
        for listener in self.sockets:
            listener.close()


def children():
    """Give the processes that this one started and that still are, zombies included."""
    pids = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat_fields(int(stat.parent.name))
        except OSError:
            continue
        if int(fields[1]) == os.getpid():
            pids.add(int(stat.parent.name))
    return pids


def control_groups():
    """Give those that this process has made."""
    place = control_group.place()
    folders = place.folders.values() if place else ()
    return {group for folder in folders for group in folder.glob(f"zachetka@*@{os.getpid()}@*")}


def containers():
    """Give those that this process has made, where there is an engine."""
    if backends()["docker"].unavailable():
        return set()
    return set(find_engine().ask("ps", "-aq", "--filter", f"label={OWNER_LABEL}={owner()}").split())


def processes_called(name):
    """Give the processes, whoever's children, that took a name (`PR_SET_NAME`)."""
    found = set()
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            if comm.read_text(errors="replace").strip() == name:
                found.add(int(comm.parent.name))
        except OSError:
            continue
    return found


def tables_with(key):
    """Give the tables of System V queues, semaphores and memory in which a key stands."""
    found = []
    for table in Path("/proc/sysvipc").glob("*"):
        rows = table.read_text().splitlines()[1:]
        found += [table.name for row in rows if int(row.split()[0]) == key]
    return found


def memory_bytes(field):
    """Give a line of /proc/self/status: `VmHWM` is the peak of what `VmRSS` is now."""
    status = Path("/proc/self/status").read_text(errors="replace")
    return int(re.search(rf"{field}:\s+(\d+)", status)[1]) << 10
