# /// hostile
# about = "Ways out of the sandbox, up in it, and into the processes beside one's own."
# ///
# %% tools
import ctypes
import errno
import fcntl
import glob
import mmap
import os
import platform
import resource
import signal
import socket
import stat
import struct
import subprocess
import sys

libc = ctypes.CDLL(None, use_errno=True)
column = ["x86_64", "aarch64"].index(platform.machine())
in_container = os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv")
own = {os.getpid()}
others = [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in own]
null = ctypes.c_void_p(None)


def refused(reasons, call, *args):
    """Assert that a call failed, and for one of these reasons."""
    ctypes.set_errno(0)
    try:
        result = call(*args)
    except OSError as error:
        got = errno.errorcode[error.errno]
    else:
        got = errno.errorcode[ctypes.get_errno()] if result == -1 else f"the answer {result!r}"
    assert got in reasons.split(), f"{call} {args}: {got} instead of {reasons}"


def system_call(numbers, *args):
    """Make a call by its number; each word as wide as the kernel's."""
    number = numbers if isinstance(numbers, int) else numbers[column]
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_ulong(arg) for arg in args])


def opened(path, flags):
    os.close(os.open(path, flags))
    return 0


assert 1 in others and len(others) >= 2
# %% chroot
# Here and below: without the filter the kernel would have something else to say of such arguments.
refused("EPERM", libc.chroot, null)
refused("EPERM", libc.chroot, os.environ["HOME"].encode())
# %% mount
refused("EPERM", libc.mount, null, null, null, 0, null)
refused("EPERM", libc.mount, b"none", os.environ["HOME"].encode(), b"tmpfs", 0, null)
refused("EPERM", libc.mount, b"/", os.environ["HOME"].encode(), null, 4096, null)
refused("EPERM", libc.mount, b"none", b"/", null, 32, null)
# %% umount
refused("EPERM", libc.umount2, b"/proc", 0xFFFF)
refused("EPERM", libc.umount2, b"/dev/shm", 2)
# %% the new calls of mount
at_cwd = -100
root = ctypes.create_string_buffer(b"/")
address = ctypes.addressof(root)
refused("EPERM", system_call, 428, at_cwd, address, 0)  # open_tree
refused("EPERM", system_call, 429, -1, 0, -1, 0, 0xFFFF)  # move_mount
refused("EPERM", system_call, 430, 0, 0xFFFF)  # fsopen
refused("EPERM", system_call, 431, -1, 99, 0, 0, 0)  # fsconfig
refused("EPERM", system_call, 432, -1, 0xFFFF, 0)  # fsmount
refused("EPERM", system_call, 433, -1, 0, 0xFFFF)  # fspick
refused("EPERM", system_call, 442, -1, 0, 0xFFFFFF, 0, 0)  # mount_setattr
refused("EPERM", system_call, 457, 0, 0, 0, 0)  # statmount
refused("EPERM", system_call, 458, 0, 0, 0, 0)  # listmount
# %% pivot_root
refused("EPERM", system_call, (155, 41), 0, 0)
# %% unshare
for flag in (0, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x80):
    refused("EPERM", libc.unshare, flag)
# %% setns
for pid in others:
    for name in os.listdir("/proc/self/ns"):
        refused("EACCES", opened, f"/proc/{pid}/ns/{name}", os.O_RDONLY)
for name in os.listdir("/proc/self/ns"):
    with open(f"/proc/self/ns/{name}") as file:
        refused("EPERM", libc.setns, file.fileno(), 0)
