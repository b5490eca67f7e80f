"""Zip archives from strangers: listed and read member by member, never extracted.

A member is addressed by its number in the archive's directory, since two may have one name; one of
an archive inside an archive by two numbers.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zipfile
import zlib
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from zachetka.errors import InfrastructureError, SubmissionRejectedError, UsageError
from zachetka.language import Text
from zachetka.submission.entries import (
    LEADS_OUT,
    OVERLAPS,
    modified_at,
    overlapping,
    path_parts,
    trouble_of,
)
from zachetka.submission.file import FILE_BYTES, RawSubmission, read_bytes, too_large

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType
    from typing import Self

Address = tuple[int, ...]

SUFFIX: Final = ".zip"
# A class of 3,000 whose every folder is a repository; an entry costs about a kilobyte of memory.
MEMBERS: Final = 500_000
DIRECTORY_BYTES: Final = 64_000_000
# In one archive inside, and in all of those together that have more than a few.
NESTED_MEMBERS: Final = 20_000
ALL_NESTED_MEMBERS: Final = 100_000
_FEW_MEMBERS: Final = 200
_ENTRY_BYTES: Final = 250  # of a directory, where paths are long
# One that is kept open for its next file takes as much memory.
_KEPT_BYTES: Final = 5_000_000

_ENTRY_MARK: Final = b"PK\x01\x02"
_ERROR_LETTERS: Final = 120
_READ_ERRORS: Final = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError),
    *(ValueError, OverflowError, LookupError),
)

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
    except (OSError, *_READ_ERRORS) as error:
        raise UsageError(
            f"{path} is no zip archive that can be read: {str(error)[:_ERROR_LETTERS]}"
        ) from error


def read_member(source: Path, address: Address) -> RawSubmission:
    """Read one file: a plain one where there is no address, else one of an archive.

    Raises:
        SubmissionRejectedError: it is too large or damaged, or no regular file.
        UsageError: there is no such file.
        InfrastructureError: the archive itself is gone or damaged.
    """
    return _shared.read(source, address)


class Reader:
    """Reads many members and opens their archive once: reading its directory takes longest."""

    def __init__(self) -> None:
        self._source: tuple[Path, int, int, int] | None = None
        self._archive: zipfile.ZipFile | None = None
        self._inner: tuple[int, zipfile.ZipFile] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._close()

    def read(self, source: Path, address: Address) -> RawSubmission:
        """Read one file; see `read_member`, also for what is raised."""
        if not address:
            return read_bytes(source)
        try:
            status = source.stat()
            state = (source, status.st_ino, status.st_size, status.st_mtime_ns)
            if state != self._source or self._archive is None:
                self._close()
                self._archive, self._source = zipfile.ZipFile(source), state
            return self._read(self._archive, address)
        except (OSError, *_READ_ERRORS) as error:
            what = str(error)[:_ERROR_LETTERS]
            raise InfrastructureError(f"cannot read {source}: {what}") from error

    def forget(self) -> None:
        """Open the archive anew next time: two processes must not share a place in a file."""
        self._archive = self._inner = None

    def _close(self) -> None:
        if self._archive is not None:
            self._archive.close()
        self.forget()

    def _read(self, archive: zipfile.ZipFile, address: Address) -> RawSubmission:
        outer, *below = address
        info = archive.infolist()[outer]
        if not below:
            return _raw(archive, info)
        if self._inner is not None and self._inner[0] == outer:
            return _of_student(self._inner[1], below)
        data = _bytes_of(archive, info)
        try:
            inner = zipfile.ZipFile(io.BytesIO(data))
        except (OSError, *_READ_ERRORS) as error:
            raise _damaged() from error
        if len(data) <= _KEPT_BYTES:
            self._inner = outer, inner
        return _of_student(inner, below)


# One for each process, whose jobs all come from one archive.
_shared: Final = Reader()
os.register_at_fork(after_in_child=_shared.forget)


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


def _raw(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> RawSubmission:
    data = _bytes_of(archive, info)
    return RawSubmission(path_parts(info)[-1], hashlib.sha256(data).hexdigest(), data)


def _of_student(inner: zipfile.ZipFile, below: Sequence[int]) -> RawSubmission:
    """Read a file of what a student packed: its faults are not those of the archive around it."""
    try:
        (number,) = below
        return _raw(inner, inner.infolist()[number])
    except (OSError, *_READ_ERRORS) as error:
        raise _damaged() from error


def _bytes_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    # What the directory says of its size may be a lie, in both directions.
    try:
        with archive.open(info) as stream:
            data = stream.read(FILE_BYTES + 1)
    except (RuntimeError, *_READ_ERRORS) as error:
        raise _damaged() from error
    if len(data) > FILE_BYTES:
        raise too_large(max(len(data), info.file_size))
    return data


def _damaged() -> SubmissionRejectedError:
    return SubmissionRejectedError(
        Text(
            "The file is damaged in the archive that it came in. Hand it in again.",
            "Файл повреждён в архиве, в котором он пришёл. Сдайте его ещё раз.",
        )
    )


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
        data = _bytes_of(archive, info)
        # To count them costs nothing; zipfile makes an object of each.
        allowance.take(data.count(_ENTRY_MARK))
        with zipfile.ZipFile(io.BytesIO(data)) as inner:
            found = list(_members(inner, outer.source, allowance, nested=True))
    except TooManyFilesError:
        yield replace(outer, trouble=TOO_MANY)
        return
    except (SubmissionRejectedError, *_READ_ERRORS):
        found = []
    if not found:
        yield replace(outer, trouble=BROKEN)
    for member in found:
        yield member.below(outer)
