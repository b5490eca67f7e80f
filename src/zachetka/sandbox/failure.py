"""Who is to blame when a sandbox ends before its session: one pure function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zachetka.errors import Cause, InfrastructureError, StudentFault
from zachetka.language import Text
from zachetka.sandbox.process_tree import out_of_memory

if TYPE_CHECKING:
    from zachetka.sandbox.base import Death, Limits


def blame(death: Death, *, greeted: bool, limits: Limits) -> StudentFault | InfrastructureError:
    """Turn what is known of a sandbox's end into a verdict or into an error of ours.

    Precedence: the engine's own failure, then an end before any student code ran, then memory;
    whatever else ends a sandbox with student code in it is the student's doing.
    """
    if death.engine_error is not None:
        return InfrastructureError(f"the sandbox failed: {death.engine_error}")
    if not greeted:
        why = death.stderr_tail.strip().splitlines()[-1:] or [f"exit code {death.exit_code}"]
        return InfrastructureError(f"the sandbox's agent did not start: {why[0]}")
    if death.out_of_memory:
        return out_of_memory(limits.memory_bytes)
    return StudentFault(
        Cause.CRASH,
        Text(
            en="the notebook ended the sandbox that it ran in",
            ru="ноутбук завершил работу среды, в которой он выполнялся",
        ),
    )
