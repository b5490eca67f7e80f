"""Make what a student starts from: the solution with the solutions cut out."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from zachetka.errors import UsageError
from zachetka.reference import SOLUTION_ONLY, new_cell, new_notebook, to_ipynb
from zachetka.report.atomic import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from zachetka.language import Language
    from zachetka.manifest import Manifest
    from zachetka.reference import Solution, SourceCell

BEGIN: Final = "### BEGIN SOLUTION"
END: Final = "### END SOLUTION"
STUB: Final = ("# YOUR CODE HERE", "raise NotImplementedError")


def template_name(assignment: str, language: Language) -> str:
    """Give the file name of a template."""
    return f"{assignment}.{language}.ipynb"


def template(solution: Solution, manifest: Manifest, language: Language) -> str:
    """Give the text of a template's notebook.

    Raises:
        UsageError: the marks in the solution do not pair, or a task is not marked.
    """
    cells = [
        new_cell(cell.kind, _released(cell, solution.path, manifest), cell.id)
        for cell in solution.cells
        if cell.speaks(language) and SOLUTION_ONLY not in cell.tags
    ]
    mark = {"assignment": manifest.name, "version": manifest.version, "lang": str(language)}
    return to_ipynb(new_notebook(cells, {"zachetka": mark}))


def write_template(
    solution: Solution, manifest: Manifest, language: Language, folder: Path
) -> Path:
    """Write a template into `folder` and give its path.

    Raises:
        UsageError: the solution is marked wrongly, or the folder cannot be written.
    """
    text = template(solution, manifest, language)
    path = folder / template_name(manifest.name, language)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
    return path


def cut(source: str) -> str:
    """Replace every marked region of a cell by a stub at the indentation of its mark.

    Raises:
        ValueError: the marks do not pair.
    """
    lines: list[str] = []
    inside = False
    for number, line in enumerate(source.split("\n"), start=1):
        mark = line.strip()
        if mark == (BEGIN if inside else END):
            raise ValueError(f"line {number}: {mark} does not pair with another mark")
        if mark == BEGIN:
            indentation = line[: len(line) - len(line.lstrip())]
            lines.extend(indentation + stub for stub in STUB)
            inside = True
        elif mark == END:
            inside = False
        elif not inside:
            lines.append(line)
    if inside:
        raise ValueError(f"there is no {END}")
    return "\n".join(lines)


def _released(cell: SourceCell, path: Path, manifest: Manifest) -> str:
    if cell.kind != "code":
        return cell.source
    where = f"{path}, cell {cell.task or cell.id!r}"
    try:
        released = cut(cell.source)
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from error
    if cell.task in manifest.tasks:
        if released == cell.source:
            raise UsageError(f"{where}: nothing is marked with {BEGIN}, so it would be given away")
        try:
            ast.parse(released)
        except SyntaxError as error:
            raise UsageError(f"{where}: what is left is no Python: {error}") from error
    return released
