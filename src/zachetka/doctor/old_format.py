"""Cells of nbformat 3, with the names that their parts have since."""

from __future__ import annotations

from typing import Any, Final

from zachetka.doctor.rules import is_count
from zachetka.submission.metadata import mapping
from zachetka.submission.notebook import kind_of, source_of

_HEADINGS: Final = 6
_OLD_MIMES: Final = {
    "text": "text/plain",
    "html": "text/html",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "latex": "text/latex",
    "json": "application/json",
    "javascript": "application/javascript",
}


def upgraded_cell(untrusted_cell: dict[str, Any], index: int, repairs: list[str]) -> dict[str, Any]:
    """Give a cell of nbformat 3 the names that its parts have since."""
    cell = dict(untrusted_cell)
    untrusted_metadata = dict(mapping(cell.get("metadata")))
    cell["metadata"] = untrusted_metadata
    kind = kind_of(cell)
    if kind == "code":
        cell.pop("language", None)
        if "collapsed" in cell:
            untrusted_metadata["collapsed"] = cell.pop("collapsed")
        if "input" in cell:
            cell.setdefault("source", cell.pop("input"))
        cell["execution_count"] = cell.pop("prompt_number", None)
        untrusted_outputs = cell.get("outputs")
        if isinstance(untrusted_outputs, list):
            cell["outputs"] = [_upgraded_output(mapping(output)) for output in untrusted_outputs]
    elif kind == "heading":
        untrusted_level = cell.pop("level", 1)
        is_level = is_count(untrusted_level) and 0 < untrusted_level <= _HEADINGS
        title = " ".join(source_of(cell, index, repairs).splitlines())
        cell["source"] = "#" * (untrusted_level if is_level else 1) + " " + title
        cell["cell_type"] = "markdown"
    elif kind == "html":
        cell["cell_type"] = "markdown"
    return cell


def _upgraded_output(untrusted_output: dict[str, Any]) -> dict[str, Any]:
    output = dict(untrusted_output)
    kind = output.pop("output_type", None)
    if kind == "stream":
        return {"name": output.pop("stream", "stdout"), **output, "output_type": "stream"}
    if kind == "pyerr":
        return {**output, "output_type": "error"}
    count, untrusted_metadata = output.pop("prompt_number", None), output.pop("metadata", None)
    upgraded = {
        "output_type": "execute_result" if kind == "pyout" else kind,
        "data": _with_mimes(output),
        "metadata": _with_mimes(mapping(untrusted_metadata)),
    }
    return {**upgraded, "execution_count": count} if kind == "pyout" else upgraded


def _with_mimes(untrusted_bundle: dict[str, Any]) -> dict[str, Any]:
    return {_OLD_MIMES.get(key, key): value for key, value in untrusted_bundle.items()}
