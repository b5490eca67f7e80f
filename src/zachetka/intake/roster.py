"""The class as the university knows it: a CSV with one student per row."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from zachetka.errors import UsageError
from zachetka.intake.times import read_time
from zachetka.intake.worksheet import WORKSHEET
from zachetka.report.clean import clean_line
from zachetka.submission.file import read_capped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo
    from pathlib import Path

# What columns are called, in lower case and without underscores; the first that is there counts.
_NAMES: Final = {
    "id": (
        *("id", "student id", "sid", *WORKSHEET["id_number"], "username", "login"),
        *("roster identifier", "sis user id", "sis login id"),
        *("номер", "логин", "идентификационный номер"),
    ),
    "participant": ("identifier", "идентификатор", "participant"),
    "name": ("name", *WORKSHEET["name"], "fullname", "student name", "student"),
    "first": (*WORKSHEET["first"], "firstname", "given name"),
    "last": (*WORKSHEET["last"], "lastname", "surname", "family name"),
    "email": ("email", "e-mail", *WORKSHEET["email"], "mail", "почта"),
    "group": (*WORKSHEET["team"], "section", "sections", "groups", "группы"),
    "github": ("github username", "github", "github login"),
    "repository": ("student repository name", "repository"),
    "at": (
        *("handed in at", "submitted at", "submission time", "время сдачи"),
        *WORKSHEET["handed_in_at"],
    ),
}
_KEYS: Final = ("id", "email", "github", "participant")
_BYTES: Final = 20_000_000
_ROWS: Final = 100_000
_TEXT_LETTERS: Final = 500
_SHOWN: Final = 200
_NUMBER: Final = re.compile(r"\d+")
_NO_LETTERS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Student:
    """One row of the roster.

    `participant` is the number that Moodle gives a student in an assignment; `at` is when
    something was handed in, if the file says so, as Moodle's grading worksheet does.
    """

    id: str
    name: str
    email: str = ""
    group: str = ""
    github: str = ""
    repository: str = ""
    participant: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Roster:
    """The class; `notes` says what was odd about its file."""

    students: tuple[Student, ...]
    notes: tuple[str, ...] = ()

    def with_key(self, *keys: str) -> Student | None:
        """Find the one student with one of the keys: id, e-mail, login, repository."""
        found = (_only(index.get(plain(key), [])) for key in keys for index in self._by_key if key)
        return next(filter(None, found), None)

    def with_participant(self, number: str) -> Student | None:
        """Find the student whom Moodle gives this number."""
        return _only(self._by_participant.get(number, []))

    def with_name(self, name: str) -> Student | None:
        """Find the one student of this name, with or without a patronymic, in any order."""
        words = frozenset(_words(name))
        exact = self._by_words.get(words) or self._by_letters.get(_joined(name)) if words else None
        if exact or len(words) <= 1:
            return _only(exact or [])
        alike = {theirs for word in words for theirs in self._with_word.get(word, ())}
        return _only(
            [
                student
                for theirs in alike
                if len(theirs) > 1 and (theirs <= words or words <= theirs)
                for student in self._by_words[theirs]
            ]
        )

    def in_group(self, group: str) -> tuple[Student, ...]:
        """Give the students of a group."""
        wanted = plain(group)
        return tuple(each for each in self.students if wanted and plain(each.group) == wanted)

    @cached_property
    def _by_key(self) -> tuple[dict[str, list[Student]], ...]:
        # An id is worth more than a login, which two domains may have.
        return (
            _index((student.id, student) for student in self.students),
            _index(
                (key, student)
                for student in self.students
                for key in {student.email, student.github, student.repository}
            ),
            _index((student.email.partition("@")[0], student) for student in self.students),
        )

    @cached_property
    def _by_participant(self) -> dict[str, list[Student]]:
        return _index((student.participant, student) for student in self.students)

    @cached_property
    def _by_words(self) -> dict[frozenset[str], list[Student]]:
        by_words: dict[frozenset[str], list[Student]] = defaultdict(list)
        for student in self.students:
            by_words[frozenset(_words(student.name))].append(student)
        return by_words

    @cached_property
    def _with_word(self) -> dict[str, list[frozenset[str]]]:
        with_word: dict[str, list[frozenset[str]]] = defaultdict(list)
        for words in self._by_words:
            for word in words:
                with_word[word].append(words)
        return with_word

    @cached_property
    def _by_letters(self) -> dict[str, list[Student]]:
        """Names as Canvas writes them in file names: `petrovivan`."""
        by_letters: dict[str, list[Student]] = defaultdict(list)
        for student in self.students:
            words = [_joined(word) for word in plain(student.name).split()]
            for order in {tuple(words), (*words[-1:], *words[:-1])}:
                by_letters["".join(order)].append(student)
        return by_letters


def read_roster(path: Path, zone: tzinfo = UTC) -> Roster:
    """Read a roster: commas, semicolons or tabs, UTF-8 with or without a mark, UTF-16 or cp1251.

    Columns are known by their usual names in English and Russian, whoever made the file: the
    university, GitHub, the gradebook of Canvas; those of Moodle's grading worksheet in German, too.

    Args:
        path: the file.
        zone: that of times in it that name none.

    Raises:
        UsageError: it cannot be read, or has no column that says who somebody is.
    """
    data = read_capped(path, "roster", _BYTES)
    if data.startswith(b"PK"):
        raise UsageError(f"the roster {path} is a workbook: save it as CSV")
    try:
        rows = list(numbered_rows(decode_table(data)))
    except csv.Error as error:
        raise UsageError(f"the roster {path} is no CSV: {error}") from error
    if not rows:
        raise UsageError(f"the roster {path} is empty")
    if len(rows) > _ROWS:
        raise UsageError(f"the roster {path} has more than {_ROWS} lines")
    columns = _columns(rows[0][1])
    if not columns.keys() & {*_KEYS, "name", "last"}:
        has = clean_line(", ".join(rows[0][1]), _SHOWN)
        raise UsageError(
            f"the roster {path} has no column id, email, name or github_username in its first "
            f"line, which is: {has}"
        )
    return _roster(columns, rows[1:], zone)


def decode_table(data: bytes) -> str:
    """Decode a table that some spreadsheet has saved."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251", errors="replace")


