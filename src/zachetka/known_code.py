"""Code that students share honestly: the template they started from, and what anybody may write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zachetka.errors import SubmissionRejectedError, UsageError
from zachetka.reference import Kind, load_solution, load_variants
from zachetka.submission import read_submission

if TYPE_CHECKING:
    from pathlib import Path

    from zachetka.manifest import Manifest


def template_cells(course: Path, manifest: Manifest) -> list[list[str]]:
    """Give the cells of the assignment's templates, one list per language."""
    templates = []
    for path in sorted((course / "assignments" / manifest.name).glob("[!.]*.ipynb")):
        try:
            templates.append([cell.source for cell in read_submission(path).cells])
        except SubmissionRejectedError as error:
            raise UsageError(f"the template {path} cannot be read: {error}") from error
    return templates


def reference_cells(course: Path, manifest: Manifest) -> list[list[str]]:
    """Give the reference solution, and of every alternative the cells that are its own."""
    try:
        solution = load_solution(course, manifest)
        variants = load_variants(course, manifest, solution)
    except UsageError:
        return []  # a course can do without
    return [
        [cell.source for cell in solution.cells if cell.kind == "code"],
        *(list(variant.cells.values()) for variant in variants if variant.kind is Kind.ALTERNATIVE),
    ]
