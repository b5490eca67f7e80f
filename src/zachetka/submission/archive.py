"""Zip archives from strangers: listed and read member by member, never extracted.

A member is addressed by its number in the archive's directory, since two may have one name; one of
an archive inside an archive by two numbers.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from zachetka.errors import InfrastructureError, SubmissionRejectedError, UsageError
from zachetka.language import Text
from zachetka.submission.file import FILE_BYTES, RawSubmission, read_bytes, too_large

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

Address = tuple[int, ...]

SUFFIX: Final = ".zip"
# A class of 3,000 whose every folder is a repository; an entry costs about a kilobyte of memory.
MEMBERS: Final = 500_000
DIRECTORY_BYTES: Final = 64_000_000
NESTED_MEMBERS: Final = 20_000

_UTF8_FLAG: Final = 0x800
_ENCRYPTED_FLAG: Final = 0x1
_LOCAL_HEADER_BYTES: Final = 30
_ENTRY_MARK: Final = b"PK\x01\x02"
_FIRST_YEAR: Final = 1980  # of DOS: what is written where no time is known
_ERROR_LETTERS: Final = 120
# LZMA's header says how much memory to take, so only what systems and students really use is read.
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_READ_ERRORS: Final = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError),
    *(ValueError, OverflowError, LookupError),
)

LEADS_OUT: Final = Text("its path leads out of the archive", "его путь ведёт за пределы архива")
LINK: Final = Text("it is a link, not a file", "это ссылка, а не файл")
_ENCRYPTED: Final = Text("it is encrypted", "он зашифрован")
_PACKED: Final = Text(
    "it is packed in a way that is not known here", "он сжат неизвестным здесь способом"
)
_OVERLAPS: Final = Text(
    "it shares its bytes with another file of the archive",
    "он занимает те же байты архива, что и другой файл",
)
_TOO_DEEP: Final = Text(
    "it is an archive in an archive in an archive", "это архив в архиве, который сам в архиве"
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


def list_archive(path: Path) -> list[Member]:
    """List the files of an archive; those of archives in it as if these were folders.

    Raises:
        UsageError: it is no archive that can be read.
    """
    try:
        with _Bounded(io.FileIO(path)) as stream, zipfile.ZipFile(stream) as archive:
            return list(_members(archive, path))
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
            return _read(self._archive, address)
        except (OSError, *_READ_ERRORS) as error:
            what = str(error)[:_ERROR_LETTERS]
            raise InfrastructureError(f"cannot read {source}: {what}") from error

    def forget(self) -> None:
        """Open the archive anew next time: two processes must not share a place in a file."""
        self._archive = None

    def _close(self) -> None:
        if self._archive is not None:
            self._archive.close()
        self._archive = None


# One for each process, whose jobs all come from one archive.
_shared: Final = Reader()
os.register_at_fork(after_in_child=_shared.forget)


class _Bounded(io.BufferedReader):
    """A file for zipfile, which takes the whole directory of an archive in one read."""

    def read(self, size: int | None = -1, /) -> bytes:
        # Without a size it reads the end of the archive only.
        if size is not None and size > DIRECTORY_BYTES:
            raise zipfile.BadZipFile("its directory is too large")
        return super().read(size)


def _read(archive: zipfile.ZipFile, address: Address) -> RawSubmission:
    info = archive.infolist()[address[0]]
    data = _bytes_of(archive, info)
    if len(address) == 1:
        return RawSubmission(_parts(info)[-1], hashlib.sha256(data).hexdigest(), data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as inner:
            return _read(inner, address[1:])
    except (OSError, *_READ_ERRORS) as error:
        # What a student packed: no fault of the archive around it.
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


def _members(archive: zipfile.ZipFile, source: Path, *, nested: bool = False) -> Iterator[Member]:
    infos = archive.infolist()
    if len(infos) > MEMBERS:
        raise ValueError(f"it lists {len(infos)} files, at most {MEMBERS} are read")
    overlapping = _overlapping(infos)
    for number, info in enumerate(infos):
        if info.is_dir():
            continue
        parts = _parts(info)
        trouble = _OVERLAPS if number in overlapping else _trouble(info, parts)
        member = Member(parts, info.file_size, source, (number,), _modified(info), trouble)
        if trouble is not None or not member.name.casefold().endswith(SUFFIX):
            yield member
        elif nested:
            yield replace(member, trouble=_TOO_DEEP)
        else:
            yield from _nested(archive, info, member)


def _nested(archive: zipfile.ZipFile, info: zipfile.ZipInfo, outer: Member) -> Iterator[Member]:
    """Give the files of an archive inside, as if it were a folder of its name."""
    try:
        data = _bytes_of(archive, info)
        if data.count(_ENTRY_MARK) > NESTED_MEMBERS:
            raise ValueError(f"it lists more than {NESTED_MEMBERS} files")
        with zipfile.ZipFile(io.BytesIO(data)) as inner:
            found = list(_members(inner, outer.source, nested=True))
    except (SubmissionRejectedError, *_READ_ERRORS):
        found = []
    if not found:
        yield replace(outer, trouble=BROKEN)
    for member in found:
        yield member.below(outer)


def _overlapping(infos: Sequence[zipfile.ZipInfo]) -> set[int]:
    """Find files that reach into the next: how a small archive claims to hold terabytes."""
    by_place = sorted(range(len(infos)), key=lambda number: infos[number].header_offset)
    return {
        number
        for number, after in pairwise(by_place)
        if infos[number].header_offset + _LOCAL_HEADER_BYTES + infos[number].compress_size
        > infos[after].header_offset
    }


def _trouble(info: zipfile.ZipInfo, parts: tuple[str, ...]) -> Text | None:
    if info.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0][1:2]:
        return LEADS_OUT
    if stat.S_ISLNK(info.external_attr >> 16):
        return LINK
    if info.flag_bits & _ENCRYPTED_FLAG:
        return _ENCRYPTED
    if info.compress_type not in _METHODS:
        return _PACKED
    return None


def _parts(info: zipfile.ZipInfo) -> tuple[str, ...]:
    name = unicodedata.normalize("NFC", _name(info)).replace("\\", "/")
    return tuple(part for part in name.split("/") if part not in {"", "."}) or ("unnamed",)


def _name(info: zipfile.ZipInfo) -> str:
    """Decode a name: UTF-8 where the archive says so or it is, else as Russian Windows writes it.

    Without the flag zipfile reads cp437, from which the bytes can be had back; see APPNOTE 4.4.4.
    """
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        data = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp866")


def _modified(info: zipfile.ZipInfo) -> datetime | None:
    try:
        at = datetime(*info.date_time)  # noqa: DTZ001 - an archive knows no zone
    except ValueError:
        return None
    return at if at.year > _FIRST_YEAR else None
