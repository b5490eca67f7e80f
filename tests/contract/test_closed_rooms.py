"""What the sandboxes for strangers' code keep in; tried from the inside."""

from __future__ import annotations

import errno
import os
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from zachetka.agent import syscalls
from zachetka.agent.syscall_table import ALLOWED, REFUSED
from zachetka.errors import Cause, StudentFault
from zachetka.sandbox.base import MIB

REPOSITORY = Path(__file__).resolve().parents[2]
DEVICES = {f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty")}


def interfaces(nb):
    import socket

    return [name for _, name in socket.if_nameindex()]


def can_connect(nb, *, port, abstract):
    import socket

    reached = []
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
        reached.append("tcp")
    except OSError:
        pass
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            client.connect("\0" + abstract)
        reached.append("abstract socket")
    except OSError:
        pass
    return reached


def writable_folders(nb):
    import os

    found = []
    for folder, names, _ in os.walk("/"):
        if folder in ("/proc", "/sys"):
            names[:] = []
            continue
        path = os.path.join(folder, "a-file-of-the-sandbox")
        try:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        except OSError:
            continue
        os.unlink(path)
        found.append(os.path.realpath(folder))
    return found


def status(nb):
    with open("/proc/self/status") as file:
        pairs = [line.split(":", 1) for line in file.read().splitlines() if ":" in line]
    return {key: value.strip() for key, value in pairs}


def mounts(nb):
    with open("/proc/self/mountinfo") as file:
        return file.read().splitlines()


def visible(nb, *, paths):
    import os

    return [path for path in paths if os.path.lexists(path)]


def listing(nb, *, path):
    import os

    return sorted(os.listdir(path)) if os.path.isdir(path) else []


def command_lines(nb):
    import os

    lines = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    lines.append(file.read().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                pass
    return lines


def raise_to_root(nb):
    import os

    managed = []
    for name, attempt in (
        ("setuid", lambda: os.setuid(0)),
        ("setgid", lambda: os.setgid(0)),
        ("chroot", lambda: os.chroot("/")),
        ("chown", lambda: os.chown(os.environ["HOME"], 0, 0)),
        ("mknod", lambda: os.mknod(os.environ["HOME"] + "/disk", 0o60600, os.makedev(254, 0))),
        ("sethostname", lambda: __import__("socket").sethostname("other")),
        ("nice", lambda: os.setpriority(os.PRIO_PROCESS, 0, -10)),
    ):
        try:
            attempt()
        except OSError:
            continue
        managed.append(name)
    return managed


def attack_pid_1(nb):
    import os
    import signal

    for number in sorted(signal.valid_signals()):
        try:
            os.kill(1, number)
        except OSError:
            pass
    return os.getpid()


def fill(nb, *, folder, mib):
    import os

    written = 0
    try:
        with open(os.path.join(folder, "big"), "wb", buffering=0) as file:
            for _ in range(mib):
                written += file.write(b"x" * (1 << 20))
    except OSError:
        pass
    finally:
        os.unlink(os.path.join(folder, "big"))
    return written


def fill_inodes(nb, *, count):
    import os

    folder = os.environ["HOME"]
    made = 0
    try:
        for number in range(count):
            os.close(os.open(f"{folder}/n{number}", os.O_CREAT | os.O_WRONLY))
            made += 1
    except OSError:
        pass
    for number in range(made):
        os.unlink(f"{folder}/n{number}")
    return made


def fork_many(nb, *, count):
    import os
    import signal
    import time

    children = []
    try:
        for _ in range(count):
            pid = os.fork()
            if pid == 0:
                os.setsid()
                time.sleep(60)
                os._exit(0)
            children.append(pid)
    except OSError:
        pass
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return len(children)


def call_system(nb, *, numbers):
    import ctypes
    import os

    libc = ctypes.CDLL(None, use_errno=True)
    errors = {}
    for name, (number, *arguments) in numbers.items():
        pid = os.fork()
        if pid == 0:
            failed = libc.syscall(number, *[ctypes.c_ulong(word) for word in arguments]) == -1
            os._exit(ctypes.get_errno() if failed else 0)
        errors[name] = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return errors


def socket_errors(nb, *, families):
    import socket

    errors = []
    for family in families:
        try:
            socket.socket(family, socket.SOCK_DGRAM).close()
            errors.append(0)
        except OSError as error:
            errors.append(error.errno)
        try:
            for end in socket.socketpair(family, socket.SOCK_DGRAM):
                end.close()
            errors.append(0)
        except OSError as error:
            errors.append(error.errno)
    return errors


def type_into_terminal(nb):
    import fcntl
    import os
    import pty

    parent, child = pty.openpty()
    try:
        fcntl.ioctl(child, 0x5412, b"x")  # TIOCSTI
    except OSError as error:
        return error.errno
    finally:
        os.close(parent)
        os.close(child)
    return 0


def call_system_plainly(nb, *, numbers):
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    return [ctypes.get_errno() if libc.syscall(number, 0) == -1 else 0 for number in numbers]


@pytest.fixture(scope="session")
def column():
    """Where this machine's numbers stand in the table of system calls."""
    found = syscalls.column()
    if found is None:
        pytest.skip("no filter for this architecture")
    return found


def test_system_calls_that_no_notebook_needs_are_refused(inside, column):
    numbers = {name: [numbers[column], *[0] * 6] for name, numbers in REFUSED.items()}
    errors = inside(call_system, numbers=numbers)
    assert {name: error for name, error in errors.items() if error != errno.EPERM} == {}


def test_no_namespace_of_ones_own(inside, column):
    clone = (56, 220)[column]
    new_user, sigchld = 0x10000000, 17
    calls = {"clone": [clone, new_user | sigchld, 0, 0, 0, 0], "clone3": [435, 0, 0]}
    assert inside(call_system, numbers=calls) == {"clone": errno.EPERM, "clone3": errno.ENOSYS}


def test_calls_of_another_abi_do_not_exist(inside, column):
    if column != 0:
        pytest.skip("x32 is a matter of x86_64")
    getpid_of_x32 = 0x40000000 | 39
    assert inside(call_system, numbers={"getpid": [getpid_of_x32]}) == {"getpid": errno.ENOSYS}


def test_sockets_reach_no_further_than_a_notebook_needs(inside):
    crypto, packet, hypervisor = 38, 17, 40
    refused = inside(socket_errors, families=[crypto, packet, hypervisor])
    assert refused == [errno.EAFNOSUPPORT] * 6
    assert inside(socket_errors, families=[1, 2]) == [0, 0, 0, errno.EOPNOTSUPP]


def test_nobody_types_into_a_terminal(inside):
    assert inside(type_into_terminal) == errno.EPERM


def test_a_call_that_no_table_names_does_not_exist(inside, column):
    named = {numbers[column] for numbers in (*REFUSED.values(), *ALLOWED.values())}
    # uretprobe and uprobe: the kernel lets no filter see them, and ends who calls them.
    hidden = {335, 336} if column == 0 else set()
    # Beyond the newest of all kernels, whose calls nobody has looked at yet.
    others = sorted(set(range(600)) - named - hidden)
    assert inside(call_system_plainly, numbers=others) == [errno.ENOSYS] * len(others)


def test_the_only_interface_is_loopback(inside):
    assert inside(interfaces) == ["lo"]


def test_no_service_of_the_host_answers(inside):
    name = f"zachetka-test-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind("\0" + name)
        abstract.listen()
        assert inside(can_connect, port=tcp.getsockname()[1], abstract=name) == []


def test_only_memory_is_writable(inside):
    folders = {Path(folder) for folder in inside(writable_folders)}
    assert folders
    roots = {Path("/tmp"), Path("/dev/shm")}  # noqa: S108
    assert not [folder for folder in folders if not {folder, *folder.parents} & roots]


def test_no_root_no_capabilities_no_way_up(inside):
    seen = inside(status)
    assert "0" not in seen["Uid"].split()
    assert "0" not in seen["Gid"].split()
    assert "0" not in seen["Groups"].split()
    # With no new privileges, what may be inherited or is in the bounding set gains nobody anything.
    for name in ("CapPrm", "CapEff", "CapAmb"):
        assert int(seen[name], 16) == 0, name
    assert seen["NoNewPrivs"] == "1"


def test_what_only_root_may_do_fails(inside):
    assert inside(raise_to_root) == []


def test_the_agent_outlives_signals_from_the_inside(closed_room):
    with closed_room.open("a = 1") as session:
        assert closed_room.ask(session, attack_pid_1) > 1
        time.sleep(3)  # an interpreter with torch takes its time to leave
        assert closed_room.ask(session, interfaces) == ["lo"]


def test_files_of_the_host_are_not_there(inside, tmp_path):
    (tmp_path / "secret").write_text("s")
    paths = [
        *(str(REPOSITORY / name) for name in ("graders", "reference_solutions", "tests", ".git")),
        *(str(REPOSITORY / name) for name in ("src/zachetka/grading.py", ".zachetka")),
        *(str(tmp_path / "secret"), "/etc/shadow", "/etc/machine-id", str(Path.home() / ".ssh")),
        *("/var/run/docker.sock", "/run/docker.sock", "/var/lib/docker", "/boot", "/root/.bashrc"),
    ]
    # An image brings an /etc of its own, in which nobody has a password.
    assert set(inside(visible, paths=paths)) <= {"/etc/shadow", "/etc/machine-id", "/boot"} | {
        "/root/.bashrc"
    }


def test_only_the_agent_of_our_package_is_there(inside):
    packages = inside(listing, path="/opt/zachetka/zachetka")
    assert set(packages) - {"__pycache__"} == {
        *("__init__.py", "agent", "errors.py", "language.py", "protocol")
    }


def test_no_writable_mount_comes_from_a_disk(inside):
    for line in inside(mounts):
        mounted, _, source = line.partition(" - ")
        path, options = mounted.split()[4:6]
        kind = source.split()[0]
        in_memory = kind in {"tmpfs", "proc", "sysfs", "devpts", "mqueue", "cgroup", "cgroup2"}
        assert in_memory or path in DEVICES or "ro" in options.split(","), line


def test_no_process_of_the_host_is_visible(inside):
    lines = [line for line in inside(command_lines) if line.strip()]
    assert lines
    assert all("zachetka.agent" in line for line in lines), lines


def test_the_disk_is_bounded(closed_room, limits):
    with closed_room.open("a = 1") as session:
        for folder in ("/tmp", "/dev/shm"):  # noqa: S108
            written = closed_room.ask(session, fill, folder=folder, mib=100)
            assert 1 * MIB < written <= 64 * MIB, folder
        written = closed_room.ask(session, fill, folder="/tmp", mib=100)  # noqa: S108
        assert written <= limits.disk_bytes


def test_the_number_of_files_is_bounded(closed_room):
    if closed_room.name == "bubblewrap":
        pytest.skip("bubblewrap cannot bound the inodes of a tmpfs; its memory is watched")
    with closed_room.open("a = 1") as session:
        assert closed_room.ask(session, fill_inodes, count=50_000) < 5_000


def test_processes_are_bounded(closed_room, limits):
    with closed_room.open("a = 1") as session:
        made = closed_room.ask(session, fork_many, count=500)
        assert 0 < made < limits.processes


def test_a_fork_bomb_in_a_cell_ends_with_its_sandbox(closed_room, limits):
    bomb = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
    quick = replace(limits, cell_s=1.0, total_s=10.0)
    try:
        with closed_room.open(bomb, limits=quick) as session:
            assert session.cells[0].status != "ok"
    except StudentFault:
        pass


def test_memory_over_all_processes_counts(closed_room, limits):
    many = (
        "import os, time\n"
        "for _ in range(20):\n"
        "    if os.fork() == 0:\n"
        "        block = bytearray(b'x') * (100 << 20)\n"
        "        time.sleep(60)\n"
        "        os._exit(0)\n"
        "time.sleep(3)\n"
    )
    small = replace(limits, memory_bytes=768 * MIB)
    try:
        session = closed_room.open(many, limits=small)
    except StudentFault as fault:
        cause = fault.cause
    else:
        cause = None
        with session:
            assert session.peak_memory_bytes() <= 1.1 * small.memory_bytes
    # A watchdog ends the sandbox; a control group may do with killing the largest process.
    assert cause in {None, Cause.MEMORY_LIMIT}
