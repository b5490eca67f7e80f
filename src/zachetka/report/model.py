"""The report of one submission, as it is stored.

Every string that can come from a submission is cleaned when the model is built, so that no path
around the cleaning exists.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    model_validator,
)
from pydantic.dataclasses import dataclass

from zachetka.errors import Cause  # noqa: TC001 - pydantic reads the annotations
from zachetka.language import Language  # noqa: TC001
from zachetka.report.atomic import write_atomically
from zachetka.report.clean import clean_line, clean_text

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA: Final = "zachetka.report/1"

LINE_LIMIT: Final = 300
PROSE_LIMIT: Final = 4000
ROUNDING: Final = 1e-9


# Interned: most of what a report says, the reports of the whole class say.
def _line(value: object) -> object:
    return sys.intern(clean_line(value, LINE_LIMIT)) if isinstance(value, str) else value


def _prose(value: object) -> object:
    return sys.intern(str(clean_text(value, PROSE_LIMIT))) if isinstance(value, str) else value


Line = Annotated[str, BeforeValidator(_line)]
Prose = Annotated[str, BeforeValidator(_prose)]
Seconds = Annotated[NonNegativeFloat, Field(allow_inf_nan=False)]
Points = Annotated[NonNegativeFloat, Field(allow_inf_nan=False)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ReportStatus(StrEnum):
    """What became of a submission."""

    GRADED = "graded"
    REJECTED = "rejected"
    ERROR = "error"


class CheckStatus(StrEnum):
    """What became of a check."""

    PASSED = "passed"
    FAILED = "failed"


class CellStatus(StrEnum):
    """What became of a cell. `skipped` was not run: the time was over, or no kernel lived on."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    CRASH = "crash"


class ExecutionStatus(StrEnum):
    """What became of the run of all cells: `ok`, `failed` (some cell did), or what ended it."""

    OK = "ok"
    FAILED = "failed"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    CRASH = "crash"


_CONFIG: Final = ConfigDict(
    extra="forbid",
    populate_by_name=True,
    allow_inf_nan=False,
    json_schema_serialization_defaults_required=True,
)


class _Model(BaseModel):
    model_config = ConfigDict(**_CONFIG, frozen=True)


class SubmissionInfo(_Model):
    """The file that was graded."""

    file: Line = Field(description="The file's name, without its folder.")
    sha256: Sha256 | None = Field(
        description="Of the file's bytes; null if they could not be read."
    )
    bytes: NonNegativeInt | None = Field(description="The size of the file, null if it has none.")
    handed_in_at: AwareDatetime | None = Field(
        default=None, description="When the learning management system received it, if it says so."
    )
    lms_id: Line | None = Field(
        default=None, description="The number that the learning management system gives it."
    )
    folder: Line | None = Field(
        default=None, description="The folder that the system had put it in, for the way back."
    )
    others: tuple[Line, ...] = Field(
        default=(), description="Other notebooks of the student, which were not graded."
    )


# With slots: a class has a hundred thousand of these.
@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Check:
    """One check of one task."""

    id: Line = Field(description="`<task>.<check>`, unique in the report.")
    task: Line = Field(description="The task of the assignment that the check belongs to.")
    title: Line = Field(description="What is checked, for the student.")
    points: Points = Field(description="Earned, in units of `max_score`.")
    max_points: Points = Field(description="To be earned, in units of `max_score`.")
    status: CheckStatus
    cause: Cause | None = Field(description="Why there are no points; null for a passed check.")
    message: Prose | None = Field(description="What was wrong, for the student.")
    hint: Prose | None = Field(description="Where to look, for the student.")
    duration_s: Seconds | None = Field(description="Wall seconds; null for a check not run.")


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class CellRun:
    """How one cell of the notebook ran."""

    index: NonNegativeInt = Field(description="The cell's position in the notebook, from 0.")
    status: CellStatus
    duration_s: Seconds | None = Field(description="Wall seconds; null for a cell not run.")
    error: Prose | None = Field(description="The error's type and message, if it had one.")
    traceback: Prose | None = Field(
        default=None, description="Where in the cell the error came from, as plain text."
    )

    @property
    def error_line(self) -> str:
        """The error in one line; nothing where it is the interrupt of a cell that is too slow."""
        if self.status is CellStatus.TIME_LIMIT:
            return ""
        return (self.error or "").strip().partition("\n")[0].rstrip(": ")


class Execution(_Model):
    """How the notebook ran."""

    status: ExecutionStatus
    cells: tuple[CellRun, ...]
    wall_s: Seconds
    cpu_s: Seconds | None = Field(description="Null where it is not measured.")
    peak_memory_bytes: NonNegativeInt | None = Field(description="Null where it is not measured.")


