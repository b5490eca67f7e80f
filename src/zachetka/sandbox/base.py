"""What every sandbox offers: a byte stream each way, limits that hold, and an end.

A backend knows nothing of grading. It starts one agent per call of `start` and answers for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

MIB = 1 << 20


# What a sandbox that has loaded what many notebooks import holds more than another one.
ROOMS_BYTES = 128 * MIB


class Isolation(StrEnum):
    """What a submission shares with the one before it."""

    FRESH = "fresh"  # nothing: a sandbox of its own
    WARM = "warm"  # a sandbox with everything loaded, in which it gets a room of its own


@dataclass(frozen=True, slots=True)
class Limits:
    """What one submission may use.

    `cell_s` and `probe_s` are CPU seconds of one cell and one probe, for which the clock may take
    three times as many; `total_s` are wall seconds of all cells, and again of all probes, after
    which these become short and, past twice as much, are no longer run. The sizes are bytes;
    `output_bytes` is what one cell may print before the rest is dropped; `reply_bytes` is the
    largest frame that may come back.
    """

    cell_s: float = 60.0
    probe_s: float = 20.0
    total_s: float = 300.0
    memory_bytes: int = 2048 * MIB
    disk_bytes: int = 256 * MIB
    processes: int = 128
    cpus: float = 1.0
    output_bytes: int = 1 * MIB
    reply_bytes: int = 64 * MIB


@dataclass(frozen=True, slots=True)
class Death:
    """What is known from outside about a sandbox that has ended.

    `exit_code` is negative for a signal, as in `subprocess`; `out_of_memory` says that the memory
    limit killed something; `host_out_of_memory` that something was killed with the limit not
    reached; `engine_error` is set when the engine and not the submission failed.
    """

    exit_code: int | None
    out_of_memory: bool = False
    host_out_of_memory: bool = False
    engine_error: str | None = None
    stderr_tail: str = ""


def limits_with_rooms(limits: Limits, *, kept_processes: int) -> Limits:
    """Give the limits of a sandbox as a whole whose rooms are to have these.

    `kept_processes` of those that are counted are there whatever is in the room.
    """
    return replace(
        limits,
        memory_bytes=limits.memory_bytes + ROOMS_BYTES,
        processes=limits.processes + kept_processes,
    )


class SandboxProcess(Protocol):
    """One running sandbox. The descriptors are raw, unbuffered and owned by the session."""

    stdin_fd: int
    stdout_fd: int

    def watch(self) -> None:
        """Enforce what only polling can; called at least every 0.1 s while somebody waits.

        Raises:
            StudentFault: a limit was passed, and the sandbox has been killed for it.
        """

    def kill(self) -> None:
        """End the whole tree of processes and release what the sandbox held; idempotent."""

    def death(self) -> Death:
        """Wait for the end (after `kill` or a closed stream) and say what is known of it."""

    def host_out_of_memory(self) -> bool:
        """Say whether something in it was killed for want of memory that its limit allows."""

    def peak_memory_bytes(self) -> int | None:
        """Give the largest memory use seen from outside, or None where that is not measured."""

    def start_anew(self) -> bool:
        """Forget what was measured, and say whether nothing has gone wrong in it so far."""


class Sandbox(Protocol):
    """A way to run a stranger's code."""

    name: str

    def unavailable(self) -> str | None:
        """Say why it cannot be used here and what to do about it; None if it can."""

    def image(self) -> str | None:
        """Name what the sandbox runs in, for the report: an image's id, or None."""

    def enforcement(self, limits: Limits) -> Mapping[str, str]:
        """Say by what means network, memory, processes, disk, time and system calls are bounded."""

    def holds_memory(self) -> bool:
        """Say whether the kernel itself holds the memory of all in the sandbox below its limit."""

    def no_rooms(self) -> str | None:
        """Say why one sandbox cannot serve one submission after another; None if it can."""

    def start(self, limits: Limits, *, rooms: bool = False) -> SandboxProcess:
        """Start an agent, with `rooms` one that serves one submission after another.

        Raises:
            InfrastructureError: the sandbox could not be started.
        """
