"""Makes the sample class of `make demo`: a dozen notebooks from the references of an assignment.

Nobody's homework may lie in a public repository, so the class is made of what does: the solution,
its alternatives, and students with one, two or three of the planted bugs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zachetka.language import Language
from zachetka.manifest import find_course, load_manifest
from zachetka.reference import Kind, build, load_solution, load_variants, to_ipynb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zachetka.reference import Variant

STUDENTS: Final = (
    *("anna", "boris", "clara", "daniil", "elena", "fedor"),
    *("galina", "hugo", "irina", "jan", "kira", "lev"),
)
_CORRECT: Final = 4
# How many bugs each of the others has.
_BUGS: Final = (1, 1, 1, 1, 1, 2, 2, 3)


def write_class(course: Path, assignment: str, folder: Path) -> list[Path]:
    """Write the notebooks of the class into a folder and give their paths.

    Raises:
        UsageError: the assignment or its references are missing or wrong.
    """
    manifest = load_manifest(course, assignment)
    solution = load_solution(course, manifest)
    variants = load_variants(course, manifest, solution)
    handed_in = [{}, *(v.cells for v in variants if v.kind is Kind.ALTERNATIVE)][:_CORRECT]
    handed_in += _with_bugs([v for v in variants if v.kind is Kind.BUG])
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, (student, cells) in enumerate(zip(STUDENTS, handed_in, strict=False)):
        path = folder / f"{student}.ipynb"
        language = (Language.EN, Language.RU)[number % 2]
        path.write_text(to_ipynb(build(solution, cells, language)), "utf-8")
        paths.append(path)
    return paths


def _with_bugs(bugs: Sequence[Variant]) -> list[Mapping[str, str]]:
    """Deal the bugs out, each student's in different tasks, spread over all of them."""
    classwork: list[Mapping[str, str]] = []
    left = list(bugs)
    # Neighbours in the list are bugs of one task; a stride makes the class see every task.
    left = [bug for start in range(len(_BUGS)) for bug in left[start :: len(_BUGS)]]
    for wanted in _BUGS:
        cells: dict[str, str] = {}
        count = 0
        for bug in list(left):
            if count < wanted and not set(bug.cells) & set(cells):
                cells |= bug.cells
                left.remove(bug)
                count += 1
        classwork.append(cells)
    return classwork


def main() -> None:
    """Write the class that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m zachetka.demo", description=__doc__)
    parser.add_argument("assignment")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    write_class(find_course(Path.cwd()), arguments.assignment, arguments.folder)


if __name__ == "__main__":
    main()
