"""A table of somebody else's, as CSV: single cells of it change, every other byte stays.

Writing the rows anew would change quotes, line ends and the mark at the start, and a system that
reads its own file back may mind. So cells are known by where they stand in the file.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zachetka.errors import UsageError
from zachetka.submission.file import read_capped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_BYTES: Final = 50_000_000
_CELLS: Final = 1_000_000
_FIRST_ROW: Final = 1_000_000  # bytes
_DELIMITERS: Final = (b",", b";", b"\t")
_UTF8: Final = "utf-8"
_NOT_CSV: Final = {
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
    b"PK": "a workbook or an archive",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what it says, and from where to where it stands in the file, quotes included."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table and the bytes that it was read from."""

    data: bytes
    encoding: str
    delimiter: bytes
    rows: tuple[tuple[Cell, ...], ...]

    def text(self, row: int, column: int | None) -> str:
        """Give what a cell says, without spaces around it; nothing where there is no cell."""
        if column is None or column >= len(self.rows[row]):
            return ""
        return self.rows[row][column].text.strip()

    def changed(self, changes: Mapping[tuple[int, int], str]) -> bytes:
        """Give the file with other texts in the cells that are named by row and column."""
        pieces: list[bytes] = []
        position = 0
        for (row, column), text in sorted(changes.items()):
            cell = self.rows[row][column]
            pieces += [self.data[position : cell.start], self._encoded(cell, text)]
            position = cell.end
        return b"".join([*pieces, self.data[position:]])

    def _encoded(self, cell: Cell, text: str) -> bytes:
        """Write a text as the cell was written: quoted if that was, or if it must be."""
        encoded = text.encode(self.encoding, errors="xmlcharrefreplace")
        was_quoted = self.data[cell.start : cell.start + 1] == b'"'
        if was_quoted or re.search(rb'["\r\n]|\A\s|\s\Z|' + re.escape(self.delimiter), encoded):
            return b'"' + encoded.replace(b'"', b'""') + b'"'
        return encoded


def read_sheet(path: Path) -> Sheet:
    """Read a sheet: commas, semicolons or tabs, UTF-8 with or without a mark, or cp1251.

    Raises:
        UsageError: it cannot be read, or is no CSV.
    """
    untrusted_data = read_capped(path, "sheet", _BYTES)
    for start, what in _NOT_CSV.items():
        if untrusted_data.startswith(start):
            raise UsageError(
                f"the sheet {path} is {what}, not CSV in UTF-8: give the file as it was downloaded"
            )
    try:
        return parse_sheet(untrusted_data)
    except UsageError as error:
        raise UsageError(f"the sheet {path} {error}") from error


def parse_sheet(untrusted_data: bytes) -> Sheet:
    """Find the cells of a sheet.

    What divides them is what the first row has most of, outside quotes.

    Raises:
        UsageError: it has too many cells, or a quotation mark that is never closed.
    """
    start = len(codecs.BOM_UTF8) if untrusted_data.startswith(codecs.BOM_UTF8) else 0
    delimiter = _delimiter(untrusted_data[start : start + _FIRST_ROW])
    try:
        untrusted_data.decode(_UTF8)
        encoding = _UTF8
    except UnicodeDecodeError:
        encoding = "cp1251"
    splitter = _Splitter(untrusted_data, delimiter)
    rows: list[tuple[Cell, ...]] = []
    count = 0
    position = start
    while position < len(untrusted_data):
        spans, position = splitter.row_from(position)
        count += len(spans)
        if count > _CELLS:
            raise UsageError(f"has more than {_CELLS} cells")
        rows.append(
            tuple(
                Cell(_value(untrusted_data[begin:end], encoding), begin, end)
                for begin, end in spans
            )
        )
    if splitter.unclosed:
        raise UsageError("has a quotation mark that is never closed: download it again")
    return Sheet(untrusted_data, encoding, delimiter, tuple(rows))


def _delimiter(data: bytes) -> bytes:
    first = re.split(rb"[\r\n]", re.sub(rb'"[^"]*"', b"", data), maxsplit=1)[0]
    return max(_DELIMITERS, key=first.count)


class _Splitter:
    """Finds where the cells of a row stand."""

    def __init__(self, data: bytes, delimiter: bytes) -> None:
        self._data = data
        self.delimiter = delimiter
        self.unclosed = False
        # Possessive: whatever the bytes are, each is looked at once.
        self._cell = re.compile(
            rb'(?:"(?:[^"]++|"")*+(?P<close>"|\Z))?'
            rb"[^%b\r\n]*+(?P<end>%b|\r\n|\r|\n|\Z)" % (delimiter, delimiter)
        )

    def row_from(self, position: int) -> tuple[list[tuple[int, int]], int]:
        """Give where the cells of the row at `position` stand, and where the next row starts."""
        spans: list[tuple[int, int]] = []
        while len(spans) <= _CELLS:
            match = self._cell.match(self._data, position)
            if match is None:  # it matches anything, so this is for the type checker
                break
            self.unclosed = self.unclosed or match["close"] == b""
            spans.append((position, match.start("end")))
            position = match.end()
            if match["end"] != self.delimiter:
                break
        return spans, position


def _value(raw: bytes, encoding: str) -> str:
    text = raw.decode(encoding, errors="replace")
    if not text.startswith('"'):
        return text
    quoted = re.match(r'"((?:[^"]++|"")*+)"?', text)
    if quoted is None:
        return text
    return quoted[1].replace('""', '"') + text[quoted.end() :]
