"""What the directory of a zip archive says of one file: its path, its time, why it is not read."""

from __future__ import annotations

import stat
import struct
import unicodedata
import zipfile
import zlib
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from zachetka.language import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

ENTRY_MARK: Final = b"PK\x01\x02"  # before each entry of a directory
READ_ERRORS: Final = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError),
    *(ValueError, OverflowError, LookupError),
)
# LZMA's header says how much memory to take, so only what systems and students really use is read.
METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})

_UTF8_FLAG: Final = 0x800
_ENCRYPTED_FLAG: Final = 0x1
_LOCAL_HEADER_BYTES: Final = 30
_FIRST_YEAR: Final = 1980  # of DOS: what is written where no time is known

LEADS_OUT: Final = Text("its path leads out of the archive", "его путь ведёт за пределы архива")
LINK: Final = Text("it is a link, not a file", "это ссылка, а не файл")
_ENCRYPTED: Final = Text("it is encrypted", "он зашифрован")
_PACKED: Final = Text(
    "it is packed in a way that is not known here", "он сжат неизвестным здесь способом"
)
OVERLAPS: Final = Text(
    "it shares its bytes with another file of the archive",
    "он занимает те же байты архива, что и другой файл",
)


def overlapping(infos: Sequence[zipfile.ZipInfo]) -> set[int]:
    """Find files that reach into the next: how a small archive claims to hold terabytes."""
    by_place = sorted(range(len(infos)), key=lambda number: infos[number].header_offset)
    return {
        number
        for number, after in pairwise(by_place)
        if infos[number].header_offset + _LOCAL_HEADER_BYTES + infos[number].compress_size
        > infos[after].header_offset
    }


def trouble_of(info: zipfile.ZipInfo, parts: tuple[str, ...]) -> Text | None:
    """Say why a file is not read."""
    if info.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0][1:2]:
        return LEADS_OUT
    if stat.S_ISLNK(info.external_attr >> 16):
        return LINK
    if info.flag_bits & _ENCRYPTED_FLAG:
        return _ENCRYPTED
    if info.compress_type not in METHODS:
        return _PACKED
    return None


def path_parts(info: zipfile.ZipInfo) -> tuple[str, ...]:
    """Give the path of a file in the archive."""
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


def modified_at(info: zipfile.ZipInfo) -> datetime | None:
    """Give the time of a file, where there is one."""
    try:
        at = datetime(*info.date_time)  # noqa: DTZ001 - an archive knows no zone
    except ValueError:
        return None
    return at if at.year > _FIRST_YEAR else None