refused("EPERM", libc.setns, os.pidfd_open(1), 0x20000000)
refused("EPERM", libc.setns, -1, 0)
# %% clone into new namespaces
def clone(flags):
    pid = libc.syscall(ctypes.c_long((56, 220)[column]), ctypes.c_ulong(flags | signal.SIGCHLD), 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    return pid


for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
    refused("EPERM", clone, flag)
    refused("EPERM", clone, flag | 1 << 63)
refused("ENOSYS", system_call, 435, 0, 0)  # clone3, whose flags no filter can see
assert clone(0) > 0, "clone does not work at all"
# %% ptrace
for request in (16, 0x4206):  # PTRACE_ATTACH, PTRACE_SEIZE
    for pid in (*others, os.getppid()):
        refused("EPERM", libc.ptrace, request, pid, null, null)
refused("EPERM", libc.ptrace, 0, 0, null, null)  # PTRACE_TRACEME
# %% the memory of others by system calls
vector = ctypes.create_string_buffer(struct.pack("PN", ctypes.addressof(root), 1))
pointer = ctypes.addressof(vector)
for pid in (1, os.getpid()):
    refused("EPERM", system_call, (310, 270), pid, pointer, 1, pointer, 1, 0)
    refused("EPERM", system_call, (311, 271), pid, pointer, 1, pointer, 1, 0)
    refused("EPERM", system_call, (279, 239), pid, 0, 0, 0, 0, 0)  # move_pages
# %% descriptors of others
refused("EPERM", system_call, 438, os.pidfd_open(1), 0, 0)  # pidfd_getfd
refused("EPERM", system_call, 438, os.pidfd_open(os.getpid()), 0, 0)
refused("EPERM", system_call, (312, 272), os.getpid(), os.getpid(), 0, 0, 0)  # kcmp
# %% files of other processes
for pid in others:
    for name in ("mem", "environ", "maps", "smaps", "auxv", "syscall", "stack", "pagemap", "io", f"task/{pid}/mem"):
        if os.path.exists(f"/proc/{pid}/{name}"):
            refused("EACCES EPERM", lambda: open(f"/proc/{pid}/{name}", "rb").read(1))
    for name in ("fd", "fdinfo", "map_files"):
        refused("EACCES EPERM", os.listdir, f"/proc/{pid}/{name}")
    for name in ("root", "cwd", "exe"):
        refused("EACCES EPERM", os.readlink, f"/proc/{pid}/{name}")
        refused("EACCES EPERM", os.stat, f"/proc/{pid}/{name}/")
    refused("EACCES EPERM", opened, f"/proc/{pid}/mem", os.O_RDWR)
    refused("EACCES EPERM", opened, f"/proc/{pid}/clear_refs", os.O_WRONLY)
    refused("EACCES EPERM", opened, f"/proc/{pid}/oom_score_adj", os.O_WRONLY)
# %% keys
refused("EPERM", system_call, (248, 217), 0, 0, 0, 0, 0)
refused("EPERM", system_call, (249, 218), 0, 0, 0, 0)
refused("EPERM", system_call, (250, 219), 0, -3, 1, 0, 0)  # a new session keyring
# %% io_uring
refused("EPERM", system_call, 425, 0, 0)
refused("EPERM", system_call, 426, -1, 0, 0, 0, 0, 0)
refused("EPERM", system_call, 427, -1, 0, 0, 0)
# %% bpf
refused("EPERM", system_call, (321, 280), 0xFFFF, 0, 0)
# %% userfaultfd
refused("EPERM", system_call, (323, 282), 1)
# %% perf events
refused("EPERM", system_call, (298, 241), 0, 0, -1, -1, 0)
# %% handles of files
handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + b"\0" * 128)
refused("EPERM", system_call, (303, 264), at_cwd, address, ctypes.addressof(handle), ctypes.addressof(handle), 0)
refused("EPERM", system_call, (304, 265), -1, ctypes.addressof(handle), 0)
# %% fanotify
refused("EPERM", system_call, (300, 262), 0x200, 0)
refused("EPERM", system_call, (301, 263), -1, 0, 0, 0, 0)
# %% personality
refused("EPERM", libc.personality, ctypes.c_ulong(0xFFFFFFFF))
# %% segments of the processor
if column == 0:
    refused("ENOSYS", system_call, 154, 0, 0, 0)
# %% queues and memory of System V, asynchronous I/O, policies for memory
for numbers in ((29, 194), (64, 190), (68, 186), (240, 180), (206, 0), (237, 235), (238, 237), (278, 75)):
    refused("ENOSYS", system_call, numbers, 0, 0, 0)
# %% system calls of x32
if column == 0:
    for number in (39, 101, 272):
        refused("ENOSYS", system_call, 0x40000000 | number, 0)
# %% system calls of another architecture
if column == 0:
    # mov eax, 20 (getpid of i386); int 0x80; ret. In a child: without them it is a segfault.
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
    function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGSEGV, signal.SIG_DFL)
        os._exit(-function() if -255 <= function() < 0 else 0)
    end = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert end in (errno.ENOSYS, -signal.SIGSEGV), end
# %% a filter of one's own allows nothing back
class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


