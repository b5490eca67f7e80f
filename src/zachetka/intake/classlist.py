"""Who handed in what: every file goes to a student or is named as one that could not."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC
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
    NOTEBOOK,
    Found,
    Owner,
    find_layout,
    find_system,
    is_noise,
    is_notebook,
)
from zachetka.intake.place import Place
from zachetka.intake.received import Times, are_of_students, in_time
from zachetka.intake.sentences import why_nothing_is_graded
from zachetka.submission.archive import Reader
from zachetka.submission.entries import LEADS_OUT
from zachetka.submission.listing import SUFFIX, Member

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, tzinfo
    from pathlib import Path

    from zachetka.intake.content import Wanted
    from zachetka.language import Text

_DASH: Final = " - "


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What one student handed in: the notebook that counts, and the rest.

    `notebook` is None where there is none, and `reason` says why; `others` are the notebooks that
    do not count. `at` is when the learning management system received it. `submitters` are the
    students of a group, where the system names them.
    """

    owner: Owner
    notebook: Member | None
    others: tuple[Member, ...] = ()
    rest: tuple[Member, ...] = ()
    at: datetime | None = None
    reason: Text | None = None
    submitters: tuple[Submitter, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassList:
    """All that was found in one place, sorted by the keys of the students.

    `strays` are files of nobody, with the reason; `notes` say what else a teaching assistant
    should know. `undated` says that nobody's time is known, as long as no roster knows one.
    """

    found: Found
    students: tuple[HandedIn, ...]
    strays: tuple[tuple[Member, str], ...]
    notes: tuple[str, ...] = ()
    undated: str = ""


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
    _refuse_single_file(place)
    above = len(place.above)
    members, outside = _inside(place)
    found = _layout_of(members, above, layout)
    if found is None:
        raise UsageError(f"{path} has no *.ipynb, neither by itself nor in its folders")
    # One for all that follows: to read the directory of the archive takes longest.
    with Reader() as reader:
        told, notes = _metadata(found, members, zone, reader)
        by_key, strays = _by_owner(found, above, told, members, reader)
        if is_dated := found.layout is MOODLE and are_of_students(members):
            by_key = {key: [in_time(*each) for each in owned] for key, owned in by_key.items()}
        chosen = choose(all_candidates(by_key, above, reader), reader, assignment, wanted)
        times = Times(
            found, told, is_dated=is_dated, is_archive=place.is_archive, zone=zone, reader=reader
        )
        students = [
            _handed_in(owned, chosen.get(key), above, times)
            for key, owned in sorted(by_key.items())
        ]
    if found.layout is MOODLE:
        students = _with_numbers(students)
    undated = ""
    if all(student.at is None for student in students) and not times.unread:
        undated = "when each student handed in is not known from this download"
    notes += times.notes()
    return ClassList(found, tuple(students), (*outside, *strays), tuple(notes), undated)


def _refuse_single_file(place: Place) -> None:
    suffix = place.path.suffix.casefold()
    if not place.is_archive or suffix == SUFFIX:
        return
    if suffix == NOTEBOOK:
        raise UsageError(
            f"{place.path} is one notebook: grade it with `zachetka grade`, or give its folder"
        )
    raise UsageError(
        f"{place.path} is a file: give a folder or a zip archive; unpack an archive of another kind"
    )


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


def _layout_of(members: Iterable[Member], above: int, name: str) -> Found | None:
    notebooks = [m for m in members if is_notebook(m.name) and not is_noise(m.parts[above:])]
    if notebooks:
        # No system hides a file, so one that is hidden says nothing of how the others are named.
        shown = [m for m in notebooks if not m.name.startswith(".")]
        return find_layout(shown or notebooks, above=above, name=name)
    # Where the system says whose a file is, a class without any notebook is a class.
    others = [m for m in members if not is_noise(m.parts[above:])]
    return find_system(others, above=above) if others else None


def _metadata(
    found: Found, members: Iterable[Member], zone: tzinfo, reader: Reader
) -> tuple[dict[str, GradescopeEntry], list[str]]:
    if found.layout is not GRADESCOPE:
        return {}, []
    for member in members:
        if member.name == METADATA and len(member.parts) == found.root + 1:
            try:
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
        elif not is_noise(_whose(found, owner, member)):
            entry = told.get(owner.folder)
            owned = Owned(_named(owner, entry) if entry else owner, member)
            by_key[owned.owner.key].append(owned)
    return _beside_notebooks(by_key) if found.layout is FLAT else by_key, strays


def _whose(found: Found, owner: Owner, member: Member) -> tuple[str, ...]:
    """Give the part of a path that says whose it is: in plain layouts the first, suffix and all."""
    return member.parts[found.root : found.root + 1] if found.layout.plain else (owner.key,)


def _beside_notebooks(by_key: Mapping[str, list[Owned]]) -> dict[str, list[Owned]]:
    """Give what else a student of Google Classroom handed in to the owner of the notebook.

    There every name begins with that of the student: "Anna Smith - report.pdf".
    """
    named: dict[str, list[str]] = defaultdict(list)
    files = Counter[str]()
    for key, owned in by_key.items():
        student, dash, file = key.partition(_DASH)
        if dash and any(is_notebook(each.member.name) for each in owned):
            named[student].append(key)
            files[file] += 1
    joined: dict[str, list[Owned]] = defaultdict(list)
    for key, owned in by_key.items():
        student, dash, _ = key.partition(_DASH)
        same = named.get(student, []) if dash else []
        # There notebooks are called as the one that was given out. Else what stands before the
        # dash may be a group or the assignment: "311 - Petrov.pdf" beside "311 - Ivanov.ipynb".
        is_classroom = len(same) == 1 and files[same[0].partition(_DASH)[2]] > 1
        own = same[0] if is_classroom else key
        joined[own] += [
            each._replace(owner=each.owner._replace(key=own, name=own)) for each in owned
        ]
    return joined


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


def _handed_in(
    owned: Sequence[Owned], notebook: Member | None, above: int, times: Times
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
        reason=None if notebook else why_nothing_is_graded(own),
        submitters=entry.submitters if entry else (),
    )


def _below(member: Member, above: int) -> Member:
    """Leave out the names of the folder that was given and of those above it."""
    return replace(member, parts=member.parts[above:])


def _with_numbers(students: list[HandedIn]) -> list[HandedIn]:
    """Tell students apart who are all called "Participant": so Moodle marks blindly."""
    names = {student.owner.name for student in students}
    if len(students) < 2 or len(names) > 1:  # noqa: PLR2004 - one has nobody to be told from
        return students
    return [replace(student, owner=_with_number(student.owner)) for student in students]


def _with_number(owner: Owner) -> Owner:
    return owner._replace(name=f"{owner.name} {owner.lms_id}".strip())
