"""What the agent gives up before a line of a student's code runs."""

from __future__ import annotations

import ctypes
import os
import resource
import signal

from zachetka.agent.syscalls import refuse_system_calls

_PR_SET_PDEATHSIG = 1


def confine() -> None:
    """Drop to the user, the number of processes and the system calls that are left to a notebook.

    `ZACHETKA_UID` is set where the sandbox was built by root; `ZACHETKA_PROCESSES` where no
    cgroup counts processes. The latter is set here, inside the sandbox's own user, because a
    limit set outside would count the processes of whoever runs the grader.
    """
    uid = os.environ.pop("ZACHETKA_UID", None)
    if uid is not None:
        os.setgroups([])
        os.setresgid(int(uid), int(uid), int(uid))
        os.setresuid(int(uid), int(uid), int(uid))
        # A change of user clears it.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    processes = os.environ.pop("ZACHETKA_PROCESSES", None)
    if processes is not None:
        resource.setrlimit(resource.RLIMIT_NPROC, (int(processes), int(processes)))
    refuse_system_calls()