allow = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000))
assert libc.prctl(22, 2, ctypes.byref(Program(1, ctypes.addressof(allow))), 0, 0) == 0
refused("EPERM", libc.personality, ctypes.c_ulong(0xFFFFFFFF))
refused("EPERM", libc.unshare, 0)
refused("EINVAL", libc.prctl, 22, 0, 0, 0, 0)
# %% sockets of other families
for family in (40, 38, 17, 15, 21, 29, 30, 31, 42, 43, 44):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_RAW):
        refused("EAFNOSUPPORT", socket.socket, family, kind)
        refused("EAFNOSUPPORT", system_call, (41, 198), 1 << 32 | family, kind, 0)
        refused("EAFNOSUPPORT", system_call, (53, 199), family, kind, 0, 0)
# %% raw sockets
for family in (socket.AF_INET, socket.AF_INET6):
    refused("EPERM", socket.socket, family, socket.SOCK_RAW, socket.IPPROTO_TCP)
# %% interfaces and routes
def asked(kind, body):
    """Ask by netlink for a change; give the number of the error in its answer."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as link:
        request, acknowledge, create = 1, 4, 0x400
        link.send(struct.pack("IHHII", 16 + len(body), kind, request | acknowledge | create, 1, 0) + body)
        answer = link.recv(4096)
    assert struct.unpack_from("H", answer, 4)[0] == 2
    return -struct.unpack_from("i", answer, 16)[0]


link_up = struct.pack("BxHiII", 0, 0, 1, 1, 1)
dummy = struct.pack("BxHiII", 0, 0, 0, 0, 0) + struct.pack("HH", 16, 18) + struct.pack("HH6sxx", 10, 1, b"dummy\0")
address_of_lo = struct.pack("BBBBI", 2, 8, 0, 0, 1) + struct.pack("HH4s", 8, 2, b"\x0a\0\0\1")
route = struct.pack("BBBBBBBBI", 2, 0, 0, 0, 254, 3, 0, 1, 0) + struct.pack("HHI", 8, 4, 1)
for kind, body in ((16, link_up), (16, dummy), (20, address_of_lo), (24, route)):
    assert asked(kind, body) == errno.EPERM, (kind, asked(kind, body))
# %% typing into a terminal
for fd in sorted(map(int, os.listdir("/proc/self/fd"))):
    if os.path.exists(f"/proc/self/fd/{fd}"):
        for request in (0x5412, 0x541C, 0x5423):
            refused("EPERM", system_call, (16, 29), fd, request, address)
            refused("EPERM", system_call, (16, 29), fd, 1 << 32 | request, address)
refused("ENXIO ENOENT EIO", opened, "/dev/tty", os.O_RDWR)
# %% a lease on a file, for which its owner would wait
with open(os.path.join(os.environ["HOME"], "leased"), "w") as file:
    for command in (1024, 1 << 32 | 1024):
        refused("EPERM", system_call, (72, 25), file.fileno(), command, fcntl.F_WRLCK)
# %% devices of the host
names = "mem kmem port kmsg kvm fuse loop0 loop-control sda vda nvme0n1 mapper/control net/tun vsock vhost-net"
for name in [*names.split(), "vhost-vsock", "uinput", "input", "cpu/0/msr", "hpet", "rtc0", "watchdog", "snapshot"]:
    refused("ENOENT", os.stat, f"/dev/{name}")
# %% what is in /dev
kinds = {name: os.lstat(f"/dev/{name}").st_mode for name in os.listdir("/dev")}
assert not [name for name, mode in kinds.items() if stat.S_ISBLK(mode)]
characters = {name for name, mode in kinds.items() if stat.S_ISCHR(mode)}
assert characters <= {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "console"}, characters
# %% devices of one's own
for mode, numbers in ((0o60666, (254, 0)), (0o60666, (8, 0)), (0o20666, (1, 1)), (0o20666, (10, 232))):
    refused("EPERM", os.mknod, os.environ["HOME"] + "/device", mode, os.makedev(*numbers))
# %% sockets of engines and services
for path in (
    *("/var/run/docker.sock", "/run/docker.sock", "/run/podman/podman.sock", "/run/crio/crio.sock"),
    *("/run/containerd/containerd.sock", "/run/user/0/podman/podman.sock", "/run/user/1000/podman/podman.sock"),
    *("/run/user/1000/docker.sock", "/run/systemd/private", "/run/dbus/system_bus_socket", "/run/snapd.socket"),
    *("/run/systemd/journal/socket", "/dev/log", "/tmp/.X11-unix/X0", "@SOCKET@"),
):
    with socket.socket(socket.AF_UNIX) as client:
        refused("ENOENT", client.connect, path)
# %% control groups
if in_container:
    files = ["release_agent", "cgroup.procs", "tasks", "memory.limit_in_bytes", "memory.max", "devices.allow", "pids.max"]
    found = [path for name in files for path in glob.glob(f"/sys/fs/cgroup/**/{name}", recursive=True)]
    assert found
    for path in found:
        refused("EACCES EROFS", opened, path, os.O_WRONLY)
    for folder in {os.path.dirname(path) for path in found}:
        refused("EACCES EROFS", os.mkdir, f"{folder}/mine")
else:
    refused("ENOENT", os.listdir, "/sys/fs/cgroup")
# %% settings of the kernel
for name in ("core_pattern", "modprobe", "hotplug", "hostname", "domainname", "yama/ptrace_scope", "randomize_va_space"):
    if os.path.exists(f"/proc/sys/kernel/{name}"):
        refused("EACCES EROFS", opened, f"/proc/sys/kernel/{name}", os.O_WRONLY)
for path in ("fs/binfmt_misc/register", "vm/overcommit_memory", "net/ipv4/ip_forward", "user/max_user_namespaces"):
    refused("EACCES EROFS ENOENT", opened, f"/proc/sys/{path}", os.O_WRONLY)
for path in ("sysrq-trigger", "irq/default_smp_affinity", "scsi/scsi"):
    refused("EACCES EROFS ENOENT", opened, f"/proc/{path}", os.O_WRONLY)
# %% files of /sys
if in_container:
    for path in ("kernel/uevent_helper", "power/state", "module", "kernel/mm/transparent_hugepage/enabled", "kernel/profiling"):
        refused("EACCES EROFS ENOENT EISDIR", opened, f"/sys/{path}", os.O_WRONLY)
    for folder in ("debug", "tracing", "security"):
        entries = glob.glob(f"/sys/kernel/{folder}/*")
        assert not entries, entries
else:
    refused("ENOENT", os.stat, "/sys")
# %% the kernel's memory and log
refused("EACCES EPERM ENOENT", lambda: open("/proc/kcore", "rb").read(1) or os.stat("/nothing is read"))
refused("EACCES EPERM ENOENT", opened, "/proc/kmsg", os.O_RDONLY)
refused("EPERM", libc.klogctl, 10, null, 0)
addresses = {line.split()[0] for line in open("/proc/kallsyms")} if os.path.exists("/proc/kallsyms") else set()
assert addresses <= {"0" * 16}, len(addresses)
# %% capabilities and identity
status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", status
assert {int(status[name], 16) for name in ("CapPrm", "CapEff", "CapAmb")} == {0}
assert 0 not in {*os.getresuid(), *os.getresgid(), *os.getgroups()}
for call in (os.setuid, os.setgid, os.seteuid, os.setegid):
    refused("EPERM EINVAL", call, 0)  # EINVAL: there is no such user in a namespace of one user
refused("EPERM", os.setgroups, [0])
refused("EPERM", libc.prctl, 47, 2, 21, 0, 0)  # PR_CAP_AMBIENT_RAISE CAP_SYS_ADMIN
refused("EPERM", libc.prctl, 28, 0x2F, 0, 0, 0)  # PR_SET_SECUREBITS
refused("EINVAL", libc.prctl, 38, 0, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS, off
refused("EPERM EACCES", lambda: os.write(os.open("/proc/self/uid_map", os.O_WRONLY), b"0 0 1"))
# %% setuid programs
programs = [path for folder in ("/usr/bin", "/usr/sbin", "/usr/lib") for path in glob.glob(f"{folder}/*")]
programs = [path for path in programs if os.path.isfile(path) and os.stat(path).st_mode & 0o6000]
assert not (in_container and programs), programs
for program in programs:
    child = subprocess.Popen([program, "--help"], stdin=-3, stdout=-3, stderr=-3)
    lines = open(f"/proc/{child.pid}/status").read().splitlines()
    ids = [line.split()[1:] for line in lines if line.startswith(("Uid:", "Gid:"))]
    child.kill()
    child.wait()
    assert ids == [[str(os.getuid())] * 4, [str(os.getgid())] * 4], (program, ids)
# %% limits of resources
finite = set()
for name in [name for name in dir(resource) if name.startswith("RLIMIT_")]:
    soft, hard = resource.getrlimit(getattr(resource, name))
    if hard == resource.RLIM_INFINITY:
        continue
    finite.add(name)
    if (name, hard) in {("RLIMIT_NICE", 40), ("RLIMIT_RTPRIO", 99)}:
        continue
    for wish in (hard + 1, resource.RLIM_INFINITY):
        try:
            resource.setrlimit(getattr(resource, name), (soft, wish))
        except ValueError as error:
            assert "not allowed to raise" in str(error), error
        else:
            raise AssertionError(f"{name} was raised from {hard} to {wish}")
assert finite >= {"RLIMIT_CORE", "RLIMIT_NOFILE", "RLIMIT_DATA"}, finite
assert finite >= ({"RLIMIT_MSGQUEUE"} if in_container else {"RLIMIT_NPROC", "RLIMIT_FSIZE", "RLIMIT_CPU"}), finite
# %% priorities
refused("EACCES EPERM", os.setpriority, os.PRIO_PROCESS, 0, -1)
refused("EACCES EPERM", os.nice, -1)
realtime, idle_of_others = 1 << 13, 3 << 13
refused("EPERM", system_call, (251, 30), 1, 0, realtime)  # ioprio_set
for policy in (os.SCHED_FIFO, os.SCHED_RR):
    refused("EPERM", os.sched_setscheduler, 0, policy, os.sched_param(1))
deadline = ctypes.create_string_buffer(struct.pack("IIQiIQQQ", 48, 6, 0, 0, 0, 10**6, 10**7, 10**7))
refused("EPERM", system_call, (314, 274), 0, ctypes.addressof(deadline), 0)  # sched_setattr
# %% what is killed first without memory
for score in (-1000, -1):
    refused("EACCES", lambda: os.write(os.open("/proc/self/oom_score_adj", os.O_WRONLY), str(score).encode()))
# %% files of the system
paths = ["/etc/passwd", "/etc/shadow", "/etc/ld.so.preload", "/etc/ld.so.cache", "/etc/hosts", "/etc/resolv.conf"]
for path in [*paths, "/etc/localtime", "/usr/bin/env", "/bin/sh", "/usr/lib/new", "/boot", "/root/new", "/var/lib/new", "/new"]:
    refused("EACCES EROFS ENOENT EISDIR", opened, path, os.O_WRONLY | os.O_CREAT)
    refused("EACCES EROFS ENOENT EPERM", os.chmod, path, 0o777)
    refused("EACCES EROFS ENOENT EPERM EXDEV", os.rename, path, path + "-")
for folder in ("/", "/etc", "/usr", "/opt", "/var", "/dev", "/home", "/mnt"):
    refused("EACCES EROFS ENOENT", os.mkdir, f"{folder}/mine")
# %% files of Python and of the agent
import zachetka.agent.driver

files = {os.__file__, torch.__file__, ctypes.__file__, zachetka.agent.driver.__file__, os.path.realpath(sys.executable)}
for path in files:
    assert os.path.exists(path)
    refused("EACCES EROFS ETXTBSY", opened, path, os.O_WRONLY)
    refused("EACCES EROFS", opened, os.path.dirname(path) + "/mine.py", os.O_WRONLY | os.O_CREAT)
    refused("EACCES EROFS", os.unlink, path)
    refused("EPERM EROFS", os.chmod, path, 0o777)
    refused("EPERM EACCES EROFS", os.utime, path, (0, 0))
    refused("EPERM EXDEV EACCES", os.link, path, os.environ["HOME"] + "/link")
for folder in {os.path.abspath(folder) for folder in sys.path if folder and os.path.isdir(folder)}:
    refused("EACCES EROFS", opened, folder + "/mine.pth", os.O_WRONLY | os.O_CREAT)
# %% the program that runs, as runc once was overwritten
refused("EACCES EROFS ETXTBSY", opened, "/proc/self/exe", os.O_WRONLY)
refused("EACCES EPERM", opened, "/proc/1/exe", os.O_RDONLY)
# %% attributes that outlive a clean-up
with open(os.environ["HOME"] + "/immutable", "w") as file:
    refused("EPERM ENOTTY EOPNOTSUPP", fcntl.ioctl, file, 0x40086602, struct.pack("l", 0x10))
# %% a frozen file system
refused("EPERM", fcntl.ioctl, os.open("/", os.O_RDONLY), 0xC0045877, 0)
# %% the machine's name, clock and power
refused("EPERM", libc.sethostname, null, -1)
refused("EPERM", libc.adjtimex, null)
refused("EPERM", system_call, (227, 112), 99, 0)  # clock_settime
refused("EPERM", system_call, (305, 266), 99, 0)  # clock_adjtime
refused("EPERM", libc.reboot, 0)
refused("EPERM", system_call, (175, 105), 0, 0, 0)  # init_module
refused("EPERM", system_call, (313, 273), -1, 0, 0)  # finit_module
refused("EPERM", libc.swapon, null, 0)
refused("EPERM", system_call, (163, 89), 0)  # acct
