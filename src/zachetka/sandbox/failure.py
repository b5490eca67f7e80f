"""Who is to blame when a session ends before it should: one pure function.

What is certain comes first. An engine that says it failed is ours, and so is whatever happens
before a line of the notebook has run. After that a limit that was passed is the student's, and so
is an agent that leaves or talks nonsense; but nothing inside a sandbox can kill its first process,
so that a kill which no memory limit explains came from the host: an administrator, or a machine
that has run out of memory.
"""

from __future__ import annotations

import signal
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from zachetka.errors import Cause, InfrastructureError, StudentFault
from zachetka.language import Text
from zachetka.sandbox.base import Death

if TYPE_CHECKING:
    from zachetka.sandbox.base import Limits

# As a signal, or as shells and bubblewrap report it.
_KILLED: Final = frozenset({-signal.SIGKILL, 128 + signal.SIGKILL})


class Phase(Enum):
    """How far a session has come."""

    STARTING = auto()  # the agent has not said hello
    WAITING = auto()  # no line of the notebook has run
    RUNNING = auto()


class Stop(Enum):
    """Why we ended a session ourselves."""

    DEADLINE = auto()
    MEMORY = auto()
    OUTPUT = auto()
    PROTOCOL = auto()


def blame(  # noqa: PLR0911 - one per end
    end: Death | Stop, *, phase: Phase, limits: Limits, detail: str = ""
) -> StudentFault | InfrastructureError:
    """Turn what is known of a session's end into a verdict or into an error of ours.

    Args:
        end: how the sandbox ended, or why it was ended.
        phase: how far the session had come.
        limits: those of the sandbox.
        detail: what of the protocol was broken.
    """
    if isinstance(end, Death) and end.engine_error is not None:
        return InfrastructureError(f"the sandbox failed: {end.engine_error}")
    if phase is not Phase.RUNNING:
        what = "the sandbox's agent" if phase is Phase.STARTING else "the notebook's kernel"
        return InfrastructureError(f"{what} did not start: {_plainly(end, detail)}")
    match end:
        case Death(host_out_of_memory=True):
            return host_out_of_memory()
        case Death(out_of_memory=True) | Stop.MEMORY:
            return out_of_memory(limits.memory_bytes)
        case Death(exit_code=code) if code is None or code in _KILLED:
            return host_out_of_memory()
        case Death():
            return StudentFault(
                Cause.CRASH,
                Text(
                    en="the notebook ended the sandbox that it ran in",
                    ru="ноутбук завершил работу среды, в которой он выполнялся",
                ),
            )
        case Stop.DEADLINE:
            return StudentFault(
                Cause.TIME_LIMIT,
                Text(
                    en="the notebook did not answer in time and was stopped",
                    ru="ноутбук не ответил вовремя и был остановлен",
                ),
            )
        case Stop.OUTPUT:
            return too_much_output()
        case Stop.PROTOCOL:
            return broken(detail)


def host_out_of_memory() -> InfrastructureError:
    """Give the error of a sandbox that was killed, and not for passing a limit of its own."""
    return InfrastructureError(
        "the sandbox was killed from outside: is this machine out of memory? "
        "try fewer at a time with --jobs"
    )


def _plainly(end: Death | Stop, detail: str) -> str:
    match end:
        case Death():
            last = end.stderr_tail.strip().splitlines()[-1:]
            return last[0] if last else f"exit code {end.exit_code}"
        case Stop.DEADLINE:
            return "it said nothing in time"
        case Stop.MEMORY:
            return "it was out of memory before the notebook began"
        case Stop.OUTPUT:
            return "it said too much"
        case Stop.PROTOCOL:
            return f"it does not keep to the protocol ({detail})"


def out_of_memory(limit_bytes: int) -> StudentFault:
    """Say to a student that the memory limit ended their notebook."""
    mib = limit_bytes >> 20
    return StudentFault(
        Cause.MEMORY_LIMIT,
        Text(
            en=f"the notebook asked for more than {mib} MiB of memory and was stopped",
            ru=f"ноутбук запросил больше {mib} МиБ памяти и был остановлен",
        ),
    )


def too_much_output() -> StudentFault:
    """Give the fault of an answer past the limit on its bytes."""
    return StudentFault(
        Cause.OUTPUT_LIMIT,
        Text(
            en="your code returned far more data than was asked for",
            ru="ваш код вернул гораздо больше данных, чем требовалось",
        ),
    )


def broken(what: str) -> StudentFault:
    """Give the fault of a notebook whose agent does not keep to the protocol."""
    return StudentFault(
        Cause.CRASH,
        Text(
            en=f"the notebook disturbed the grader's connection to it ({what})",
            ru=f"ноутбук нарушил связь с системой проверки ({what})",
        ),
    )
