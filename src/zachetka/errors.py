"""Everything that can go wrong, by whose fault it is, and the exit code of each.

A fault of the student is a result and becomes a verdict; a fault of ours never becomes a score.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zachetka.language import Text


class Cause(StrEnum):
    """Why a check gave no points; the word stands in the report."""

    ASSERTION = "assertion"
    WRONG_TYPE = "wrong_type"
    MISSING = "missing"
    ERROR = "error"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    CRASH = "crash"
    FORBIDDEN = "forbidden"


class ZachetkaError(Exception):
    """The root of our errors. `exit_code` is what the command line leaves with."""

    exit_code = 1


def sentence(error: BaseException | None) -> str:
    """Say an error to whoever runs the program: ours are sentences, others only make one."""
    return str(error) if isinstance(error, ZachetkaError) else repr(error)


class UsageError(ZachetkaError):
    """The command was called with something that it cannot work with."""

    exit_code = 2


class InfrastructureError(ZachetkaError):
    """Something of ours failed: the engine, the sandbox, a grader. Never a score."""

    exit_code = 3


class SubmissionRejectedError(ZachetkaError):
    """The file handed in is no notebook that could be run. The text is for its student."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class StudentFault(ZachetkaError):  # noqa: N818 - the word of the design, and it is no error of ours
    """The submission did something that costs the check that asked for it."""

    def __init__(
        self, cause: Cause, text: Text, hint: Text | None = None, *, name: str | None = None
    ) -> None:
        super().__init__(text.en)
        self.cause = cause
        self.text = text
        self.hint = hint
        self.name = name  # of what is missing
