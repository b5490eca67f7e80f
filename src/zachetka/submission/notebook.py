"""The notebook in a submission's bytes: its code cells, repaired where that is possible."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from zachetka.errors import SubmissionRejectedError
from zachetka.language import Language, Text
from zachetka.submission.kinds import PACKED, only_notebook, refuse_other_kinds
from zachetka.submission.line_ends import NO_LINE_ENDS, lack_line_ends, with_line_ends
from zachetka.submission.refusals import (
    BROKEN,
    NO_CODE,
    NO_NOTEBOOKS,
    not_a_notebook,
    too_much_data,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
# Above what people write; in pictures among the text nobody looks for code.
_TEXT_CHARS: Final = 50_000
_TEXTS_CHARS: Final = 500_000
_TEXT_KINDS: Final = frozenset({"markdown", "raw"})
# Below this, what is stored beside the code is nothing to speak of.
_TELLING_BYTES: Final = 10_000_000

WIDGET_STATE: Final = "application/vnd.jupyter.widget-state+json"
FOREIGN_KERNEL: Final = "the kernel is another machine's: python3 was taken"
STATELESS_WIDGETS: Final = "the metadata of widgets has no state, which other tools need"
TWIN_IDS: Final = "several cells have the same id"
_NATIVE_KERNELS: Final = frozenset({"python3", "python"})
_MAJOR: Final = 4
_MINOR_WITH_IDS: Final = 5

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


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell; `index` is its position among all cells of the notebook."""

    index: int
    source: str


@dataclass(frozen=True, slots=True)
class TextCell:
    """A cell that is not run, of the kind `markdown` or `raw`; answers end up in these, too."""

    index: int
    kind: str
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
    texts: tuple[TextCell, ...] = ()

    @property
    def language(self) -> Language | None:
        """The language that is declared, if it is one of ours."""
        try:
            return Language(self.declared_language or "")
        except ValueError:
            return None


def parse(raw: RawSubmission) -> Submission:
    """Take the sources of the code cells out of a notebook's bytes, which are gone then.

    Raises:
        SubmissionRejectedError: it is no notebook that could be run.
    """
    repairs: list[str] = []
    untrusted_notebook = parse_json(decode(raw.take(), repairs), repairs)
    if not isinstance(untrusted_notebook, dict):
        raise not_a_notebook()
    untrusted_metadata = mapping(untrusted_notebook.get("metadata"))
    _reject_other_languages(untrusted_metadata)
    if has_foreign_kernel(untrusted_metadata):
        note(repairs, FOREIGN_KERNEL)
    if has_stateless_widgets(untrusted_metadata):
        note(repairs, STATELESS_WIDGETS)
    # One more than there may be says enough: millions could follow.
    cells = tuple(islice(_code_cells(untrusted_notebook, repairs), CELL_COUNT + 1))
    sizes = _bounded_sizes(cells)
    if raw.size - sum(sizes) >= _TELLING_BYTES:
        left_out_mb = (raw.size - sum(sizes)) // 1_000_000
        note(repairs, f"{left_out_mb} MB of stored outputs and other data were left out")
    untrusted_mark = mapping(untrusted_metadata.get("zachetka"))
    return Submission(
        path_name=raw.path_name,
        sha256=raw.sha256,
        size=raw.size,
        cells=cells,
        repairs=tuple(dict.fromkeys(repairs)),
        declared_assignment=_name(untrusted_mark.get("assignment")),
        declared_language=_name(untrusted_mark.get("lang")),
        texts=tuple(islice(_text_cells(untrusted_notebook), CELL_COUNT)),
    )


def refuse_without_code(submission: Submission) -> None:
    """Tell one that holds no code once, and not in each of its checks.

    Raises:
        SubmissionRejectedError: there is nothing to run.
    """
    if not any(cell.source.strip() for cell in submission.cells):
        raise SubmissionRejectedError(NO_CODE)


def note(repairs: list[str], what: str) -> None:
    """Add to `repairs`, up to a bound."""
    # A file may need millions, and all that are noted stand in the report.
    if len(repairs) < _REPAIRS:
        repairs.append(what if len(repairs) < _REPAIRS - 1 else "and more was mended")


def decode(data: bytes, repairs: list[str]) -> str:
    """Give the text of a file in whatever encoding it has; note what that took.

    Raises:
        SubmissionRejectedError: the file is empty, or of another program.
    """
    inside = only_notebook(data)
    if inside is not None:
        note(repairs, PACKED)
        data = inside
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise SubmissionRejectedError(
            Text(
                "The file is empty. Save the notebook and hand it in again.",
                "Файл пустой. Сохраните ноутбук и сдайте его ещё раз.",
            )
        )
    refuse_other_kinds(data)
    encoding = json.detect_encoding(data)
    # A file system that lost its power fills the end of a file up with zeros.
    if encoding.startswith("utf-8") and data.endswith(b"\0"):
        data = data.rstrip(b"\0")
        note(repairs, "zeros at the end of the file were left out")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return _decode_broken(data, repairs)
    if encoding != "utf-8":
        note(repairs, f"read as {encoding}")
    return text


