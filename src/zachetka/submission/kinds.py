"""Files of other programs that are handed in as notebooks, known by their first bytes."""

from __future__ import annotations

import io
import zipfile
from typing import Final

from zachetka.errors import SubmissionRejectedError
from zachetka.language import Text
from zachetka.submission.archive import bytes_of
from zachetka.submission.entries import ENTRY_MARK, METHODS, READ_ERRORS

PACKED: Final = "an archive with the name of a notebook: the one notebook in it was read"

_ZIP: Final = b"PK\x03\x04"
_MOST_ENTRIES: Final = 1000  # each of them is an object
_ENDING: Final = ".ipynb"
_HAND_IN: Final = Text(
    "Hand in the notebook itself: a file .ipynb, as Jupyter and Colab save it.",
    "Сдайте сам ноутбук: файл .ipynb, который сохраняют Jupyter и Colab.",
)
_ARCHIVE: Final = Text(
    "The file is an archive with the name of a notebook. Unpack it and hand in the .ipynb file "
    "itself.",
    "Это архив с именем ноутбука. Распакуйте его и сдайте сам файл .ipynb.",
)


def _kind(en: str, ru: str) -> Text:
    return Text(f"The file is {en}, not a notebook. ", f"Это {ru}, а не ноутбук. ") + _HAND_IN


_BY_FIRST_BYTES: Final = (
    ((b"%PDF-",), _kind("a PDF document", "документ PDF")),
    (
        (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\0", b"MM\0*"),
        _kind("a picture", "картинка"),
    ),
    ((b"{\\rtf",), _kind("a text document (RTF)", "текстовый документ (RTF)")),
    (
        (b"\xd0\xcf\x11\xe0",),
        _kind("a document of Microsoft Office (such as .doc)", "документ Microsoft Office (.doc)"),
    ),
    ((b"bplist00",), _kind("a shortcut to a page", "ярлык веб-страницы")),
    ((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\x1f\x9d", b"BZh", b"\xfd7zXZ"), _ARCHIVE),
)
# What lies in the archives that documents are, whose names no compression hides.
_BY_PARTS: Final = (
    (b"word/document.xml", _kind("a Word document (.docx)", "документ Word (.docx)")),
    (b"xl/workbook.xml", _kind("an Excel workbook (.xlsx)", "таблица Excel (.xlsx)")),
    (b"ppt/presentation.xml", _kind("a presentation (.pptx)", "презентация (.pptx)")),
    (b"application/vnd.oasis", _kind("a document of LibreOffice", "документ LibreOffice")),
)


def refuse_other_kinds(data: bytes) -> None:
    """Tell what a file is that no encoding could make a notebook of.

    Raises:
        SubmissionRejectedError: it is the file of another program.
    """
    for beginnings, said in _BY_FIRST_BYTES:
        if data.startswith(beginnings):
            raise SubmissionRejectedError(said)
    if data.startswith(_ZIP):
        documents = (said for part, said in _BY_PARTS if part in data)
        raise SubmissionRejectedError(next(documents, _ARCHIVE))


def only_notebook(data: bytes) -> bytes | None:
    """Give the one notebook of an archive with the name of a notebook; None if it is no such."""
    if not data.startswith(_ZIP) or data.count(ENTRY_MARK) > _MOST_ENTRIES:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            named = [info for info in archive.infolist() if _is_notebook(info)]
            if len(named) != 1:
                return None
            return bytes_of(archive, named[0])
    except (SubmissionRejectedError, OSError, *READ_ERRORS):
        return None


def _is_notebook(info: zipfile.ZipInfo) -> bool:
    *folders, name = info.filename.split("/")
    is_hidden = name.startswith(".") or any(part.startswith((".", "__")) for part in folders)
    is_plain = info.compress_type in METHODS
    return name.casefold().endswith(_ENDING) and is_plain and not is_hidden
