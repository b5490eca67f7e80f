"""The bytes of files, with a cap; a submission is a regular file, nothing that looks like one."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zachetka.errors import InfrastructureError, SubmissionRejectedError, UsageError
from zachetka.language import Text

if TYPE_CHECKING:
    from pathlib import Path

FILE_BYTES: Final = 50 * 1000 * 1000


@dataclass(slots=True)
class RawSubmission:
    """The bytes of a file that was handed in, and how many they were."""

    sha256: str
    data: bytes = field(repr=False)
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = len(self.data)

    def take(self) -> bytes:
        """Give the bytes away: a large file need not be held beside its text."""
        data, self.data = self.data, b""
        return data


def read_bytes(path: Path) -> RawSubmission:
    """Read a regular file of bounded size, and nothing that only looks like one.

    Raises:
        SubmissionRejectedError: it is no regular file, or too large.
        UsageError: there is no such file.
        InfrastructureError: the file is there and cannot be read.
    """
    # O_NONBLOCK: opening a FIFO must not wait for its writer.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError as error:
        raise UsageError(f"there is no file {path}: check the path") from error
    except OSError as error:
        # A folder may be closed to us, and so may be every device of a file system.
        if error.errno in {errno.ELOOP, errno.ENXIO, errno.ENODEV} or not _is_regular(path):
            raise _not_a_file() from error
        raise InfrastructureError(f"cannot read {path}: {error.strerror}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _not_a_file()
        if status.st_size > FILE_BYTES:
            raise too_large(status.st_size)
        with open(descriptor, "rb", closefd=False) as stream:
            data = stream.read(FILE_BYTES + 1)
    except OSError as error:
        raise InfrastructureError(f"cannot read {path}: {error.strerror}") from error
    finally:
        os.close(descriptor)
    if len(data) > FILE_BYTES:
        raise too_large(len(data))
    return RawSubmission(hashlib.sha256(data).hexdigest(), data)


def read_capped(path: Path, what: str, most_bytes: int) -> bytes:
    """Read a file of the user's own; `what` says in messages what it is.

    Raises:
        UsageError: it cannot be read, or is too large.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(most_bytes + 1)
    except OSError as error:
        raise UsageError(f"cannot read the {what} {path}: {error.strerror}") from error
    if len(data) > most_bytes:
        raise UsageError(f"cannot read the {what} {path}: too large, more than {most_bytes} bytes")
    return data


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return True  # the caller's own error says more


def _not_a_file() -> SubmissionRejectedError:
    return SubmissionRejectedError(
        Text(
            "This is not a file but a folder, a link or something else with the name of a "
            "notebook. Hand in the .ipynb file itself.",
            "Это не файл, а папка, ссылка или что-то ещё с именем ноутбука. "
            "Сдайте сам файл .ipynb.",
        )
    )


def too_large(size: int) -> SubmissionRejectedError:
    """Say that a file has more bytes than are read."""
    megabytes, most = -(-size // 1_000_000), FILE_BYTES // 1_000_000
    return SubmissionRejectedError(
        Text(
            f"The file is too large: {megabytes} MB of at most {most} MB. Clear the outputs "
            "of its cells and hand it in again.",
            f"Файл слишком большой: {megabytes} МБ при допустимых {most} МБ. "
            "Очистите выводы ячеек и сдайте его ещё раз.",
        )
    )