def _decode_broken(data: bytes, repairs: list[str]) -> str:
    """Tell a file in the old Russian encoding of Windows from UTF-8 with a few broken bytes."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\N{REPLACEMENT CHARACTER}")
    multibyte = len(data) - len(text) + broken
    if multibyte > 2 * broken:
        note(repairs, f"{broken} broken bytes of UTF-8 were replaced")
        return text
    note(repairs, "read as cp1251")
    return data.decode("cp1251", errors="replace")


def holds_too_much(text: str) -> bool:
    """Say whether to parse this JSON would take more memory than an honest notebook does."""
    return (
        text.count("[") + text.count("{") > _BRACKETS
        or text.count(",") > _COMMAS
        or text.count('"') - text.count('\\"') > _QUOTES
    )


def parse_json(
    text: str,
    repairs: list[str] | None = None,
    *,
    parse_int: Callable[[str], Any] | None = None,
    parse_float: Callable[[str], Any] | None = None,
    parse_constant: Callable[[str], Any] | None = None,
) -> Any:
    """Parse JSON of bounded size; numbers are not kept, unless a caller parses them.

    What was appended to a notebook, as a proxy does with a piece of a web page, is left out.

    Raises:
        SubmissionRejectedError: it is too much, or no JSON.
    """
    if holds_too_much(text):
        raise too_much_data()
    decoder = json.JSONDecoder(
        parse_int=parse_int or _parse_int,
        parse_float=parse_float or _parse_float,
        parse_constant=parse_constant,
    )
    try:
        untrusted_value, end = decoder.raw_decode(text, len(text) - len(text.lstrip()))
        rest = text[end:].strip()
        if not isinstance(untrusted_value, dict) or '"cells"' in rest:
            # There may be two notebooks, and nobody knows which is meant.
            decoder.decode(text)
    except (ValueError, RecursionError) as error:
        what = next((said for looks, said in NO_NOTEBOOKS if looks.search(text)), BROKEN)
        raise SubmissionRejectedError(what) from error
    if rest and repairs is not None:
        note(repairs, "what follows the notebook in its file was left out")
    return untrusted_value


def _parse_int(digits: str) -> int:
    # No number of a notebook matters here, and Python refuses to read very long ones.
    return int(digits) if len(digits) <= _LONG_NUMBER else 0


def _parse_float(_digits: str) -> float:
    # Millions of them in an output would be as many objects.
    return 0.0


def _code_cells(untrusted_notebook: dict[str, Any], repairs: list[str]) -> Iterator[Cell]:
    left_out = 0
    ids: set[str] = set()
    with_ids = has_ids(untrusted_notebook)
    for index, untrusted_cell in enumerate(all_cells(untrusted_notebook, repairs)):
        if not isinstance(untrusted_cell, dict):
            left_out += 1
            continue
        untrusted_id = untrusted_cell.get("id")
        if with_ids and isinstance(untrusted_id, str):
            if untrusted_id in ids:
                note(repairs, TWIN_IDS)
                with_ids = False  # once is enough
            ids.add(untrusted_id)
        if kind_of(untrusted_cell) == "code":
            yield Cell(index, source_of(untrusted_cell, index, repairs))
    if left_out:
        # One sentence for all of them: there may be millions.
        note(repairs, f"what is not a cell was left out: {left_out} times")


def _text_cells(untrusted_notebook: dict[str, Any]) -> Iterator[TextCell]:
    """Give the cells of text, as far as they are of a size that people write."""
    left = _TEXTS_CHARS
    # What there is to mend in them does not matter: they are not run.
    for index, untrusted_cell in enumerate(all_cells(untrusted_notebook, [])):
        if not isinstance(untrusted_cell, dict):
            continue
        kind = kind_of(untrusted_cell)
        if isinstance(kind, str) and kind in _TEXT_KINDS:
            source = source_of(untrusted_cell, index, [])
            if source and len(source) <= min(left, _TEXT_CHARS):
                left -= len(source)
                yield TextCell(index, kind, source)


def has_ids(untrusted_notebook: dict[str, Any]) -> bool:
    """Say whether the format that a notebook names wants ids of its cells: 4.5 and later."""
    major, minor = untrusted_notebook.get("nbformat"), untrusted_notebook.get("nbformat_minor")
    return major == _MAJOR and isinstance(minor, int) and minor >= _MINOR_WITH_IDS


def kind_of(untrusted_cell: dict[str, Any]) -> object:
    """Give the type of a cell, which one that has been run need not name."""
    kind = untrusted_cell.get("cell_type")
    if kind is None and ("outputs" in untrusted_cell or "execution_count" in untrusted_cell):
        return "code"
    return kind.lower() if isinstance(kind, str) else kind


def all_cells(untrusted_notebook: dict[str, Any], repairs: list[str]) -> list[Any]:
    """Give the cells of a notebook, whatever its format.

    Raises:
        SubmissionRejectedError: it has none.
    """
    untrusted_cells = untrusted_notebook.get("cells")
    if isinstance(untrusted_cells, list):
        if untrusted_notebook.get("nbformat") is None:
            note(repairs, "the notebook does not name its format")
        return _mended_lines(untrusted_cells, repairs)
    # Until nbformat 3 the cells stood in worksheets, of which every program wrote one.
    untrusted_sheets = untrusted_notebook.get("worksheets")
    if not isinstance(untrusted_sheets, list):
        raise not_a_notebook(untrusted_notebook)
    note(repairs, "upgraded from nbformat 3")
    cells: list[Any] = []
    for untrusted_sheet in untrusted_sheets:
        untrusted_cells = mapping(untrusted_sheet).get("cells")
        if isinstance(untrusted_cells, list):
            cells.extend(untrusted_cells)
    return _mended_lines(cells, repairs)


def _mended_lines(untrusted_cells: list[Any], repairs: list[str]) -> list[Any]:
    if not lack_line_ends(untrusted_cells):
        return untrusted_cells
    note(repairs, NO_LINE_ENDS)
    return with_line_ends(untrusted_cells)


def source_of(untrusted_cell: dict[str, Any], index: int, repairs: list[str]) -> str:
    """Give the source of a cell as text that can be stored, with newlines as line ends."""
    untrusted_source = untrusted_cell.get("source", untrusted_cell.get("input"))
    if isinstance(untrusted_source, list):
        lines = [line for line in untrusted_source if isinstance(line, str)]
        if len(lines) != len(untrusted_source):
            note(repairs, f"what is no text was left out of cell {index + 1}")
        source = "".join(lines)
    elif isinstance(untrusted_source, str):
        source = untrusted_source
    else:
        note(repairs, f"cell {index + 1} has no source")
        return ""
    if "\r" in source:
        source = source.replace("\r\n", "\n").replace("\r", "\n")
    storable = source.encode("utf-8", errors="replace").decode("utf-8").replace("\0", "")
    if storable != source:
        note(repairs, f"characters that no file can hold were replaced in cell {index + 1}")
    return storable


def _bounded_sizes(cells: tuple[Cell, ...]) -> list[int]:
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
    return sizes


def has_foreign_kernel(untrusted_metadata: dict[str, Any]) -> bool:
    """Say whether a notebook asks for a kernel that only its author's machine has."""
    if "kernelspec" not in untrusted_metadata:
        return False
    untrusted_name = mapping(untrusted_metadata["kernelspec"]).get("name")
    return not (isinstance(untrusted_name, str) and untrusted_name in _NATIVE_KERNELS)


