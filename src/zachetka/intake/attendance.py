"""The class list and the roster side by side: who each student is, and who handed in nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zachetka.intake.layouts import CANVAS, GITHUB, GRADESCOPE, MOODLE
from zachetka.intake.roster import plain
from zachetka.report.store import Missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zachetka.intake.classlist import ClassList, HandedIn
    from zachetka.intake.layouts import Layout
    from zachetka.intake.roster import Roster, Student


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who is who.

    `students` are those of the roster by the key of what they handed in; `unknown` are keys that
    the roster does not have; `missing` handed in nothing; `notes` say what is not clear.
    """

    students: Mapping[str, Student]
    missing: tuple[Missing, ...]
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def take_attendance(class_list: ClassList, roster: Roster, *, assignment: str = "") -> Attendance:
    """Find everybody who handed something in in the roster, and name those who did not.

    Numbers and names must not contradict each other: Moodle's number is another one in every
    assignment, and the university's may by chance be that of another student in Canvas.

    Args:
        class_list: what was handed in.
        roster: the class.
        assignment: its name, which file names may end with.
    """
    layout = class_list.found.layout
    students: dict[str, Student] = {}
    present: dict[str, str] = {}
    unknown: list[str] = []
    notes: list[str] = []
    for handed_in in class_list.students:
        key = handed_in.owner.key
        team = _team(handed_in, layout, roster)
        found = [] if team else _found(handed_in, layout, roster, assignment, notes)
        if found:
            students[key] = found[0]
        elif not team:
            unknown.append(key)
        for student in (*team, *found):
            if student.id in present:
                notes.append(
                    f"{student.name or student.id} of the roster handed in twice: as "
                    f"{present[student.id]} and as {key}"
                )
            present.setdefault(student.id, key)
    missing = tuple(
        Missing(student.id, student.name, student.group)
        for student in roster.students
        if student.id not in present
    )
    return Attendance(students, missing, tuple(unknown), tuple(notes))


def _team(handed_in: HandedIn, layout: Layout, roster: Roster) -> tuple[Student, ...]:
    """Give the students of a team of Moodle, which has the name of their group."""
    if layout is not MOODLE or roster.with_name(handed_in.owner.name):
        return ()
    return roster.in_group(handed_in.owner.name)


def _found(
    handed_in: HandedIn, layout: Layout, roster: Roster, assignment: str, notes: list[str]
) -> list[Student]:
    owner = handed_in.owner
    if layout is GRADESCOPE:
        pairs = [
            (roster.with_key(each.sid, each.email), roster.with_name(each.name))
            for each in handed_in.submitters
        ]
    elif layout is MOODLE:
        pairs = [(roster.with_participant(owner.lms_id), roster.with_name(owner.name))]
    elif layout is CANVAS:
        pairs = [(roster.with_key(owner.lms_id), roster.with_name(owner.name))]
    elif layout is GITHUB:
        # The repository first: a login may end with what GitHub adds to tell two apart.
        pairs = [(roster.with_key(owner.folder, owner.key), None)]
    else:
        called = (owner.key, _without(assignment, owner.key))
        named = next(filter(None, map(roster.with_name, called)), None)
        pairs = [(roster.with_key(*called), named)]
    for by_key, by_name in pairs:
        if by_key and by_name and by_key != by_name:
            notes.append(
                f"{owner.key} is {by_key.name or by_key.id} by number and "
                f"{by_name.name or by_name.id} by name: taken for neither"
            )
    return [
        student
        for by_key, by_name in pairs
        if (student := by_key or by_name) and (not by_key or not by_name or by_key == by_name)
    ]


def _without(assignment: str, stem: str) -> str:
    """Give `petrov_ivan` for `petrov_ivan_mlp`."""
    words, name = plain(stem), plain(assignment)
    if not name:
        return words
    return re.sub(rf"^{re.escape(name)}\b[ .-]*|[ .-]*\b{re.escape(name)}$", "", words)
