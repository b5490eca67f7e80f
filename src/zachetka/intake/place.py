"""A folder or an archive as a list of files; archives inside are looked into as if folders."""

from __future__ import annotations

import os
import stat
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zachetka.errors import UsageError
from zachetka.intake.layouts import CHECKPOINTS, NOTEBOOK, is_noise
from zachetka.language import Text
from zachetka.submission.listing import (
    BROKEN,
    SUFFIX,
    TOO_MANY,
    Allowance,
    Member,
    TooManyFilesError,
    list_archive,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILES: Final = 500_000
_DEPTH: Final = 40
# nbgrader has two folders above that of an assignment.
_ABOVE: Final = 3

NOT_A_FILE: Final = Text(
    "it is not a file but a folder, a link or something else",
    "это не файл, а папка, ссылка или что-то ещё",
)
_CLOSED: Final = Text("the folder cannot be read", "папку не удаётся прочитать")
_DEEP: Final = Text("the folder lies too deep", "папка вложена слишком глубоко")


@dataclass(frozen=True, slots=True)
class Place:
    """A folder or an archive with files, each found again by its member."""

    path: Path

    @property
    def is_archive(self) -> bool:
        """Whether it is a zip archive, not a folder."""
        return self.path.is_file()

    @property
    def above(self) -> tuple[str, ...]:
        """The names that the paths of members begin with: of a folder and of those above it."""
        return () if self.is_archive else self.path.resolve().parts[1:][-_ABOVE:]

    def members(self) -> list[Member]:
        """List its files, in the same order every time.

        Raises:
            UsageError: it cannot be read, or has too many files.
        """
        if self.is_archive:
            return list_archive(self.path)
        try:
            top = _entries(self.path)
        except OSError as error:
            raise UsageError(f"cannot read the folder {self.path}: {error.strerror}") from error
        members: list[Member] = []
        for member in _files(top, self.above, Allowance()):
            members.append(member)
            if len(members) > _FILES:
                raise UsageError(f"{self.path} has more than {_FILES} files")
        return members


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: os.fsencode(entry.name))


def _files(
    entries: list[os.DirEntry[str]], above: tuple[str, ...], allowance: Allowance
) -> Iterator[Member]:
    """Give the files without following links, which could lead anywhere."""
    for entry in entries:
        here = (*above, unicodedata.normalize("NFC", entry.name))
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from _folder(path, here, allowance)
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        except OSError:  # a folder without passage: whoever grades the file will say so
            yield Member(here, 0, path)
            continue
        member = Member(here, status.st_size, path)
        if not stat.S_ISREG(status.st_mode):
            yield replace(member, trouble=NOT_A_FILE)
        elif entry.name.casefold().endswith(SUFFIX):
            yield from _archive(member, allowance)
        else:
            yield member


def _folder(path: Path, here: tuple[str, ...], allowance: Allowance) -> Iterator[Member]:
    member = Member(here, 0, path)
    is_skipped = is_noise(here[-1:]) and here[-1] != CHECKPOINTS
    if is_skipped or member.name.casefold().endswith(NOTEBOOK):
        # Not looked into: a repository has many files. That it is there tells of its student.
        yield replace(member, trouble=NOT_A_FILE)
    elif len(here) > _DEPTH:
        yield replace(member, trouble=_DEEP)
    else:
        try:
            entries = _entries(path)
        except OSError:
            yield replace(member, trouble=_CLOSED)
        else:
            yield from _files(entries, here, allowance)


def _archive(outer: Member, allowance: Allowance) -> Iterator[Member]:
    try:
        members = list_archive(outer.source, allowance)
    except TooManyFilesError:
        yield replace(outer, trouble=TOO_MANY)
        return
    except UsageError:
        members = []
    if not members:
        yield replace(outer, trouble=BROKEN)
    for member in members:
        yield member.below(outer)
