"""What a course says about its assignments, where it stands, and the secret it grades with."""

from __future__ import annotations

import contextlib
import math
import os
import re
import secrets
import tomllib
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from zachetka.errors import UsageError
from zachetka.language import Text
from zachetka.sandbox.base import MIB, Limits

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

SCHEMA: Final = "zachetka.assignment/1"
SECRET_VARIABLE: Final = "ZACHETKA_SECRET"  # noqa: S105 - the name of one, not a secret

_ASSIGNMENT_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SECRET_BYTES: Final = 32
_SECRET_FEWEST_CHARACTERS: Final = 16
_WHOLE: Final = 100.0
# A deadline outside of these is a slip of the pen, and arithmetic with it could overflow.
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100

# Far above what anybody means, and below what overflows where it is used.
Positive = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
# In MiB: a size below a KiB would be none once it is rounded to bytes.
Size = Annotated[Positive, Field(ge=1 / 1024)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
# At most a week: a longer grace is another deadline.
Minutes = Annotated[float, Field(ge=0, le=7 * 24 * 60, allow_inf_nan=False)]
Identifier = Annotated[str, Field(pattern=r"^[^\W\d]\w*$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Title(_Model):
    """The name of an assignment for people."""

    en: str
    ru: str


class Task(_Model):
    """One task: its share of the assignment in percent and the names it must define."""

    weight: Positive
    names: tuple[Identifier, ...] = Field(min_length=1)


class LimitsTable(_Model):
    """What differs from the usual limits; sizes in MiB."""

    cell_s: Positive | None = None
    probe_s: Positive | None = None
    total_s: Positive | None = None
    memory_mb: Size | None = None
    disk_mb: Size | None = None
    output_mb: Size | None = None
    reply_mb: Size | None = None
    # The kernel and the agent are some twenty threads, and copies of the kernel need theirs.
    processes: Annotated[int, Field(ge=48, le=1_000_000)] | None = None
    cpus: Positive | None = None


class LateRule(_Model):
    """What a late submission loses: percents of the points earned, for each started day."""

    # First, since the check of the deadline reads it.
    zone: str | None = None
    deadline: AwareDatetime
    percent_per_day: Percent = 10.0
    cap_percent: Percent = 30.0
    grace_minutes: Minutes = 0.0

    @field_validator("zone")
    @classmethod
    def _is_known(cls, untrusted_zone: str | None) -> str | None:
        if untrusted_zone is not None:
            try:
                ZoneInfo(untrusted_zone)
            except (KeyError, ValueError, OSError) as error:
                raise ValueError(
                    f"{untrusted_zone[:60]!r} is no time zone that this machine knows; write one "
                    'such as "Europe/Moscow", or leave it out and write the offset: '
                    "deadline = 2026-12-01T23:59:00+03:00"
                ) from error
        return untrusted_zone

    @field_validator("deadline", mode="before")
    @classmethod
    def _is_one_moment(cls, untrusted_deadline: object, info: ValidationInfo) -> datetime:
        deadline = _date_and_time(untrusted_deadline)
        zone = info.data.get("zone")
        if deadline.tzinfo is None and zone is None:
            written = deadline.isoformat()
            raise ValueError(
                f"{written} has no time zone: write {written}+03:00 with your offset, or add "
                'zone = "Europe/Moscow" with your zone'
            )
        if deadline.tzinfo is not None and zone is not None:
            raise ValueError("it has an offset of its own: leave out the offset or the zone")
        if not FIRST_YEAR <= deadline.year <= LAST_YEAR:
            raise ValueError(f"the year {deadline.year} cannot be meant")
        return deadline if zone is None else deadline.replace(tzinfo=ZoneInfo(zone))


class Manifest(_Model):
    """An assignment.toml."""

    schema_: Literal["zachetka.assignment/1"] = Field(alias="schema")
    name: Annotated[str, Field(pattern=f"^{_ASSIGNMENT_NAME.pattern}$")]
    version: str = Field(min_length=1, max_length=40)
    max_score: Positive = 1.0
    title: Title
    tasks: dict[str, Task] = Field(min_length=1)
    limits_table: LimitsTable = Field(default=LimitsTable(), alias="limits")
    late: LateRule | None = None

    @model_validator(mode="after")
    def _weights_are_a_whole(self) -> Self:
        total = math.fsum(task.weight for task in self.tasks.values())
        if not math.isclose(total, _WHOLE):
            raise ValueError(f"the weights of the tasks sum to {total:g}, not to 100")
        return self

    @property
    def names(self) -> frozenset[str]:
        """What all tasks together want to be defined."""
        return frozenset(name for task in self.tasks.values() for name in task.names)

    @property
    def title_text(self) -> Text:
        """The title in both languages."""
        return Text(en=self.title.en, ru=self.title.ru)

    def limits(self) -> Limits:
        """What one submission of this assignment may use."""
        values = self.limits_table.model_dump(exclude_none=True)
        return Limits(
            **{
                name.replace("_mb", "_bytes"): int(value * MIB) if name.endswith("_mb") else value
                for name, value in values.items()
            }
        )


def find_course(start: Path) -> Path:
    """Give the course that `start` stands in: the nearest folder upwards with `assignments/`.

    Raises:
        UsageError: there is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "assignments").is_dir():
            return folder
    raise UsageError(
        f"{start} is no course: neither it nor a folder above it has assignments/; "
        "go to the course or name it with --course PATH"
    )


def assignment_names(course: Path) -> list[str]:
    """Name the assignments of a course."""
    return sorted(path.parent.name for path in course.glob("assignments/*/assignment.toml"))


def load_manifest(course: Path, assignment: str) -> Manifest:
    """Read `assignments/<assignment>/assignment.toml`.

    Raises:
        UsageError: there is no such assignment, or its file is broken.
    """
    path = course / "assignments" / assignment / "assignment.toml"
    if not _ASSIGNMENT_NAME.fullmatch(assignment) or not path.is_file():
        known = ", ".join(assignment_names(course)) or "none"
        raise UsageError(f"there is no assignment {assignment!r} in {course}; known: {known}")
    try:
        manifest = Manifest.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
    except ValidationError as error:
        raise UsageError(f"{path} is wrong: {reasons(error)}") from error
    except (OSError, ValueError, RecursionError) as error:
        # Numbers of thousands of digits and deep nesting are no TOMLDecodeError.
        raise UsageError(f"{path} cannot be read: {error}") from error
    if manifest.name != assignment:
        raise UsageError(f"{path} is wrong: it names {manifest.name!r}, not its folder's name")
    return manifest


def course_secret(course: Path) -> bytes:
    """Give what the inputs of the checks are drawn from; made on first use.

    The environment's `ZACHETKA_SECRET` wins over the course's file `.zachetka/secret`.

    Raises:
        UsageError: the secret is broken, or none can be stored.
    """
    given = os.environ.get(SECRET_VARIABLE, "").strip()
    if given:
        return _checked_secret(given.encode(), SECRET_VARIABLE)
    path = course / ".zachetka" / "secret"
    try:
        with contextlib.suppress(FileNotFoundError):
            return _checked_secret(path.read_bytes().strip(), str(path))
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _make_secret(path)
        return _checked_secret(path.read_bytes().strip(), str(path))
    except OSError as error:
        raise UsageError(
            f"the secret of the course cannot be stored at {path}: {error.strerror}; "
            f"make it writable or set {SECRET_VARIABLE}"
        ) from error


def _make_secret(path: Path) -> None:
    """Create the file whole, and only if no other process was faster."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_hex(_SECRET_BYTES) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        temporary.unlink()


def _checked_secret(secret: bytes, where: str) -> bytes:
    if len(secret) < _SECRET_FEWEST_CHARACTERS:
        raise UsageError(
            f"the secret in {where} is too short: at least "
            f"{_SECRET_FEWEST_CHARACTERS} characters are needed"
        )
    return secret


def _date_and_time(untrusted_value: object) -> datetime:
    """Take a date with a time, from TOML or as a string; pydantic would take numbers, too."""
    if isinstance(untrusted_value, datetime):
        return untrusted_value
    try:
        # A date alone has ten characters at most, and would be taken for its first minute.
        if isinstance(untrusted_value, str) and len(untrusted_value.strip()) > len("2026-12-01"):
            return datetime.fromisoformat(untrusted_value.strip())
    except ValueError:
        pass
    raise ValueError("it must be a date with a time and an offset: 2026-12-01T23:59:00+03:00")


def reasons(error: ValidationError) -> str:
    """Say in one line all that is wrong, and where."""
    return "; ".join(map(_reason, error.errors(include_url=False)))


def _reason(detail: ErrorDetails) -> str:
    place = ".".join(map(str, detail["loc"]))
    reason = detail["msg"].removeprefix("Value error, ")
    return f"{place}: {reason}" if place else reason
