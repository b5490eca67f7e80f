"""Whose row of a sheet is whose report: by number, by other identifiers, by name."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zachetka.intake.roster import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zachetka.report.model import Report

# Moodle's own name for a folder of a student or, without a number, of a team.
_MOODLE_FOLDER: Final = re.compile(r"(?P<name>.+?)(?:_\d+)?_assignsubmission_")


@dataclass(frozen=True, slots=True)
class Person:
    """A row of a sheet that is about a student.

    `closed` says why it must stay as it is; `maximum` is what the grade is out of, if it is said.
    """

    row: int
    number: str = ""
    identifiers: frozenset[str] = frozenset()
    name: str = ""
    team: str = ""
    closed: str = ""
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The rows that a report belongs to: one, several for a team, or none and `why`."""

    people: tuple[Person, ...] = ()
    why: str = ""


class Register:
    """Finds the rows of a sheet that a report belongs to."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._by_number: dict[str, list[Person]] = defaultdict(list)
        self._by_identifier: dict[str, list[Person]] = defaultdict(list)
        self._by_name: dict[str, list[Person]] = defaultdict(list)
        self._by_team: dict[str, list[Person]] = defaultdict(list)
        for person in people:
            self._by_number[person.number].append(person)
            for identifier in person.identifiers:
                self._by_identifier[identifier].append(person)
            self._by_name[name_key(person.name)].append(person)
            self._by_team[plain(person.team)].append(person)
        for index in (self._by_number, self._by_identifier, self._by_name, self._by_team):
            index.pop("", None)

    def find(self, report: Report) -> Match:
        """Find the rows of a report; the surest way that leads anywhere decides."""
        submission = report.submission
        number = submission.lms_id or ""
        folder = _MOODLE_FOLDER.match(submission.folder or "")
        names = [name for name in (folder and folder["name"], report.name) if name]
        if folder and plain(folder["name"]) in self._by_team:
            return Match(tuple(self._by_team[plain(folder["name"])]))
        by_number = self._by_number.get(number, [])
        # Canvas mangles the student's name and writes the number behind it, which is the key;
        # the file that was graded may lie in an archive and have any name.
        sure = folder is None and report.student.endswith(f"_{number}")
        strangers = [person for person in by_number if not sure and _other(person.name, names)]
        if strangers:
            # The number of a team, or one that another system gave.
            return Match(why=f"its number {number} belongs to {strangers[0].name} there")
        # Moodle's number is none of the university's own.
        others = {report.student} | ({number} if folder is None else set())
        ways: tuple[tuple[dict[str, list[Person]], set[str], Callable[[str], str]], ...] = (
            (self._by_identifier, others, plain),
            (self._by_name, {*names, report.student}, name_key),
        )
        if by_number:
            return _one(by_number)
        for index, keys, make_key in ways:
            found = {person.row: person for key in keys for person in index.get(make_key(key), [])}
            if found:
                return _one(list(found.values()))
        return Match(why="no row has its number, its identifier or its name")


def name_key(name: str) -> str:
    """Give a name in a form that does not depend on the order of its words."""
    return " ".join(sorted(_words(name)))


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", plain(name))


def _other(there: str, here: Iterable[str]) -> bool:
    """Say whether names are known on both sides and none here is a shorter or longer one of there.

    Two students of a class often share a first name.
    """
    theirs = set(_words(there))
    known = [words for name in here if (words := set(_words(name)))]
    return bool(theirs and known) and not any(words <= theirs or theirs <= words for words in known)


def _one(people: list[Person]) -> Match:
    if len(people) == 1:
        return Match((people[0],))
    return Match(why=f"{len(people)} rows could be its own")
