"""The notebook in a submission's bytes: its code cells, repaired where that is possible."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from zachetka.errors import SubmissionRejectedError
from zachetka.language import Language, Text
from zachetka.submission.decoding import decode, note, parse_json
from zachetka.submission.line_ends import NO_LINE_ENDS, lack_line_ends, with_line_ends
from zachetka.submission.metadata import (
    FOREIGN_KERNEL,
    STATELESS_WIDGETS,
    has_foreign_kernel,
    has_stateless_widgets,
    mapping,
    reject_other_languages,
)
from zachetka.submission.refusals import NO_CODE, not_a_notebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zachetka.submission.file import RawSubmission

CELL_COUNT: Final = 2000
SOURCE_BYTES: Final = 1_000_000
SOURCES_BYTES: Final = 8_000_000

# Above what people write; in pictures among the text nobody looks for code.
_TEXT_CHARS: Final = 50_000
_TEXTS_CHARS: Final = 500_000
_TEXT_KINDS: Final = frozenset({"markdown", "raw"})
# Below this, what is stored beside the code is nothing to speak of.
_TELLING_BYTES: Final = 10_000_000

TWIN_IDS: Final = "several cells have the same id"
_MAJOR: Final = 4
_MINOR_WITH_IDS: Final = 5

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

    sha256: str
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
    reject_other_languages(untrusted_metadata)
    if has_foreign_kernel(untrusted_metadata):
        note(repairs, FOREIGN_KERNEL)
    if has_stateless_widgets(untrusted_metadata):
        note(repairs, STATELESS_WIDGETS)
    untrusted_cells = all_cells(untrusted_notebook, repairs)
    with_ids = has_ids(untrusted_notebook)
    # One more than there may be says enough: millions could follow.
    cells = tuple(islice(_code_cells(untrusted_cells, repairs, with_ids=with_ids), CELL_COUNT + 1))
    sizes = _bounded_sizes(cells)
    if raw.size - sum(sizes) >= _TELLING_BYTES:
        left_out_mb = (raw.size - sum(sizes)) // 1_000_000
        note(repairs, f"{left_out_mb} MB of stored outputs and other data were left out")
    untrusted_mark = mapping(untrusted_metadata.get("zachetka"))
    return Submission(
        sha256=raw.sha256,
        cells=cells,
        repairs=tuple(dict.fromkeys(repairs)),
        declared_assignment=_name(untrusted_mark.get("assignment")),
        declared_language=_name(untrusted_mark.get("lang")),
        texts=tuple(islice(_text_cells(untrusted_cells), CELL_COUNT)),
    )


def refuse_without_code(submission: Submission) -> None:
    """Tell one that holds no code once, and not in each of its checks.

    Raises:
        SubmissionRejectedError: there is nothing to run.
    """
    if not any(cell.source.strip() for cell in submission.cells):
        raise SubmissionRejectedError(NO_CODE)


def _code_cells(
    untrusted_cells: list[Any], repairs: list[str], *, with_ids: bool
) -> Iterator[Cell]:
    left_out = 0
    ids: set[str] = set()
    for index, untrusted_cell in enumerate(untrusted_cells):
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


def _text_cells(untrusted_cells: list[Any]) -> Iterator[TextCell]:
    """Give the cells of text, as far as they are of a size that people write."""
    left = _TEXTS_CHARS
    for index, untrusted_cell in enumerate(untrusted_cells):
        if not isinstance(untrusted_cell, dict):
            continue
        kind = kind_of(untrusted_cell)
        if isinstance(kind, str) and kind in _TEXT_KINDS:
            # What there is to mend in it does not matter: it is not run.
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


def _name(untrusted_value: object) -> str | None:
    if isinstance(untrusted_value, str) and _NAME.fullmatch(untrusted_value):
        return untrusted_value
    return None
