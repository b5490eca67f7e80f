"""Sources that a program has cut into lines without the newlines between these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEXT_KINDS: Final = ("markdown", "raw")  # whatever is compared need not be hashable
NO_LINE_ENDS: Final = "lines of cells had no line ends: they were put back"


def lack_line_ends(untrusted_cells: Sequence[Any]) -> bool:
    """Say whether there is code of several lines, and no line of any code has an end."""
    several = [
        lines
        for cell in untrusted_cells
        if (lines := _lines(cell)) and cell.get("cell_type") not in _TEXT_KINDS
    ]
    return bool(several) and not any(map(_have_ends, several))


def with_line_ends(untrusted_cells: Sequence[Any]) -> list[Any]:
    """Put the ends back."""
    return [
        {**cell, _field(cell): "\n".join(lines)}
        if (lines := _lines(cell)) and not _have_ends(lines)
        else cell
        for cell in untrusted_cells
    ]


def _have_ends(lines: Sequence[str]) -> bool:
    # Whatever Python takes for the end of a line, Jupyter cuts sources at.
    return any(line[-1:].splitlines() != [line[-1:]] for line in lines[:-1] if line)


def _field(cell: dict[str, Any]) -> str:
    return "source" if "source" in cell else "input"


def _lines(untrusted_cell: object) -> list[str]:
    """Give the lines of a cell; none where it has only one, or something that is no text."""
    if not isinstance(untrusted_cell, dict):
        return []
    untrusted_lines = untrusted_cell.get(_field(untrusted_cell))
    if not isinstance(untrusted_lines, list) or len(untrusted_lines) < 2:  # noqa: PLR2004 - lines
        return []
    return untrusted_lines if all(isinstance(line, str) for line in untrusted_lines) else []
