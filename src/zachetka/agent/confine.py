"""What the agent gives up before a line of a student's code runs."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct

from zachetka.agent.syscalls import refuse_system_calls

_PR_SET_PDEATHSIG = 1
_PR_CAPBSET_DROP = 24
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_CAPABILITIES_V3 = 0x20080522  # of linux/capability.h
_LAST_CAPABILITY = 63


def confine(*, drop_capabilities: bool = False) -> None:
    """Drop to the user, the number of processes and the system calls that are left to a notebook.

    Capabilities are dropped where asked, in a sandbox whose first processes need some.

    `ZACHETKA_UID` is set where the sandbox was built by root; `ZACHETKA_PROCESSES` where no
    cgroup counts processes. The latter is set here, inside the sandbox's own user, because a
    limit set outside would count the processes of whoever runs the grader.
    """
    if drop_capabilities:
        _drop_bounding_set()
    uid = os.environ.pop("ZACHETKA_UID", None)
    if uid is not None:
        os.setgroups([])
        os.setresgid(int(uid), int(uid), int(uid))
        os.setresuid(int(uid), int(uid), int(uid))
        # A change of user clears it.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if drop_capabilities:
        _drop_capabilities()
    processes = os.environ.pop("ZACHETKA_PROCESSES", None)
    if processes is not None:
        resource.setrlimit(resource.RLIMIT_NPROC, (int(processes), int(processes)))
    refuse_system_calls()


def _drop_bounding_set() -> None:
    """Let nothing that is started from here on gain a capability; see capabilities(7)."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    for number in range(_LAST_CAPABILITY + 1):
        libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0)


def _drop_capabilities() -> None:
    """Give up every right beyond those of an ordinary user, for good.

    Raises:
        OSError: the kernel does not let us.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    header, none = struct.pack("Ii", _CAPABILITIES_V3, 0), struct.pack("6I", *[0] * 6)
    if libc.capset(header, none):
        raise OSError(ctypes.get_errno(), f"capset: {os.strerror(ctypes.get_errno())}")
