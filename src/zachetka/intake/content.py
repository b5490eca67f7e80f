"""How much of what an assignment asks for the code of a notebook holds.

The code is read as text: a notebook that is not worth much need not even be Python.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zachetka.errors import ZachetkaError
from zachetka.known_code import template_cells
from zachetka.manifest import assignment_names

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from zachetka.manifest import Manifest

# A statement at the left margin; a bracket there closes one that began above.
_STATEMENT: Final = re.compile(r"^(?=[^\s)\]}])", re.MULTILINE)
_DEFINES: Final = re.compile(
    r"(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|(\w+)[ \t]*(?::[^=\n]+)?=(?!=)"
)
# A function that is not written yet, whatever was changed in its head or its docstring.
_STUB: Final = re.compile(
    r"(?:async[ \t]+)?def\b.*\n[ \t]+(?:raise[ \t]+NotImplementedError\b[^\n]*|\.\.\.[^\n]*)\Z"
    r"|(?:async[ \t]+)?def\b[^\n]*\n[ \t]+pass\b[^\n]*\Z",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an assignment asks for.

    `names` are those that its tasks want defined, `given` the statements of its templates,
    `others` the names of the course's other assignments.
    """

    names: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()


def wanted_by(course: Path, manifest: Manifest) -> Wanted:
    """Say what an assignment asks for; a course may have no templates, or broken ones."""
    try:
        templates = template_cells(course, manifest)
    except ZachetkaError:
        templates = []
    return Wanted(
        names=manifest.names,
        given=frozenset(statement for cells in templates for statement in _statements(cells)),
        others=tuple(name for name in assignment_names(course) if name != manifest.name),
    )


def measure(cells: Iterable[str], wanted: Wanted) -> tuple[int, bool]:
    """Count the wanted names that the student's own statements define; say if there are any own.

    Args:
        cells: the sources of the code cells.
        wanted: what the assignment asks for.
    """
    own = [statement for statement in _statements(cells) if statement not in wanted.given]
    written = [each for each in own if not _STUB.match(each)]
    defined = {match[1] or match[2] for each in written if (match := _DEFINES.match(each))}
    return len(defined & wanted.names), bool(own)


def _statements(cells: Iterable[str]) -> list[str]:
    """Give what stands at the left margin, with all that is indented below it."""
    return [
        statement
        for cell in cells
        for piece in _STATEMENT.split(cell)
        if not (statement := _tidy(piece)).startswith("#") and statement
    ]


def _tidy(piece: str) -> str:
    """Leave out what editors change by themselves: spaces at the ends of lines, empty lines."""
    return "\n".join(line.rstrip() for line in piece.splitlines() if line.strip())
