"""Mend a notebook so that Jupyter and its tools open it.

What its author wrote is kept to the line. `nbformat` has an upgrade of its own, which takes
valid notebooks and gives cells random ids: here any file comes in, and the same bytes go out.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zachetka.doctor.old_format import upgraded_cell
from zachetka.doctor.rules import (
    CELL_METADATA,
    METADATA_LEFT_OUT,
    NOTEBOOK_METADATA,
    fitting,
    is_count,
    is_id,
    is_kernel,
    is_text,
    string_or,
)
from zachetka.submission import CELL_COUNT, FILE_BYTES
from zachetka.submission.decoding import decode, holds_too_much, note, parse_json
from zachetka.submission.metadata import (
    FOREIGN_KERNEL,
    STATELESS_WIDGETS,
    WIDGET_STATE,
    has_foreign_kernel,
    has_stateless_widgets,
    mapping,
    other_language,
)
from zachetka.submission.notebook import all_cells, has_ids, kind_of, source_of
from zachetka.submission.refusals import not_a_notebook, too_much_data

if TYPE_CHECKING:
    from collections.abc import Sequence

# Far above a figure or a plotly page; what is larger makes Jupyter crawl.
OUTPUT_BYTES: Final = 5_000_000
OUTPUTS_BYTES: Final = 20_000_000

_FORMAT: Final = 4
_MINOR: Final = 5
_DEEPEST: Final = 100  # honest plots nest some twenty levels deep
_LONGEST_INTEGER: Final = 4000  # Python refuses to read and write much longer ones

_NOTEBOOK_FIELDS: Final = frozenset({"cells", "metadata", "nbformat", "nbformat_minor"})
_OLD_FIELDS: Final = frozenset({"worksheets", "orig_nbformat", "orig_nbformat_minor"})
_KERNEL: Final = {"display_name": "Python 3", "language": "python", "name": "python3"}

_JSON_MIME: Final = re.compile(r"application/(.*\+)?json")
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")

_NO_NUMBER: Final = "numbers that JSON does not have, such as NaN, became null"
_FIELDS_LEFT_OUT: Final = "fields that do not belong there were left out"
_FIELDS_MISSING: Final = "fields that must be there were missing or no such thing"


@dataclass(frozen=True, slots=True)
class Repaired:
    """A notebook as nbformat 4.5, and in English what had to be mended."""

    data: bytes
    repairs: tuple[str, ...]


def repaired(data: bytes) -> Repaired:
    """Give a notebook in the form that `nbformat.validate` accepts and Jupyter opens.

    The same bytes give the same bytes, and what was repaired needs no repair. That cells have no
    ids in a format before 4.5 is as it should be and is not noted.

    Raises:
        SubmissionRejectedError: it is no notebook, or too much for one.
    """
    repairs: list[str] = []
    document = read_document(data, repairs)
    return Repaired(written(document), tuple(dict.fromkeys(repairs)))


def read_document(data: bytes, repairs: list[str]) -> dict[str, Any]:
    """Read a notebook and give it as nbformat 4.5 has it, with sources that are one string."""
    mended: Counter[str] = Counter()
    untrusted_notebook = _read(data, repairs, mended)
    untrusted_cells = all_cells(untrusted_notebook, repairs)
    if len(untrusted_cells) > CELL_COUNT:
        raise too_much_data()
    is_old = not isinstance(untrusted_notebook.get("cells"), list)
    _check_format(untrusted_notebook, mended, is_old=is_old)
    cells = []
    for index, untrusted_cell in enumerate(untrusted_cells):
        if not isinstance(untrusted_cell, dict):
            mended["what is not a cell was left out"] += 1
            continue
        upgraded = upgraded_cell(untrusted_cell, index, repairs) if is_old else untrusted_cell
        cells.append(_cell(upgraded, index, repairs, mended))
    metadata = _metadata(untrusted_notebook.get("metadata"), mended, is_old=is_old)
    bound_outputs(cells, repairs)
    if has_ids(untrusted_notebook):
        mended["cells without an id were given one"] += sum("id" not in cell for cell in cells)
        mended["ids that are not valid or stand twice were replaced"] += give_ids(cells)
    else:
        if untrusted_notebook.get("nbformat") == _FORMAT:
            has_any = any("id" in cell for cell in cells)
            mended["the format before 4.5 has no ids of cells and they were there"] += has_any
        give_ids(cells)
    # After `+` only what was counted is left.
    repairs += [f"{what} ({n} times)" if n > 1 else what for what, n in (+mended).items()]
    return {"cells": cells, "metadata": metadata, "nbformat": _FORMAT, "nbformat_minor": _MINOR}


def _read(data: bytes, repairs: list[str], mended: Counter[str]) -> dict[str, Any]:
    def null(_digits: str) -> Any:
        mended[_NO_NUMBER] += 1

    def integer(digits: str) -> Any:
        return int(digits) if len(digits) <= _LONGEST_INTEGER else null(digits)

    def real(digits: str) -> Any:
        number = float(digits)
        return number if math.isfinite(number) else null(digits)

    text = decode(data, repairs)
    untrusted_notebook = parse_json(
        text, repairs, parse_int=integer, parse_float=real, parse_constant=null
    )
    if not isinstance(untrusted_notebook, dict):
        raise not_a_notebook()
    if _is_deep(untrusted_notebook):
        raise too_much_data()
    if _SURROGATE.search(text):
        written = json.dumps(untrusted_notebook, ensure_ascii=False)
        storable = written.encode("utf-8", errors="replace").decode("utf-8")
        if storable != written:
            note(repairs, "characters that no file can hold were replaced")
            return dict(json.loads(storable))
    return untrusted_notebook


def _is_deep(untrusted_value: object) -> bool:
    """Say whether values stand in each other deeper than programs that recurse can follow."""
    level = [untrusted_value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(level)


def _check_format(
    untrusted_notebook: dict[str, Any], mended: Counter[str], *, is_old: bool
) -> None:
    expected = _NOTEBOOK_FIELDS | _OLD_FIELDS if is_old else _NOTEBOOK_FIELDS
    mended[_FIELDS_LEFT_OUT] += len(untrusted_notebook.keys() - expected)
    if is_old or untrusted_notebook.get("nbformat") is None:
        return  # that is noted by what finds the cells
    major, minor = untrusted_notebook["nbformat"], untrusted_notebook.get("nbformat_minor")
    if major != _FORMAT or not (is_count(minor) and minor <= _MINOR):
        mended["the number of the format was not one of 4.0 to 4.5"] += 1


def _metadata(untrusted_metadata: object, mended: Counter[str], *, is_old: bool) -> dict[str, Any]:
    if not isinstance(untrusted_metadata, dict):
        mended[_FIELDS_MISSING] += 1
    metadata = fitting(mapping(untrusted_metadata), NOTEBOOK_METADATA, mended)
    if is_old:
        metadata.pop("name", None)
        metadata.pop("signature", None)
    if "kernelspec" in metadata:
        fits = is_kernel(metadata["kernelspec"])
        if other_language(metadata) is not None:
            if not fits:
                del metadata["kernelspec"]
                mended[METADATA_LEFT_OUT] += 1
        elif has_foreign_kernel(metadata):
            metadata["kernelspec"] = _KERNEL
            mended[FOREIGN_KERNEL] += 1
        elif not fits:
            metadata["kernelspec"] = _KERNEL
            mended["the description of the kernel was incomplete"] += 1
    if has_stateless_widgets(metadata):
        mended[STATELESS_WIDGETS] += 1
        untrusted_models = mapping(metadata.pop("widgets")).get(WIDGET_STATE)
        if isinstance(untrusted_models, dict):
            metadata["widgets"] = {WIDGET_STATE: _with_state(untrusted_models)}
    return metadata


def _with_state(untrusted_models: dict[str, Any]) -> dict[str, Any]:
    """Put the models of widgets where their readers look for them: Colab leaves out a level."""
    models = {
        key: model
        for key, model in untrusted_models.items()
        if isinstance(model, dict) and "model_name" in model
    }
    return {"state": models, "version_major": 2, "version_minor": 0}


def _cell(
    untrusted_cell: dict[str, Any], index: int, repairs: list[str], mended: Counter[str]
) -> dict[str, Any]:
    kind = kind_of(untrusted_cell)
    if not isinstance(kind, str) or kind not in CELL_METADATA:
        kind = "raw"
        mended["cells of an unknown type became raw cells"] += 1
    if not isinstance(untrusted_cell.get("metadata"), dict):
        mended[_FIELDS_MISSING] += 1
    cell: dict[str, Any] = {
        "cell_type": kind,
        "metadata": fitting(mapping(untrusted_cell.get("metadata")), CELL_METADATA[kind], mended),
        "source": source_of(untrusted_cell, index, repairs),
    }
    if kind == "code":
        untrusted_count = untrusted_cell.get("execution_count")
        cell["execution_count"] = untrusted_count if is_count(untrusted_count) else None
        cell["outputs"] = _outputs(untrusted_cell.get("outputs"), mended)
        if "execution_count" not in untrusted_cell or untrusted_count != cell["execution_count"]:
            mended[_FIELDS_MISSING] += 1
    elif "attachments" in untrusted_cell:
        untrusted_attachments = untrusted_cell["attachments"]
        cell["attachments"] = {
            name: _bundle(bundle) for name, bundle in mapping(untrusted_attachments).items()
        }
        if cell["attachments"] != untrusted_attachments:
            mended["what is no attachment was left out"] += 1
    if "id" in untrusted_cell:
        cell["id"] = untrusted_cell["id"]
    mended[_FIELDS_LEFT_OUT] += len(untrusted_cell.keys() - cell.keys())
    return cell


def _outputs(untrusted_outputs: object, mended: Counter[str]) -> list[dict[str, Any]]:
    if not isinstance(untrusted_outputs, list):
        mended[_FIELDS_MISSING] += 1
        return []
    outputs = []
    for untrusted_output in untrusted_outputs:
        output = _output(mapping(untrusted_output))
        if output is None:
            mended["what is no output that can be stored was left out"] += 1
            continue
        if output != untrusted_output:
            mended["stored outputs that do not fit the format were mended"] += 1
        outputs.append(output)
    return outputs


def _output(untrusted_output: dict[str, Any]) -> dict[str, Any] | None:
    match untrusted_output.get("output_type"):
        case "stream" if is_text(untrusted_output.get("text")):
            return {
                "output_type": "stream",
                "name": string_or(untrusted_output.get("name"), "stdout"),
                "text": untrusted_output["text"],
            }
        case "error":
            untrusted_traceback = untrusted_output.get("traceback")
            lines = untrusted_traceback if isinstance(untrusted_traceback, list) else []
            return {
                "output_type": "error",
                "ename": string_or(untrusted_output.get("ename"), ""),
                "evalue": string_or(untrusted_output.get("evalue"), ""),
                "traceback": [line for line in lines if isinstance(line, str)],
            }
        case ("display_data" | "execute_result") as kind:
            output = {
                "output_type": kind,
                "data": _bundle(untrusted_output.get("data")),
                "metadata": mapping(untrusted_output.get("metadata")),
            }
            if kind == "execute_result":
                untrusted_count = untrusted_output.get("execution_count")
                output["execution_count"] = untrusted_count if is_count(untrusted_count) else None
            return output
    return None


def _bundle(untrusted_bundle: object) -> dict[str, Any]:
    return {
        mime: value
        for mime, value in mapping(untrusted_bundle).items()
        if is_text(value) or _JSON_MIME.fullmatch(mime)
    }


def bound_outputs(cells: Sequence[dict[str, Any]], repairs: list[str]) -> None:
    """Leave out stored outputs that are too large, alone or together."""
    room_bytes = OUTPUTS_BYTES
    left_out_bytes = left_out = 0
    for cell in cells:
        kept = []
        for output in cell.get("outputs", ()):
            size = len(json.dumps(output, ensure_ascii=False).encode("utf-8"))
            if size > min(OUTPUT_BYTES, room_bytes):
                left_out_bytes += size
                left_out += 1
            else:
                room_bytes -= size
                kept.append(output)
        if "outputs" in cell:
            cell["outputs"] = kept
    if left_out:
        megabytes = -(-left_out_bytes // 1_000_000)
        repairs.append(f"large stored outputs were left out: {left_out} of {megabytes} MB in all")


def give_ids(cells: Sequence[dict[str, Any]]) -> int:
    """Give every cell an id of its own, made from what it holds; count those that were replaced."""
    taken = {cell["id"] for cell in cells if is_id(cell.get("id"))}
    seen: set[str] = set()
    replaced = 0
    for index, cell in enumerate(cells):
        untrusted_id = cell.get("id")
        if is_id(untrusted_id) and untrusted_id not in seen:
            seen.add(untrusted_id)
            continue
        replaced += "id" in cell
        cell["id"] = _new_id(cell, index, taken)
        taken.add(cell["id"])
    return replaced


def _new_id(cell: dict[str, Any], index: int, taken: set[str]) -> str:
    digest = hashlib.sha256(f"{index} {cell['cell_type']} {cell['source']}".encode()).hexdigest()
    lengths = range(8, len(digest) + 1)
    return next(digest[:length] for length in lengths if digest[:length] not in taken)


def written(document: dict[str, Any]) -> bytes:
    """Write a notebook as Jupyter does, so that versions of it can be compared line by line.

    Raises:
        SubmissionRejectedError: it would be more than is read.
    """
    cells = [
        {**cell, "source": cell["source"].splitlines(keepends=True)} for cell in document["cells"]
    ]
    stream = io.StringIO()
    # What is dumped to a stream is never held in millions of pieces.
    json.dump(
        {**document, "cells": cells},
        stream,
        ensure_ascii=False,
        allow_nan=False,
        indent=1,
        sort_keys=True,
    )
    text = stream.getvalue() + "\n"
    data = text.encode("utf-8")
    if len(data) > FILE_BYTES or holds_too_much(text):
        raise too_much_data()
    return data
