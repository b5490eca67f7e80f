"""The files of zip archives from strangers, and of archives in these, as far as they are read."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from zachetka.errors import SubmissionRejectedError, UsageError
from zachetka.language import Text
from zachetka.submission.archive import ERROR_LETTERS, Address, bytes_of
from zachetka.submission.entries import (
    ENTRY_MARK,
    LEADS_OUT,
    OVERLAPS,
    READ_ERRORS,
    modified_at,
    overlapping,
    path_parts,
    trouble_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

SUFFIX: Final = ".zip"
# A class of 3,000 whose every folder is a repository; an entry costs about a kilobyte of memory.
MEMBERS: Final = 500_000
DIRECTORY_BYTES: Final = 64_000_000
# In one archive inside, and in all of those together that have more than a few.
NESTED_MEMBERS: Final = 20_000
ALL_NESTED_MEMBERS: Final = 100_000
_FEW_MEMBERS: Final = 200
_ENTRY_BYTES: Final = 250  # of a directory, where paths are long

_TOO_DEEP: Final = Text(
    "it is an archive in an archive in an archive", "это архив в архиве, который сам в архиве"
)
TOO_MANY: Final = Text(
    "it is an archive of more files than a notebook and its data have",
    "в этом архиве больше файлов, чем у ноутбука с данными",
)
BROKEN: Final = Text(
    "it is an archive that is empty or cannot be read", "это архив, пустой или нечитаемый"
)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a folder or an archive.

    `parts` is its path; `source` and `address` say where its bytes are, for `read_member`;
    `modified` is the time in an archive's directory, which knows no zone; `trouble` is why it
    cannot be read.
    """

    parts: tuple[str, ...]
    size: int
    source: Path
    address: Address = ()
    modified: datetime | None = None
    trouble: Text | None = None

    @property
    def path(self) -> str:
        """Its path as people write it."""
        return "/".join(self.parts)

    @property
    def name(self) -> str:
        """Its last part."""
        return self.parts[-1]

    def below(self, outer: Member) -> Member:
        """Give it as what it is in the folder or archive that its own archive lies in."""
        # Whose it is, the path of the outer one says, whatever the inner path leads to.
        inner = self.parts[-1:] if self.trouble == LEADS_OUT else self.parts
        return replace(
            self,
            parts=(*outer.parts, *inner),
            address=(*outer.address, *self.address),
            modified=outer.modified,
        )


class TooManyFilesError(UsageError):
    """An archive of one student lists more files than there is room for."""


@dataclass(slots=True)
class Allowance:
    """How many more files may be listed in the archives that students packed.

    A class in which everybody packs a few files takes nothing from it; it is for the folders of
    whole environments, of which a class has some, and for what was packed to be many.
    """

    left: int = ALL_NESTED_MEMBERS

    @property
    def most(self) -> int:
        """How many the next archive may have."""
        return min(NESTED_MEMBERS, max(_FEW_MEMBERS, self.left))

    def take(self, members: int) -> None:
        """List an archive of so many files.

        Raises:
            TooManyFilesError: that is more than it may have.
        """
        if members > self.most:
            raise TooManyFilesError(f"it lists {members} files, at most {self.most} are read")
        if members > _FEW_MEMBERS:
            self.left -= members


def list_archive(path: Path, allowance: Allowance | None = None) -> list[Member]:
    """List the files of an archive; those of archives in it as if these were folders.

    Args:
        path: the archive.
        allowance: what the archives in a folder share; without it, this archive is the class.

    Raises:
        TooManyFilesError: it lists more files than the allowance has.
        UsageError: it is no archive that can be read.
    """
    most_bytes = allowance.most * _ENTRY_BYTES if allowance else DIRECTORY_BYTES
    try:
        with _Bounded(path, most_bytes) as stream, zipfile.ZipFile(stream) as archive:
            if allowance:
                allowance.take(len(archive.infolist()))
            members = list(islice(_members(archive, path, allowance or Allowance()), MEMBERS + 1))
            if len(members) > MEMBERS:
                raise ValueError(f"with the archives in it, it has more than {MEMBERS} files")
            return members
    except _DirectoryTooLargeError as error:
        if allowance:
            raise TooManyFilesError(f"{path}: {error}") from error
        raise UsageError(f"{path} is no zip archive that can be read: {error}") from error
    except (OSError, *READ_ERRORS) as error:
        raise UsageError(
            f"{path} is no zip archive that can be read: {str(error)[:ERROR_LETTERS]}"
        ) from error


class _DirectoryTooLargeError(zipfile.BadZipFile):
    """An archive lists more than is read."""


class _Bounded(io.BufferedReader):
    """A file for zipfile, which takes the whole directory of an archive in one read."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        super().__init__(io.FileIO(path))
        self._most_bytes = most_bytes

    def read(self, size: int | None = -1, /) -> bytes:
        # Without a size it reads the end of the archive only.
        if size is not None and size > self._most_bytes:
            raise _DirectoryTooLargeError("its directory is too large")
        return super().read(size)


def _members(
    archive: zipfile.ZipFile, source: Path, allowance: Allowance, *, nested: bool = False
) -> Iterator[Member]:
    infos = archive.infolist()
    if len(infos) > MEMBERS:
        raise ValueError(f"it lists {len(infos)} files, at most {MEMBERS} are read")
    sharing = overlapping(infos)
    for number, info in enumerate(infos):
        if info.is_dir():
            continue
        parts = path_parts(info)
        trouble = OVERLAPS if number in sharing else trouble_of(info, parts)
        member = Member(parts, info.file_size, source, (number,), modified_at(info), trouble)
        if trouble is not None or not member.name.casefold().endswith(SUFFIX):
            yield member
        elif nested:
            yield replace(member, trouble=_TOO_DEEP)
        else:
            yield from _nested(archive, info, member, allowance)


def _nested(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, outer: Member, allowance: Allowance
) -> Iterator[Member]:
    """Give the files of an archive inside, as if it were a folder of its name."""
    try:
        data = bytes_of(archive, info)
        # To count them costs nothing; zipfile makes an object of each.
        allowance.take(data.count(ENTRY_MARK))
        with zipfile.ZipFile(io.BytesIO(data)) as inner:
            found = list(_members(inner, outer.source, allowance, nested=True))
    except TooManyFilesError:
        yield replace(outer, trouble=TOO_MANY)
        return
    except (SubmissionRejectedError, *READ_ERRORS):
        found = []
    if not found:
        yield replace(outer, trouble=BROKEN)
    for member in found:
        yield member.below(outer)
