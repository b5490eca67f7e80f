"""Zip archives from strangers: read member by member, never extracted.

A member is addressed by its number in the archive's directory, since two may have one name; one of
an archive inside an archive by two numbers.
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from typing import TYPE_CHECKING, Final

from zachetka.errors import InfrastructureError, SubmissionRejectedError
from zachetka.language import Text
from zachetka.submission.entries import READ_ERRORS
from zachetka.submission.file import FILE_BYTES, RawSubmission, read_bytes, too_large

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

Address = tuple[int, ...]

ERROR_LETTERS: Final = 120
# An archive inside that is kept open for its next file takes as much memory.
_KEPT_BYTES: Final = 5_000_000


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
        except (OSError, *READ_ERRORS) as error:
            what = str(error)[:ERROR_LETTERS]
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
        data = bytes_of(archive, info)
        try:
            inner = zipfile.ZipFile(io.BytesIO(data))
        except (OSError, *READ_ERRORS) as error:
            raise _damaged() from error
        if len(data) <= _KEPT_BYTES:
            self._inner = outer, inner
        return _of_student(inner, below)


# One for each process, whose jobs all come from one archive.
_shared: Final = Reader()
os.register_at_fork(after_in_child=_shared.forget)


def _raw(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> RawSubmission:
    data = bytes_of(archive, info)
    return RawSubmission(hashlib.sha256(data).hexdigest(), data)


def _of_student(inner: zipfile.ZipFile, below: Sequence[int]) -> RawSubmission:
    """Read a file of what a student packed: its faults are not those of the archive around it."""
    try:
        (number,) = below
        return _raw(inner, inner.infolist()[number])
    except (OSError, *READ_ERRORS) as error:
        raise _damaged() from error


def bytes_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Read one file of an archive.

    Raises:
        SubmissionRejectedError: it is too large or damaged.
    """
    # What the directory says of its size may be a lie, in both directions.
    try:
        with archive.open(info) as stream:
            data = stream.read(FILE_BYTES + 1)
    except (RuntimeError, *READ_ERRORS) as error:
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
