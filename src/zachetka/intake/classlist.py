"""Who handed in what: every file goes to a student or is named as one that could not."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from zachetka.errors import UsageError, ZachetkaError
from zachetka.intake.candidates import Owned, all_candidates, has_cells
from zachetka.intake.choice import choose
from zachetka.intake.gradescope import METADATA, GradescopeEntry, Submitter, read_metadata
from zachetka.intake.layouts import (
    FLAT,
    GRADESCOPE,
    JSON,
    MOODLE,
    NBGRADER,
    NOTEBOOK,
    Found,
    Owner,
    find_layout,
    find_system,
    is_noise,
    is_notebook,
)
from zachetka.intake.place import Place
from zachetka.intake.times import read_time
from zachetka.language import Text
from zachetka.report.clean import clean_line
from zachetka.submission.archive import SUFFIX, Member, Reader
from zachetka.submission.entries import LEADS_OUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import tzinfo
    from pathlib import Path

    from zachetka.intake.content import Wanted

_TIMESTAMP: Final = "timestamp.txt"
_TIMESTAMP_BYTES: Final = 200
_NBGRADER_FOLDERS: Final = 3  # submitted, student, assignment
_NAMED: Final = 3
_NAME_LETTERS: Final = 80
# No download takes so long: times further apart are not those of the making of the archive.
_DOWNLOAD: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What one student handed in: the notebook that counts, and the rest.

    `notebook` is None where there is none, and `reason` says why; `others` are the notebooks that
    do not count, and `note` names them. `at` is when the learning management system received it.
    `submitters` are the students of a group, where the system names them.
    """

    owner: Owner
    notebook: Member | None
    others: tuple[Member, ...] = ()
    rest: tuple[Member, ...] = ()
    at: datetime | None = None
    note: str | None = None
    reason: Text | None = None
    submitters: tuple[Submitter, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassList:
    """All that was found in one place, sorted by the keys of the students.

    `strays` are files of nobody, with the reason; `notes` say what else a teaching assistant
    should know.
    """

    place: Place
    found: Found
    students: tuple[HandedIn, ...]
    strays: tuple[tuple[Member, str], ...]
    notes: tuple[str, ...] = ()


def read_class(
    path: Path,
    *,
    assignment: str = "",
    wanted: Wanted | None = None,
    layout: str = "",
    zone: tzinfo = UTC,
) -> ClassList:
    """Sort the files of a folder or an archive by students.

    When something was handed in, Gradescope and nbgrader write down. Canvas, and Moodle since 4.1,
    give every file in their archives the time at which the archive was made, and no file on a disk
    has the time that a system recorded: there it is None. An older Moodle gives the times at which
    it stored the files; these are taken where they are too far apart to be those of one download.

    Args:
        path: what was downloaded.
        assignment: of several notebooks of a student, one that is about this one counts first.
        wanted: what it asks for; the notebook that holds the most of it counts before all others.
        layout: the name of the layout, where it is not to be found out.
        zone: that of the server, for times that name none, as all in archives do.

    Raises:
        UsageError: it cannot be read, has no notebook, or no layout fits.
    """
    place = Place(path)
    if place.is_archive and path.suffix.casefold() == NOTEBOOK:
        raise UsageError(
            f"{path} is one notebook: grade it with `zachetka grade`, or give its folder"
        )
    if place.is_archive and path.suffix.casefold() != SUFFIX:
        raise UsageError(
            f"{path} is a file: give a folder or a zip archive; unpack an archive of another kind"
        )
    above = len(place.above)
    members, outside = _inside(place)
    notebooks = [m for m in members if is_notebook(m.name) and not is_noise(m.parts[above:])]
    found = find_layout(notebooks, above=above, name=layout) if notebooks else None
    if found is None:
        # Where the system says whose a file is, a class without any notebook is a class.
        others = [m for m in members if not is_noise(m.parts[above:])]
        found = find_system(others, above=above) if others else None
    if found is None:
        raise UsageError(f"{path} has no *.ipynb, neither by itself nor in its folders")
    told, notes = _metadata(found, members, zone)
    with Reader() as reader:
        by_key, strays = _by_owner(found, above, told, members, reader)
    if is_dated := found.layout is MOODLE and _are_of_students(members):
        by_key = {key: [_in_time(*each) for each in owned] for key, owned in by_key.items()}
    with Reader() as reader:
        candidates = all_candidates(by_key, above, reader)
    chosen = choose(candidates, assignment, wanted)
    with Reader() as reader:
        times = _Times(
            found, told, is_dated=is_dated, is_archive=place.is_archive, zone=zone, reader=reader
        )
        students = [
            _handed_in(owned, chosen.get(key), above, times)
            for key, owned in sorted(by_key.items())
        ]
    if found.layout is MOODLE:
        students = _with_numbers(students)
    if all(student.at is None for student in students):
        notes.append("when each student handed in is not known from this download")
    return ClassList(place, found, tuple(students), (*outside, *strays), tuple(notes))


def _inside(place: Place) -> tuple[list[Member], list[tuple[Member, str]]]:
    """Keep files of the archive itself whose paths lead out of it away from all that follows."""
    members, strays = [], []
    is_archive = place.is_archive
    for member in place.members():
        if is_archive and len(member.address) == 1 and member.trouble == LEADS_OUT:
            strays.append((member, LEADS_OUT.en))
        else:
            members.append(member)
    return members, strays


def _metadata(
    found: Found, members: Iterable[Member], zone: tzinfo
) -> tuple[dict[str, GradescopeEntry], list[str]]:
    if found.layout is not GRADESCOPE:
        return {}, []
    for member in members:
        if member.name == METADATA and len(member.parts) == found.root + 1:
            try:
                with Reader() as reader:
                    data = reader.read(member.source, member.address).data
                return read_metadata(data, zone), []
            except ZachetkaError as error:
                return {}, [f"the names of the students are not known: {error}"]
    return {}, [f"the names of the students are not known: there is no {METADATA}"]


def _by_owner(
    found: Found,
    above: int,
    told: Mapping[str, GradescopeEntry],
    members: Iterable[Member],
    reader: Reader,
) -> tuple[dict[str, list[Owned]], list[tuple[Member, str]]]:
    by_key: dict[str, list[Owned]] = defaultdict(list)
    strays: list[tuple[Member, str]] = []
    for member in members:
        owner = found.layout.owner(member.parts[found.root :])
        if owner is None or _is_other_json(found, member, reader):
            if member.name != METADATA and not is_noise(member.parts[above:]):
                why = member.trouble or f"not named as in {found.layout.title}"
                strays.append((_below(member, above), str(why)))
        elif not is_noise((owner.key,)):
            entry = told.get(owner.folder)
            owned = Owned(_named(owner, entry) if entry else owner, member)
            by_key[owned.owner.key].append(owned)
    return by_key, strays


def _is_other_json(found: Found, member: Member, reader: Reader) -> bool:
    """Say whether a file of a flat folder is JSON, and of nobody since it is no notebook."""
    return (
        found.layout is FLAT
        and len(member.parts) == found.root + 1
        and member.name.casefold().endswith(JSON)
        and not is_notebook(member.name)
        and not has_cells(member, reader)
    )


def _named(owner: Owner, entry: GradescopeEntry) -> Owner:
    """Give the owner of a Gradescope submission the names of all who handed it in."""
    if not entry.submitters:
        return owner
    first = entry.submitters[0]
    return owner._replace(
        key="+".join(submitter.key for submitter in entry.submitters),
        name=", ".join(submitter.name or submitter.key for submitter in entry.submitters),
        lms_id=first.sid or first.email,
        order=(entry.at.timestamp() if entry.at else 0.0, *owner.order),
    )


def _are_of_students(members: Iterable[Member]) -> bool:
    """Say whether the times in an archive are those of what was handed in."""
    times = [member.modified for member in members if member.modified]
    return bool(times) and max(times) - min(times) > _DOWNLOAD


def _in_time(owner: Owner, member: Member) -> Owned:
    at = member.modified.replace(tzinfo=UTC).timestamp() if member.modified else 0.0
    return Owned(owner._replace(order=(at,)), member)


@dataclass(frozen=True, slots=True)
class _Times:
    """Knows when something was handed in, where the layout has it."""

    found: Found
    told: Mapping[str, GradescopeEntry]
    is_dated: bool
    is_archive: bool
    zone: tzinfo
    reader: Reader

    def of(self, owned: Owned, all_owned: Iterable[Owned]) -> datetime | None:
        owner, member = owned
        if owner.folder in self.told:
            return self.told[owner.folder].at
        if self.found.layout is NBGRADER:
            # nbgrader writes it beside the notebook; what lies deeper, students have written.
            depth = self.found.root + _NBGRADER_FOLDERS
            marks = [m for _, m in all_owned if m.name == _TIMESTAMP and len(m.parts) == depth + 1]
            own = [m for m in marks if m.parts[:depth] == member.parts[:depth]]
            plain = [m for m in own if len(m.address) <= (1 if self.is_archive else 0)]
            return self._read(plain[0]) if plain else None
        if self.is_dated and member.modified:
            return member.modified.replace(tzinfo=self.zone)
        return None

    def _read(self, member: Member) -> datetime | None:
        try:
            data = self.reader.read(member.source, member.address).data
        except ZachetkaError:
            return None
        return read_time(data[:_TIMESTAMP_BYTES].decode("utf-8", errors="replace"), self.zone)


def _handed_in(
    owned: Sequence[Owned], notebook: Member | None, above: int, times: _Times
) -> HandedIn:
    main = next((each for each in owned if each.member is notebook), owned[0])
    entry = times.told.get(main.owner.folder)
    rest = [_below(m, above) for _, m in owned if m is not notebook]
    own = [member for member in rest if not is_noise(member.parts)]
    others = [member for member in own if is_notebook(member.name)]
    notebook = _below(notebook, above) if notebook else None
    return HandedIn(
        main.owner,
        notebook,
        tuple(others),
        tuple(member for member in own if not is_notebook(member.name)),
        at=times.of(main, owned),
        note=_note(notebook, others) if notebook and others else None,
        reason=None if notebook else _reason(own),
        submitters=entry.submitters if entry else (),
    )


def _below(member: Member, above: int) -> Member:
    """Leave out the names of the folder that was given and of those above it."""
    return replace(member, parts=member.parts[above:])


def _note(notebook: Member, others: Sequence[Member]) -> str:
    # Where two have one name, their folders tell them apart.
    alike = any(other.name == notebook.name for other in others)
    shown = [_shown(m.path if alike else m.name) for m in (notebook, *others[:_NAMED])]
    more = "" if len(others) <= _NAMED else f" and {len(others) - _NAMED} more"
    return f"{shown[0]} is graded, not {', '.join(shown[1:])}{more}"


def _reason(own: Sequence[Member]) -> Text:
    """Say to the student why there is nothing to be graded."""
    again = Text(" Hand in the notebook itself (.ipynb).", " Сдайте сам ноутбук (.ipynb).")
    told = sorted(own, key=lambda member: not is_notebook(member.name))
    for member in told:
        if member.trouble is not None:
            name = _shown(member.name)
            cause = Text(
                f"{name} cannot be graded: {member.trouble.en}.",
                f"{name} нельзя проверить: {member.trouble.ru}.",
            )
            return cause + again
    if not own:
        return Text("No file was handed in.", "Ни одного файла не сдано.") + again
    names = ", ".join(_shown(member.name) for member in own[:_NAMED])
    more = "" if len(own) <= _NAMED else ", ..."
    return (
        Text(
            f"There is no notebook in what was handed in: {names}{more}.",
            f"В том, что сдано, нет ноутбука: {names}{more}.",
        )
        + again
    )


def _shown(untrusted_name: str) -> str:
    return clean_line(untrusted_name, _NAME_LETTERS)


def _with_numbers(students: list[HandedIn]) -> list[HandedIn]:
    """Tell students apart who are all called "Participant": so Moodle marks blindly."""
    names = {student.owner.name for student in students}
    if len(students) < 2 or len(names) > 1:  # noqa: PLR2004 - one has nobody to be told from
        return students
    return [
        replace(student, owner=owner._replace(name=f"{owner.name} {owner.lms_id}".strip()))
        for student in students
        for owner in (student.owner,)
    ]
