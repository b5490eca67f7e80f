"""What a course says about its assignments, where it stands, and the secret it grades with."""

from __future__ import annotations

import contextlib
import math
import os
import re
import secrets
import tomllib
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from zachetka.errors import UsageError
from zachetka.language import Text
from zachetka.sandbox.base import MIB, Limits

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA: Final = "zachetka.assignment/1"
SECRET_VARIABLE: Final = "ZACHETKA_SECRET"  # noqa: S105 - the name of one, not a secret

_ASSIGNMENT_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SECRET_BYTES: Final = 32
_SECRET_FEWEST_CHARACTERS: Final = 16
_WHOLE: Final = 100.0

# Far above what anybody means, and below what overflows where it is used.
Positive = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
# In MiB: a size below a KiB would be none once it is rounded to bytes.
Size = Annotated[Positive, Field(ge=1 / 1024)]
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


class Manifest(_Model):
    """An assignment.toml."""

    schema_: Literal["zachetka.assignment/1"] = Field(alias="schema")
    name: Annotated[str, Field(pattern=f"^{_ASSIGNMENT_NAME.pattern}$")]
    version: str = Field(min_length=1, max_length=40)
    max_score: Positive = 1.0
    title: Title
    tasks: dict[str, Task] = Field(min_length=1)
    limits_table: LimitsTable = Field(default=LimitsTable(), alias="limits")

    @model_validator(mode="after")
    def _weights_are_a_whole(self) -> Self:
        total = math.fsum(task.weight for task in self.tasks.values())
        if not math.isclose(total, _WHOLE):
            raise ValueError(f"the weights of the tasks sum to {total:g}, not to 100")
        return self

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
        manifest = Manifest.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValidationError as error:
        raise UsageError(f"{path} is wrong: {_first_reason(error)}") from error
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


def _first_reason(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"]))
    reason = first["msg"].removeprefix("Value error, ")
    return f"{place}: {reason}" if place else reason
