"""The notebook in a submission's bytes: its code cells, repaired where that is possible."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from zachetka.errors import SubmissionRejectedError
from zachetka.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zachetka.submission.file import RawSubmission

CELL_COUNT: Final = 2000
SOURCE_BYTES: Final = 1_000_000
SOURCES_BYTES: Final = 8_000_000

# A parsed object costs some 25 times its characters; these bound the memory that parsing takes,
# far above what honest outputs hold. A quote that is escaped begins no string.
_BRACKETS: Final = 2_000_000
_COMMAS: Final = 6_000_000
_QUOTES: Final = 3_000_000

_REPAIRS: Final = 20

_LONG_NUMBER: Final = 18
_OTHER_KERNELS: Final = {
    "ir": "R",
    "r": "R",
    "julia": "Julia",
    "octave": "Octave",
    "scala": "Scala",
    "sql": "SQL",
    "bash": "Bash",
    "javascript": "JavaScript",
    "c++": "C++",
    "xcpp": "C++",
    "rust": "Rust",
}
_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}")

_BROKEN: Final = Text(
    "The file is not a notebook: its JSON is broken. Open it in Jupyter; if it does "
    "not open, download it again (.ipynb) and hand that in.",
    "Файл не является ноутбуком: JSON в нём повреждён. Откройте его в Jupyter; если "
    "он не открывается, скачайте его заново (.ipynb) и сдайте снова.",
)
# What students hand in under the name of a notebook, and Jupyter would open no better.
_NO_NOTEBOOKS: Final = (
    (
        re.compile(r"\A(?:PK\x03\x04|\x1f|Rar!|7z)"),
        Text(
            "The file is an archive with the name of a notebook. Unpack it and hand in the "
            ".ipynb file itself.",
            "Это архив с именем ноутбука. Распакуйте его и сдайте сам файл .ipynb.",
        ),
    ),
    (
        re.compile(r"\A\s*<(?:!doctype|html|\?xml)", re.IGNORECASE),
        Text(
            "The file is a web page, not a notebook: perhaps the page was saved, or a page to "
            "log in. Download the notebook itself (.ipynb) and hand that in.",
            "Это веб-страница, а не ноутбук: возможно, сохранилась сама страница или страница "
            "входа. Скачайте сам ноутбук (.ipynb) и сдайте его.",
        ),
    ),
    (
        re.compile(r"\Aversion https://git-lfs|^(?:<{7}|>{7})(?: |$)", re.MULTILINE),
        Text(
            "The file is not as git should have left it: it holds marks of a conflict, or only "
            "a pointer of Git LFS. Mend that (`git lfs pull` for a pointer) and hand it in again.",
            "Файл остался от git неготовым: в нём метки конфликта или только указатель Git LFS. "
            "Исправьте это (для указателя: `git lfs pull`) и сдайте файл ещё раз.",
        ),
    ),
    (
        re.compile(r"^(?:import|from|def|class) \w[^\n]*$", re.MULTILINE),
        Text(
            "The file is a Python script with the name of a notebook. Hand in the notebook "
            "itself (.ipynb).",
            "Это скрипт на Python с именем ноутбука. Сдайте сам ноутбук (.ipynb).",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell; `index` is its position among all cells of the notebook."""

    index: int
    source: str


@dataclass(frozen=True, slots=True)
class Submission:
    """The code of a notebook.

    `repairs` says in English what had to be mended; `declared_assignment` and `declared_language`
    are what the template wrote into the notebook's metadata, if it is still there.
    """

    path_name: str
    sha256: str
    size: int
    cells: tuple[Cell, ...]
    repairs: tuple[str, ...] = ()
    declared_assignment: str | None = None
    declared_language: str | None = None


