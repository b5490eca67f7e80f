# /// hostile
# about = "What could be learnt of the course, of its host and of the checks to come."
# ///
# %% tools
import errno
import gc
import importlib
import os
import re
import socket
import stat
import struct
import sys
import threading

in_container = os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv")
# With brackets, so that a search of memory does not find the words here. The last one is there.
words = "ZSECRET[_]MARKER|ZGRADER[_]MARKER|ZEXPECTED[_]MARKER|ZENVIRONMENT[_]MARKER|double[_]values|scale[_]gradient"
wanted = re.compile(words.encode())
places = [re.escape(text) for text in ("@COURSE@", "@CLASS@", "@NOTEBOOK@")]
host = re.compile("|".join([*places, rf"(?<![\w.-]){re.escape('@HOSTNAME@')}(?![\w-])"]).encode())
home = os.path.realpath(os.environ["HOME"])
control = "_".join(["ZSECRET", "MARKER"])


def read(path):
    """Give what there is to read, or nothing."""
    try:
        with open(path, "rb") as file:
            return file.read(1 << 20)
    except OSError:
        return b""


def assert_none(found):
    found = sorted(found)
    assert not found, found[:5]


assert wanted.search(control.encode())
assert host.search(b"@COURSE@/graders") and host.search(b"Linux @HOSTNAME@ 6.1")
# %% variables of the environment
agents = "PATH HOME TMPDIR LANG LC_ALL PYTHONPATH PYTHONDONTWRITEBYTECODE PYTHONHASHSEED MPLBACKEND MPLCONFIGDIR"
agents += " IPYTHONDIR JUPYTER_PLATFORM_DIRS PIP_NO_INDEX PIP_DISABLE_PIP_VERSION_CHECK CUDA_VISIBLE_DEVICES"
agents += " OMP_NUM_THREADS MKL_NUM_THREADS OPENBLAS_NUM_THREADS PYDEVD_DISABLE_FILE_VALIDATION TORCHDYNAMO_DISABLE"
# Of the kernel, of torch and of scikit-learn; of the engine.
agents += " PYDEVD_USE_FRAME_EVAL JPY_PARENT_PID CLICOLOR CLICOLOR_FORCE FORCE_COLOR TERM PAGER GIT_PAGER PWD"
agents += " KMP_DUPLICATE_LIB_OK KMP_INIT_AT_FORK TORCHINDUCTOR_CACHE_DIR HOSTNAME container"
assert_none(set(os.environ) - set(agents.split()))
assert_none(name for name, value in os.environ.items() if wanted.search(value.encode()) or host.search(value.encode()))
# %% environments and command lines of all processes
for pid in filter(str.isdigit, os.listdir("/proc")):
    for name in ("environ", "cmdline", "comm", "cgroup", "mountinfo", "mounts", "status", "wchan", "attr/current"):
        text = read(f"/proc/{pid}/{name}")
        assert not wanted.search(text) and not host.search(text), (pid, name, text)
    line = read(f"/proc/{pid}/cmdline").split(b"\0")
    assert line[1:5] in ([b"-P", b"-s", b"-m", b"zachetka.agent"], []), line
assert not read("/proc/1/environ")
# %% mounts
mounts = [line.split() for line in open("/proc/self/mountinfo")]
assert_none(" ".join(mount) for mount in mounts if host.search(" ".join(mount).encode()))
targets = {mount[4] for mount in mounts}
assert_none(place for place in targets if "docker.sock" in place)
homes = [place for place in targets if place.startswith(("/root", "/home", "/mnt", "/media", "/var"))]
assert_none(set(homes) - {sys.prefix, sys.base_prefix})
writable = {mount[4]: mount[mount.index("-") + 1] for mount in mounts if "rw" in mount[5].split(",")}
for name in ("null", "zero", "full", "random", "urandom", "tty"):
    writable.pop(f"/dev/{name}", None)