def delimiter_of(text: str) -> str:
    """Give what divides the cells: what the first line has most of."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    return max(",;\t", key=first.count)


def plain(text: str) -> str:
    """Give a name or an id in the form in which those that people take for the same are equal."""
    folded = unicodedata.normalize("NFC", text).casefold().replace("ё", "е")
    return " ".join(folded.replace("_", " ").split())


def numbered_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give the rows that are not empty, each with the number of its last line.

    Raises:
        csv.Error: a quote is not closed, or a cell is too large; the line is named.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            # Excel's own way to say what divides the cells.
            if any(cells) and not (reader.line_num == 1 and cells[0].casefold() == "sep="):
                yield reader.line_num, cells
    except csv.Error as error:
        raise csv.Error(f"line {reader.line_num}: {error}") from error


def _columns(header: list[str]) -> dict[str, int]:
    names = [plain(name) for name in header]
    if not set(WORKSHEET["changeable"]).isdisjoint(names):
        # In German, Moodle heads its own numbers as others head those of students.
        names = ["identifier" if name == "id" else name for name in names]
    columns = {
        what: names.index(known[0])
        for what, all_known in _NAMES.items()
        if (known := [name for name in all_known if name in names])
    }
    if "student" in names:
        # Beside a name it is who that is, as in our own summary.
        student = names.index("student")
        if columns["name"] == student and columns.keys() & {"first", "last"}:
            del columns["name"]
        if columns.get("name") != student:
            columns.setdefault("id", student)
    return columns


def _roster(columns: dict[str, int], rows: Iterable[tuple[int, list[str]]], zone: tzinfo) -> Roster:
    students: dict[str, Student] = {}
    notes: list[str] = []
    for number, row in rows:
        student = _student(columns, row, zone)
        before = students.get(plain(student.id))
        if not student.id:
            notes.append(f"line {number} of the roster names nobody: {_shown(row)}")
        elif before is not None:
            notes.append(
                f"line {number} of the roster repeats {student.id}: {before.name or '-'} stays, "
                f"{student.name or '-'} is left out"
            )
        else:
            students[plain(student.id)] = student
    return Roster(tuple(students.values()), tuple(notes))


def _student(columns: dict[str, int], row: list[str], zone: tzinfo) -> Student:
    cells = {
        what: clean_line(row[column], _TEXT_LETTERS) if column < len(row) else ""
        for what, column in columns.items()
    }
    name = cells.get("name") or f"{cells.get('first', '')} {cells.get('last', '')}".strip()
    # Where nobody has a number, the name has to do; a row without its number is no student.
    keys = [cells[what] for what in _KEYS if what in cells] or [name]
    participant = _NUMBER.search(cells.get("participant", ""))
    return Student(
        id=next(filter(None, keys), ""),
        name=name,
        email=cells.get("email", ""),
        group=cells.get("group", ""),
        github=cells.get("github", ""),
        repository=cells.get("repository", ""),
        participant=participant[0] if participant else "",
        at=read_time(cells.get("at", ""), zone),
    )


def _index(pairs: Iterable[tuple[str, Student]]) -> dict[str, list[Student]]:
    index: dict[str, list[Student]] = defaultdict(list)
    for key, student in pairs:
        if key:
            index[plain(key)].append(student)
    return index


def _only(students: list[Student]) -> Student | None:
    return students[0] if len(students) == 1 else None


def _words(name: str) -> list[str]:
    return [word for word in _NO_LETTERS.split(plain(name)) if word]


def _joined(text: str) -> str:
    return _NO_LETTERS.sub("", plain(text))


def _shown(row: list[str]) -> str:
    return clean_line(", ".join(filter(None, row)), _SHOWN)