def parse(raw: RawSubmission) -> Submission:
    """Take the sources of the code cells out of a notebook's bytes, which are gone then.

    Raises:
        SubmissionRejectedError: it is no notebook that could be run.
    """
    repairs: list[str] = []
    untrusted_notebook = _parse_json(_decode(raw.take(), repairs))
    if not isinstance(untrusted_notebook, dict):
        raise _not_a_notebook()
    untrusted_metadata = _mapping(untrusted_notebook.get("metadata"))
    _reject_other_languages(untrusted_metadata)
    # One more than there may be says enough: millions could follow.
    cells = tuple(islice(_code_cells(untrusted_notebook, repairs), CELL_COUNT + 1))
    _bound(cells)
    untrusted_mark = _mapping(untrusted_metadata.get("zachetka"))
    return Submission(
        path_name=raw.path_name,
        sha256=raw.sha256,
        size=raw.size,
        cells=cells,
        repairs=tuple(dict.fromkeys(repairs)),
        declared_assignment=_name(untrusted_mark.get("assignment")),
        declared_language=_name(untrusted_mark.get("lang")),
    )


def _note(repairs: list[str], what: str) -> None:
    # A file may need millions, and all that are noted stand in the report.
    if len(repairs) < _REPAIRS:
        repairs.append(what if len(repairs) < _REPAIRS - 1 else "and more was mended")


def _decode(data: bytes, repairs: list[str]) -> str:
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise SubmissionRejectedError(
            Text(
                "The file is empty. Save the notebook and hand it in again.",
                "Файл пустой. Сохраните ноутбук и сдайте его ещё раз.",
            )
        )
    encoding = json.detect_encoding(data)
    # A file system that lost its power fills the end of a file up with zeros.
    if encoding.startswith("utf-8") and data.endswith(b"\0"):
        data = data.rstrip(b"\0")
        _note(repairs, "zeros at the end of the file were left out")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return _decode_broken(data, repairs)
    if encoding != "utf-8":
        _note(repairs, f"read as {encoding}")
    return text