assert_none(f"{place} {kind}" for place, kind in writable.items() if kind not in "tmpfs proc devpts mqueue".split())
# %% files of the course by any name
forbidden = {"assignment.toml", "test_toy.py", "neighbour.ipynb", "student.ipynb", "secret", "reference_solutions"}
forbidden |= {"graders", "pytest_plugin", "grading.py", "examiner.py"}
seen = []
for folder, folders, files in os.walk("/", onerror=lambda error: None):
    folders[:] = [name for name in folders if f"{folder}/{name}" not in ("//proc", "//sys")]
    seen += [f"{folder}/{name}" for name in (*folders, *files) if name in forbidden]
assert_none(path for path in seen if "zachetka" in path or "-packages/" not in path)
# %% what can be imported of Zachetka
for name in "grading pytest_plugin manifest session examiner report submission sandbox batch cli verify reference probe".split():
    try:
        importlib.import_module(f"zachetka.{name}")
    except ModuleNotFoundError as error:
        assert error.name == f"zachetka.{name}", error
    else:
        raise AssertionError(f"zachetka.{name} can be imported")
import zachetka

parts = {name for folder in zachetka.__path__ for name in os.listdir(folder)} - {"__pycache__"}
assert_none(parts - {"__init__.py", "agent", "protocol", "errors.py", "language.py"})
assert_none(name for name in sys.modules if name.startswith("zachetka.") and name.split(".")[1] not in ("agent", "protocol", "errors", "language"))
# %% paths of modules
for folder in sys.path:
    assert not host.search(folder.encode()), folder
