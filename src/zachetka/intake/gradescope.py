"""Gradescope's submission_metadata.yml: who stands behind `submission_<id>`.

Its keys are Ruby symbols (`:name`); known from parsers by others, since no specification is public.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from zachetka.errors import UsageError
from zachetka.intake.times import read_time

if TYPE_CHECKING:
    from datetime import tzinfo

METADATA: Final = "submission_metadata.yml"

# The parser in C takes a stack frame for each level, and the process falls with it.
_DEPTH: Final = 60


@dataclass(frozen=True, slots=True)
class Submitter:
    """One of those who handed a submission in."""

    name: str
    sid: str
    email: str

    @property
    def key(self) -> str:
        """What tells one from the others."""
        return self.sid or self.email or self.name


@dataclass(frozen=True, slots=True)
class GradescopeEntry:
    """What the file says of one submission."""

    submitters: tuple[Submitter, ...]
    at: datetime | None


def read_metadata(data: bytes, zone: tzinfo = UTC) -> dict[str, GradescopeEntry]:
    """Give what is said of each submission, by the name of its folder, such as `submission_1`.

    Args:
        data: the file.
        zone: that of a time which names none.

    Raises:
        UsageError: the file is not what it should be.
    """
    untrusted_document = _document(data)
    if not isinstance(untrusted_document, dict):
        raise UsageError(f"{METADATA} lists no submissions")
    return {
        key: _entry(untrusted_entry, zone)
        for key, untrusted_entry in untrusted_document.items()
        if isinstance(key, str) and isinstance(untrusted_entry, dict)
    }


def _document(data: bytes) -> object:
    """Read the file as maps, lists and strings: what Ruby's tags mean is of no interest."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    depth = 0
    try:
        for event in yaml.parse(data, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEPTH:
                raise UsageError(f"{METADATA} cannot be read: it is nested too deeply")
        return yaml.load(data, Loader=loader)  # noqa: S506 - it makes strings only
    except (yaml.YAMLError, ValueError) as error:
        why = " ".join(str(error).split())[:200]
        raise UsageError(f"{METADATA} cannot be read: {why}") from error


def _entry(untrusted_entry: dict[Any, Any], zone: tzinfo) -> GradescopeEntry:
    untrusted_submitters = untrusted_entry.get(":submitters")
    listed = untrusted_submitters if isinstance(untrusted_submitters, list) else []
    submitters = (
        Submitter(*(_text(each.get(f":{what}")) for what in ("name", "sid", "email")))
        for each in listed
        if isinstance(each, dict)
    )
    return GradescopeEntry(
        tuple(submitter for submitter in submitters if submitter.key),
        read_time(_text(untrusted_entry.get(":created_at")), zone),
    )


def _text(untrusted_value: object) -> str:
    return untrusted_value if isinstance(untrusted_value, str) else ""