def has_stateless_widgets(untrusted_metadata: dict[str, Any]) -> bool:
    """Say whether the metadata of widgets is there without what shows them, as Colab writes it."""
    untrusted_widgets = untrusted_metadata.get("widgets", {})
    if untrusted_widgets == {}:
        return False
    untrusted_models = mapping(mapping(untrusted_widgets).get(WIDGET_STATE))
    return not isinstance(untrusted_models.get("state"), dict)


def _reject_other_languages(untrusted_metadata: dict[str, Any]) -> None:
    language = other_language(untrusted_metadata)
    if language is not None:
        raise SubmissionRejectedError(
            Text(
                f"The notebook is written in {language}; this assignment is in Python.",
                f"Ноутбук написан на {language}, а задание выполняется на Python.",
            )
        )


def other_language(untrusted_metadata: dict[str, Any]) -> str | None:
    """Give the language of a notebook that is surely not in Python."""
    untrusted_kernel = mapping(untrusted_metadata.get("kernelspec"))
    untrusted_words = (
        mapping(untrusted_metadata.get("language_info")).get("name"),
        untrusted_kernel.get("language"),
        untrusted_kernel.get("name"),
    )
    words = [word.lower() for word in untrusted_words if isinstance(word, str)]
    # An environment may be called anything, and is shown as "Python (sql-course)".
    untrusted_shown = untrusted_kernel.get("display_name")
    shown = untrusted_shown.lower() if isinstance(untrusted_shown, str) else ""
    if any("python" in word for word in (shown, *words)):
        return None
    for word in words:
        language = _OTHER_KERNELS.get(re.split(r"[-\d]", word, maxsplit=1)[0])
        if language is not None:
            return language
    return None


def mapping(untrusted_value: object) -> dict[str, Any]:
    """Give an object of JSON; what is none is empty."""
    return untrusted_value if isinstance(untrusted_value, dict) else {}


def _name(untrusted_value: object) -> str | None:
    if isinstance(untrusted_value, str) and _NAME.fullmatch(untrusted_value):
        return untrusted_value
    return None