class SandboxInfo(_Model):
    """What the notebook ran in."""

    backend: Line = Field(description="docker, bubblewrap or none.")
    isolation: Line = Field(
        default="fresh",
        description="fresh: a sandbox of its own; warm: a room of its own in one that others had "
        "rooms in before.",
    )
    image: Line | None = Field(description="The id of the image, null where there is none.")
    limits: dict[Line, NonNegativeFloat | NonNegativeInt] = Field(
        description="Seconds, bytes and counts by name."
    )
    enforcement: dict[Line, Line] = Field(
        default={}, description="By what means each thing is bounded."
    )


class Late(_Model):
    """What a submission lost by being late, or did not."""

    deadline: AwareDatetime = Field(description="The student's own, with an extension if any.")
    handed_in_at: AwareDatetime
    days: NonNegativeInt = Field(description="Started days after the deadline; 0 within its grace.")
    percent: Annotated[Points, Field(le=100)] = Field(description="Taken off the points earned.")
    points_lost: Points = Field(description="In units of `max_score`; already off the score.")
    extension: Line | None = Field(default=None, description="Why the deadline is another one.")


class GraderInfo(_Model):
    """What graded it."""

    version: Line = Field(description="The version of the assignment, and of Zachetka.")
    sha256: Sha256 = Field(description="Of the grader's files.")


class Report(_Model):
    """Everything that is said about one submission."""

    schema_: Literal["zachetka.report/1"] = Field(default=SCHEMA, alias="schema")
    assignment: Line
    student: Line = Field(description="The key of the student: in a flat folder, the file's stem.")
    name: Line | None = Field(
        default=None, description="The student's name, if a roster or the LMS says it."
    )
    group: Line | None = Field(default=None, description="The group, if a roster says it.")
    submission: SubmissionInfo
    status: ReportStatus = Field(
        description="`graded`; `rejected`: the file is no notebook that can be run, which is "
        "a score of 0; `error`: something of ours failed, which is no score."
    )
    message: Prose | None = Field(
        default=None,
        description="Why it was rejected, what of ours failed, or, if it was graded, what there is "
        "to say of the whole notebook.",
    )
    score: Points | None = Field(
        description="Null exactly when the status is `error`; what was lost by being late is off."
    )
    max_score: Points
    checks: tuple[Check, ...]
    execution: Execution | None = Field(description="Null when nothing was run.")
    late: Late | None = Field(default=None, description="Null where no deadline applies.")
    repairs: tuple[Line, ...] = Field(
        default=(), description="What had to be mended in the file before it could be run."
    )
    flags: tuple[Line, ...] = Field(description="For the eyes of a teaching assistant.")
    sandbox: SandboxInfo | None = Field(description="Null when none was started.")
    grader: GraderInfo | None = Field(description="Null when no grader was reached.")
    graded_at: AwareDatetime
    language: Language | None = Field(
        default=None, description="Of the messages and titles; null where nobody wrote it down."
    )
    key: Sha256 | None = Field(
        default=None,
        description="Of all that the verdict depends on: submission, grader, assignment, "
        "environment, language. A batch that is started again keeps a report with the same key.",
    )

    @model_validator(mode="after")
    def _score_belongs_to_status(self) -> Self:
        if (self.score is None) != (self.status is ReportStatus.ERROR):
            raise ValueError("a score is missing exactly when the status is 'error'")
        if self.status is ReportStatus.REJECTED and self.score != 0:
            raise ValueError("a rejected submission scores 0")
        if self.score is not None and self.score > self.max_score + ROUNDING:
            raise ValueError("the score is above max_score")
        return self

    @property
    def label(self) -> str:
        """How people know the student: by name, else by key."""
        return self.name or self.student


def without_checks(
    *,
    assignment: str,
    student: str,
    file: str,
    status: ReportStatus,
    message: str,
    max_score: float,
    key: str | None = None,
    language: Language | None = None,
) -> Report:
    """Give the report of a submission that no grader has seen: rejected, or an error of ours."""
    return Report(
        assignment=assignment,
        student=student,
        submission=SubmissionInfo(file=file, sha256=None, bytes=None),
        status=status,
        message=message,
        score=0.0 if status is ReportStatus.REJECTED else None,
        max_score=max_score,
        checks=(),
        execution=None,
        flags=(),
        sandbox=None,
        grader=None,
        graded_at=datetime.now(UTC),
        language=language,
        key=key,
    )


def to_json(report: Report) -> str:
    """Give the report as it is stored."""
    return report.model_dump_json(by_alias=True, indent=2) + "\n"


def from_json(text: str | bytes) -> Report:
    """Read a stored report.

    Raises:
        pydantic.ValidationError: it is none.
    """
    return Report.model_validate_json(text)


def write_report(report: Report, path: Path) -> None:
    """Store the report at `path`, whole or not at all."""
    write_atomically(path, to_json(report))


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema of a stored report."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        **Report.model_json_schema(by_alias=True, mode="serialization"),
    }
