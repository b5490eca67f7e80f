"""The tables of a class as a workbook: figures are figures, and no text is ever a formula."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Final

from zachetka.errors import UsageError
from zachetka.export.archive import to_zip
from zachetka.report.junit import xml_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpyxl.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

    from zachetka.export.tables import CellValue, Table

# What a cell of a workbook holds at most, and how many rows a sheet has.
_CELL: Final = 32_767
_ROWS: Final = 1_048_576
# A workbook says when it was made; this one is to depend on the reports alone.
_MADE: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - openpyxl takes times of day without a zone


def to_workbook(tables: Mapping[str, Table]) -> bytes:
    """Give a workbook with a sheet per table, the heading in view wherever one scrolls.

    Raises:
        UsageError: a table is longer than a sheet can be.
    """
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    book = Workbook(write_only=True)
    book.properties.creator = "zachetka"
    book.properties.created = book.properties.modified = _MADE
    for title, table in tables.items():
        if len(table.rows) >= _ROWS:
            raise UsageError(f"{len(table.rows)} rows of {title} are more than a workbook takes")
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for row in (table.head, *table.rows):
            sheet.append([_cell(sheet, value) for value in row])
    stream = io.BytesIO()
    # Workbook.save would put in the time of day.
    ExcelWriter(book, zipfile.ZipFile(stream, "w")).save()
    with zipfile.ZipFile(stream) as archive:
        return to_zip([(name, archive.read(name)) for name in archive.namelist()])


def _cell(sheet: WriteOnlyWorksheet, value: CellValue) -> Cell:
    from openpyxl.cell import WriteOnlyCell

    text = xml_text(value)[:_CELL] if isinstance(value, str) else value
    cell = WriteOnlyCell(sheet, value=text)
    if isinstance(value, str):
        cell.data_type = "s"  # openpyxl takes a text that starts with = for a formula
    return cell
