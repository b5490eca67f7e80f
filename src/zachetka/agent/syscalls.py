"""Allow the system calls that notebooks need and no other: a seccomp filter, in classic BPF.

Whatever is started from here on inherits it and cannot take it off. It comes on top of what the
sandbox does: most of the other calls fail there anyway for want of a capability, but the code of
the host's kernel behind them is then out of reach, too. See seccomp(2) and linux/filter.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys
from typing import TYPE_CHECKING, Final

from zachetka.agent.syscall_table import ALLOWED, REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLONE: Final = (56, 220)
_CLONE3: Final = (435, 435)
_SOCKETS: Final = ((41, 198), (53, 199))  # socket, socketpair
_PRLIMIT: Final = (302, 261)
_IOCTL: Final = (16, 29)
_FCNTL: Final = (72, 25)
_SECCOMP: Final = (317, 277)
_AUDIT_ARCH: Final = (0xC000003E, 0xC00000B7)
_COLUMNS: Final = {"x86_64": 0, "aarch64": 1}
_X32: Final = 0x40000000  # calls of the x32 ABI, which pass as x86_64

# CLONE_NEWNS, _NEWCGROUP, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET of linux/sched.h.
_NEW_NAMESPACES: Final = 0x7E020000
# AF_UNIX, AF_INET, AF_INET6, AF_NETLINK; not AF_ALG, AF_VSOCK, AF_PACKET and thirty others.
_FAMILIES: Final = (1, 2, 10, 16)
# TIOCSTI and TIOCLINUX type into a terminal, TIOCSETD loads line disciplines.
_REFUSED_IOCTLS: Final = (0x5412, 0x541C, 0x5423)
# F_SETLEASE makes whoever opens a file of one's user wait, which may be the host's own user.
_REFUSED_FCNTLS: Final = (1024,)

_LOAD, _JUMP_EQUAL, _JUMP_GT, _JUMP_GE, _JUMP_SET = 0x20, 0x15, 0x25, 0x35, 0x45
_RETURN = 0x06
_NUMBER, _ARCH, _FIRST, _SECOND = 0, 4, 16, 24  # offsets in seccomp_data, low halves of arguments
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER = 1

Instruction = tuple[int, int, int, int]


def refuse_system_calls() -> None:
    """Install the filter for this process and all that it will start.

    Raises:
        OSError: the kernel has no seccomp filters.
    """
    known = column()
    if known is None:
        return
    instructions = program(known)
    data = b"".join(_packed(instruction) for instruction in instructions)
    code = ctypes.create_string_buffer(data, len(data))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))

    filter_ = Program(len(instructions), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.syscall(_SECCOMP[known], _SET_MODE_FILTER, 0, ctypes.byref(filter_)):
        raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")


def column() -> int | None:
    """Give the architecture's place in the table, or None where there is no filter for it."""
    return _COLUMNS.get(platform.machine()) if sys.platform.startswith("linux") else None


def program(column: int) -> list[Instruction]:
    """Give the filter for an architecture: code, jump if true, jump if false, constant."""
    refuse = _answer(errno.EPERM)
    missing = _answer(errno.ENOSYS)
    found = [
        *_unless(_JUMP_EQUAL, _AUDIT_ARCH[column], missing, load=_ARCH),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if column == _COLUMNS["x86_64"]:
        found += _if(_JUMP_GE, _X32, [missing])
    # Its flags lie in memory, where a filter cannot look; libraries then take clone.
    found += _if(_JUMP_EQUAL, _CLONE3[column], [missing])
    flags = [(_LOAD, 0, 0, _FIRST), *_if(_JUMP_SET, _NEW_NAMESPACES, [refuse]), _RETURNED]
    found += _if(_JUMP_EQUAL, _CLONE[column], flags)
    families = [(_LOAD, 0, 0, _FIRST)]
    for family in _FAMILIES:
        families += _if(_JUMP_EQUAL, family, [_RETURNED])
    families.append(_answer(errno.EAFNOSUPPORT))
    for numbers in _SOCKETS:
        found += _if(_JUMP_EQUAL, numbers[column], families)
    # One's own limits alone (pid 0): another process of the same user could be ended by them.
    own = [(_LOAD, 0, 0, _FIRST), *_if(_JUMP_EQUAL, 0, [_RETURNED]), refuse]
    found += _if(_JUMP_EQUAL, _PRLIMIT[column], own)
    for numbers, refused in ((_IOCTL, _REFUSED_IOCTLS), (_FCNTL, _REFUSED_FCNTLS)):
        requests = [(_LOAD, 0, 0, _SECOND)]
        for request in refused:
            requests += _if(_JUMP_EQUAL, request, [refuse])
        found += _if(_JUMP_EQUAL, numbers[column], [*requests, _RETURNED])
    for table, answer in ((REFUSED, refuse), (ALLOWED, _RETURNED)):
        for first, last in _ranges(row[column] for row in table.values()):
            found += _if(_JUMP_GE, first, [(_JUMP_GT, 1, 0, last), answer])
    return [*found, missing]


def _ranges(numbers: Iterator[int | None]) -> Iterator[tuple[int, int]]:
    """Give the first and the last of every run of numbers."""
    known = sorted(number for number in numbers if number is not None)
    starts = [number for number in known if number - 1 not in known]
    ends = [number for number in known if number + 1 not in known]
    return zip(starts, ends, strict=True)


_RETURNED: Final[Instruction] = (_RETURN, 0, 0, _ALLOW)


def _answer(error: int) -> Instruction:
    return (_RETURN, 0, 0, _ERRNO | error)


def _if(jump: int, constant: int, then: list[Instruction]) -> list[Instruction]:
    return [(jump, 0, len(then), constant), *then]


def _unless(jump: int, constant: int, then: Instruction, *, load: int) -> list[Instruction]:
    return [(_LOAD, 0, 0, load), (jump, 1, 0, constant), then]


def _packed(instruction: Instruction) -> bytes:
    code, if_true, if_false, constant = instruction
    parts = ((code, 2), (if_true, 1), (if_false, 1), (constant, 4))
    return b"".join(value.to_bytes(size, sys.byteorder) for value, size in parts)
