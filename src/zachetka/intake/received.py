"""When a system received what was handed in, as far as a download tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Final

from zachetka.errors import ZachetkaError
from zachetka.intake.candidates import Owned
from zachetka.intake.layouts import NBGRADER
from zachetka.intake.times import read_time
from zachetka.report.clean import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, tzinfo

    from zachetka.intake.gradescope import GradescopeEntry
    from zachetka.intake.layouts import Found, Owner
    from zachetka.submission.archive import Reader
    from zachetka.submission.listing import Member

_TIMESTAMP: Final = "timestamp.txt"
_TIMESTAMP_BYTES: Final = 200
_SHOWN: Final = 80
_NBGRADER_FOLDERS: Final = 3  # submitted, student, assignment
# No download takes so long: times further apart are not those of the making of the archive.
_DOWNLOAD: Final = timedelta(hours=6)


def are_of_students(members: Iterable[Member]) -> bool:
    """Say whether the times in an archive are those of what was handed in."""
    times = [member.modified for member in members if member.modified]
    return bool(times) and max(times) - min(times) > _DOWNLOAD


def in_time(owner: Owner, member: Member) -> Owned:
    """Tell earlier from later uploads of a student by these times."""
    at = member.modified.replace(tzinfo=UTC).timestamp() if member.modified else 0.0
    return Owned(owner._replace(order=(at,)), member)


@dataclass(frozen=True, slots=True)
class Times:
    """Knows when something was handed in, where the layout has it.

    `unread` is what stands where a time should and could not be read, by student.
    """

    found: Found
    told: Mapping[str, GradescopeEntry]
    is_dated: bool
    is_archive: bool
    zone: tzinfo
    reader: Reader
    unread: dict[str, str] = field(default_factory=dict)

    def of(self, owned: Owned, all_owned: Iterable[Owned]) -> datetime | None:
        """Give the time of one of a student's files; None where nothing tells it."""
        owner, member = owned
        if owner.folder in self.told:
            return self.told[owner.folder].at
        if self.found.layout is NBGRADER:
            # nbgrader writes it beside the notebook; what lies deeper, students have written.
            depth = self.found.root + _NBGRADER_FOLDERS
            marks = [m for _, m in all_owned if m.name == _TIMESTAMP and len(m.parts) == depth + 1]
            own = [m for m in marks if m.parts[:depth] == member.parts[:depth]]
            plain = [m for m in own if len(m.address) <= (1 if self.is_archive else 0)]
            return self._read(plain[0], owner) if plain else None
        if self.is_dated and member.modified:
            return member.modified.replace(tzinfo=self.zone)
        return None

    def notes(self) -> list[str]:
        """Say whose times could not be read, though the system wrote them down."""
        if not self.unread:
            return []
        student, said = next(iter(self.unread.items()))
        count = len(self.unread)
        whose = "one student" if count == 1 else f"{count} students"
        note = (
            f"when {whose} handed in is not known, since {_TIMESTAMP} says no time that can be "
            f"read, for example that of {student}: {said!r}; write it as 2026-11-21 20:00:00 UTC, "
            "or, if the zone has a short name there, give it with --zone Europe/Moscow"
        )
        return [note]

    def _read(self, member: Member, owner: Owner) -> datetime | None:
        try:
            data = self.reader.read(member.source, member.address).data
        except ZachetkaError as error:
            self.unread[owner.key] = clean_line(str(error), _SHOWN)
            return None
        said = data[:_TIMESTAMP_BYTES].decode("utf-8", errors="replace")
        at = read_time(said, self.zone)
        if at is None:
            self.unread[owner.key] = clean_line(said, _SHOWN)
        return at
