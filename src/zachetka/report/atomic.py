"""Write a file so that nobody ever sees half of it."""

from __future__ import annotations

import contextlib
import os
import secrets
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

TEMPORARY_PREFIX: Final = ".zachetka-"
TEMPORARY_SUFFIX: Final = ".tmp"


def write_atomically(path: Path, content: str | bytes) -> None:
    """Put `content` at `path`: the file is either as it was or whole, also after a power cut.

    The temporary file stands in the same folder under a short hidden name, since the name of a
    report may already be as long as the file system allows.

    Raises:
        OSError: the folder cannot be written, or the disk is full.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    temporary = path.parent / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}{TEMPORARY_SUFFIX}"
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def sweep(folder: Path) -> None:
    """Remove what a writer that was killed left in `folder`."""
    for leftover in folder.glob(f"{TEMPORARY_PREFIX}*{TEMPORARY_SUFFIX}"):
        with contextlib.suppress(OSError):
            leftover.unlink()