def _decode_broken(data: bytes, repairs: list[str]) -> str:
    """Tell a file in the old Russian encoding of Windows from UTF-8 with a few broken bytes."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\N{REPLACEMENT CHARACTER}")
    multibyte = len(data) - len(text) + broken
    if multibyte > 2 * broken:
        _note(repairs, f"{broken} broken bytes of UTF-8 were replaced")
        return text
    _note(repairs, "read as cp1251")
    return data.decode("cp1251", errors="replace")


def _parse_json(text: str) -> Any:
    if (
        text.count("[") + text.count("{") > _BRACKETS
        or text.count(",") > _COMMAS
        or text.count('"') - text.count('\\"') > _QUOTES
    ):
        raise SubmissionRejectedError(
            Text(
                "The notebook holds too much data. Clear its outputs and hand it in again.",
                "В ноутбуке слишком много данных. Очистите выводы ячеек и сдайте его ещё раз.",
            )
        )
    try:
        return json.loads(text, parse_int=_parse_int, parse_float=_parse_float)
    except (ValueError, RecursionError) as error:
        what = next((said for looks, said in _NO_NOTEBOOKS if looks.search(text)), _BROKEN)
        raise SubmissionRejectedError(what) from error


def _parse_int(digits: str) -> int:
    # No number of a notebook matters here, and Python refuses to read very long ones.
    return int(digits) if len(digits) <= _LONG_NUMBER else 0


def _parse_float(_digits: str) -> float:
    # Millions of them in an output would be as many objects.
    return 0.0


def _code_cells(untrusted_notebook: dict[str, Any], repairs: list[str]) -> Iterator[Cell]:
    left_out = 0
    for index, untrusted_cell in enumerate(_all_cells(untrusted_notebook, repairs)):
        if not isinstance(untrusted_cell, dict):
            left_out += 1
            continue
        kind = untrusted_cell.get("cell_type")
        if kind is None and ("outputs" in untrusted_cell or "execution_count" in untrusted_cell):
            kind = "code"
        if kind != "code":
            continue
        untrusted_source = untrusted_cell.get("source", untrusted_cell.get("input"))
        yield Cell(index, _source(untrusted_source, index, repairs))
    if left_out:
        # One sentence for all of them: there may be millions.
        _note(repairs, f"what is not a cell was left out: {left_out} times")


def _all_cells(untrusted_notebook: dict[str, Any], repairs: list[str]) -> list[Any]:
    untrusted_cells = untrusted_notebook.get("cells")
    if isinstance(untrusted_cells, list):
        if untrusted_notebook.get("nbformat") is None:
            _note(repairs, "the notebook does not name its format")
        return untrusted_cells
    # Until nbformat 3 the cells stood in worksheets, of which every program wrote one.
    untrusted_sheets = untrusted_notebook.get("worksheets")
    if not isinstance(untrusted_sheets, list):
        raise _not_a_notebook()
    _note(repairs, "upgraded from nbformat 3")
    cells: list[Any] = []
    for untrusted_sheet in untrusted_sheets:
        untrusted_cells = _mapping(untrusted_sheet).get("cells")
        if isinstance(untrusted_cells, list):
            cells.extend(untrusted_cells)
    return cells


def _source(untrusted_source: object, index: int, repairs: list[str]) -> str:
    if isinstance(untrusted_source, list):
        lines = [line for line in untrusted_source if isinstance(line, str)]
        if len(lines) != len(untrusted_source):
            _note(repairs, f"what is no text was left out of cell {index}")
        source = "".join(lines)
    elif isinstance(untrusted_source, str):
        source = untrusted_source
    else:
        _note(repairs, f"cell {index} has no source")
        return ""
    if "\r" in source:
        source = source.replace("\r\n", "\n").replace("\r", "\n")
    storable = source.encode("utf-8", errors="replace").decode("utf-8").replace("\0", "")
    if storable != source:
        _note(repairs, f"characters that no file can hold were replaced in cell {index}")
    return storable


def _bound(cells: tuple[Cell, ...]) -> None:
    sizes = [len(cell.source.encode("utf-8")) for cell in cells]
    if (
        len(cells) > CELL_COUNT
        or max(sizes, default=0) > SOURCE_BYTES
        or sum(sizes) > SOURCES_BYTES
    ):
        raise SubmissionRejectedError(
            Text(
                f"The notebook holds too much code: at most {CELL_COUNT} cells of "
                f"{SOURCE_BYTES // 1_000_000} MB each, {SOURCES_BYTES // 1_000_000} MB in all.",
                f"В ноутбуке слишком много кода: допустимо не более {CELL_COUNT} ячеек до "
                f"{SOURCE_BYTES // 1_000_000} МБ каждая, всего {SOURCES_BYTES // 1_000_000} МБ.",
            )
        )


def _reject_other_languages(untrusted_metadata: dict[str, Any]) -> None:
    untrusted_kernel = _mapping(untrusted_metadata.get("kernelspec"))
    untrusted_words = (
        _mapping(untrusted_metadata.get("language_info")).get("name"),
        untrusted_kernel.get("language"),
        untrusted_kernel.get("name"),
    )
    words = [word.lower() for word in untrusted_words if isinstance(word, str)]
    # An environment may be called anything, and is shown as "Python (sql-course)".
    untrusted_shown = untrusted_kernel.get("display_name")
    shown = untrusted_shown.lower() if isinstance(untrusted_shown, str) else ""
    if any("python" in word for word in (shown, *words)):
        return
    for word in words:
        language = _OTHER_KERNELS.get(re.split(r"[-\d]", word, maxsplit=1)[0])
        if language is not None:
            raise SubmissionRejectedError(
                Text(
                    f"The notebook is written in {language}; this assignment is in Python.",
                    f"Ноутбук написан на {language}, а задание выполняется на Python.",
                )
            )


def _mapping(untrusted_value: object) -> dict[str, Any]:
    return untrusted_value if isinstance(untrusted_value, dict) else {}


def _name(untrusted_value: object) -> str | None:
    if isinstance(untrusted_value, str) and _NAME.fullmatch(untrusted_value):
        return untrusted_value
    return None


def _not_a_notebook() -> SubmissionRejectedError:
    return SubmissionRejectedError(
        Text(
            "The file is JSON but not a notebook: it has no cells. Hand in the .ipynb file.",
            "Файл не является ноутбуком: в нём нет ячеек. Сдайте файл .ipynb.",
        )
    )