assert sys.argv[0].endswith(("zachetka/agent/__main__.py", "-m")), sys.argv
# %% descriptors
targets = {int(fd): os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{fd}")}
kinds = ("socket:", "pipe:", "anon_inode:[event", "/dev/null", "/dev/urandom", "/proc/self/fd", f"/proc/{os.getpid()}/fd")
assert_none(f"{fd} {target}" for fd, target in targets.items() if not target.startswith(kinds))
assert len(targets) < 80, targets
assert targets[0] == "/dev/null", targets
for fd, target in targets.items():
    if target.startswith("socket:"):
        with socket.socket(fileno=os.dup(fd)) as end:
            if end.family == socket.AF_INET:
                # ipykernel listens to its own children.
                assert end.getsockname()[0] == "127.0.0.1"
                continue
            assert end.family == socket.AF_UNIX, (fd, end)
            # Unnamed are only pairs within this process: a stranger's credentials would be another's.
            peer = struct.unpack("3i", end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            names = [name for name in (end.getsockname(),) if name]
            assert all(str(name).startswith(home) for name in names), names
            assert names or peer[0] in (0, os.getpid()), (fd, peer)
    if target.startswith("pipe:"):
        # Both ends of each are here: there is nobody behind it.
        assert list(targets.values()).count(target) >= 2, (fd, target)
# %% memory before the checks
texts = [item for item in gc.get_objects() if isinstance(item, (str, bytes))]
spaces = [module.__dict__ for module in list(sys.modules.values()) if type(module) is type(sys)]
for frame in sys._current_frames().values():
    while frame is not None:
        spaces.append(frame.f_locals)
        frame = frame.f_back
texts += [value for space in spaces for value in list(space.values()) if isinstance(value, (str, bytes))]
texts = [text.encode(errors="replace") if isinstance(text, str) else text for text in texts]
assert {text for text in texts if wanted.search(text)} == {control.encode()}
found, read_bytes = set(), 0
with open("/proc/self/mem", "rb", buffering=0) as memory, open("/proc/self/maps") as maps:
    for line in maps.read().splitlines():
        area, rights, *_ = line.split()
        if rights.startswith("rw"):
            start, end = (int(part, 16) for part in area.split("-"))
            try:
                memory.seek(start)
                data = memory.read(min(end - start, 256 << 20))
            except (OSError, ValueError, OverflowError):
                continue
            read_bytes += len(data)
            found.update(wanted.findall(data))
assert found == {control.encode()} and read_bytes > 50 << 20, (found, read_bytes)
# %% threads beside ours
names = {thread.name for thread in threading.enumerate()}
assert not [name for name in names if "grad" in name.lower() or "probe" in name.lower()], names
# %% names of the host
for name in (socket.gethostname(), os.uname().nodename, read("/proc/sys/kernel/hostname").decode().strip()):
    assert name == "sandbox" != "@HOSTNAME@", name
for path in ("/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/etc/mtab", "/proc/cmdline", "/proc/version", "/etc/machine-id"):
    assert not host.search(read(path)), (path, read(path))
assert read("/proc/sys/kernel/domainname").strip() in (b"", b"(none)")
# %% servers of the host's network
# An engine copies the host's list into each container, where none of them can be reached.
lines = [line for line in read("/etc/resolv.conf").decode().splitlines() if line.split() and line.split()[0] in ("nameserver", "search", "domain")]
assert in_container or not lines, lines
for line in lines:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        if line.startswith("nameserver"):
            assert client.connect_ex((line.split()[1], 53)) == errno.ENETUNREACH, line
# %% users of the host
users = [line.split(":") for line in read("/etc/passwd").decode().splitlines()]
assert_none(user[0] for user in users if int(user[2]) >= 1000 and int(user[2]) not in (64999, 65534))
assert in_container or not users
for folder in ("/home", "/root", "/var/spool/mail", "/run/user"):
    try:
        assert_none(name for name in os.listdir(folder) if folder != "/root")
    except (FileNotFoundError, PermissionError):
        continue
assert_none(name for name in ("LOGNAME", "USER", "SUDO_USER", "MAIL", "SSH_CONNECTION") if name in os.environ)
# %% control groups
paths = {line.strip().split(":", 2)[2] for line in open("/proc/self/cgroup")}
assert paths == {"/"}, paths
# %% processes of the host
numbers = {int(name) for name in os.listdir("/proc") if name.isdigit()}
assert len(numbers) < 8 and 1 in numbers, numbers
owners = {os.stat(f"/proc/{number}/task").st_uid for number in numbers if os.path.exists(f"/proc/{number}/task")}
assert owners <= {os.getuid(), 0, 65534}, owners
assert_none(re.findall(rb"^NSpid:\t\d+\t\d+", read("/proc/self/status"), re.M))
# %% routes and neighbours
for name in ("route", "arp", "ipv6_route", "tcp", "udp", "tcp6", "udp6", "raw", "packet", "dev_mcast", "rt_cache"):
    lines = read(f"/proc/net/{name}").decode().splitlines()
    lines = lines[name not in ("ipv6_route", "dev_mcast") :]
    # ipykernel listens to its own children.
    assert_none(line for line in lines if line.split()[-1] != "lo" and " 0100007F:" not in line)
assert [name for _, name in socket.if_nameindex()] == ["lo"]
assert_none(set(os.listdir("/sys/class/net")) - {"lo"} if in_container else ())
# %% sockets without a file
names = [line.split()[7] for line in open("/proc/net/unix").read().splitlines()[1:] if len(line.split()) > 7]
assert names, "those of the kernel stand here"
assert_none(name for name in names if not name.startswith(home))
# %% what others left in shared memory
for folder in ("/dev/shm", "/dev/mqueue"):
    assert_none(os.listdir(folder) if os.path.isdir(folder) else ())
for name in ("shm", "sem", "msg"):
    assert len(read(f"/proc/sysvipc/{name}").splitlines()) == 1
# %% what others left at home
left = [f"{folder}/{name}" for folder, _, names in os.walk(home) for name in names]
# The Python that runs all this, which may live in the host's /tmp, is shown to everybody.
pythons = tuple({sys.prefix, sys.base_prefix, os.path.realpath(sys.prefix)})
left = [path for path in left if not path.startswith(pythons)]
assert_none(path for path in left if os.stat(path, follow_symlinks=False).st_uid != os.getuid())
assert_none(path for path in left if wanted.search(read(path)) and stat.S_ISREG(os.lstat(path).st_mode))
# %% serial numbers of the machine
for name in ("product_uuid", "product_serial", "board_serial", "chassis_serial"):
    assert read(f"/sys/class/dmi/id/{name}") == b"", name
assert read("/etc/machine-id").strip() in (b"", b"uninitialized") or in_container
assert_none(read("/proc/keys").splitlines())
