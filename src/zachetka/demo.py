"""Makes the sample class of `make demo`: a dozen notebooks from the references of a homework.

Nobody's homework may lie in a public repository, so the class is made of what does: the solution,
its alternatives, and students with one, two or three of the planted bugs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from zachetka.language import Language
from zachetka.manifest import find_course, load_manifest
from zachetka.reference import Kind, build, load_solution, load_variants, to_ipynb

ASSIGNMENT: Final = "mlp"

_CORRECT: Final = ("anna", "boris", "clara", "daniil")
_WITH_BUGS: Final = {
    "elena": ("train_momentum",),
    "fedor": ("batches_last_dropped",),
    "galina": ("batches_generator_reseeded",),
    "hugo": ("linear_bias_not_added",),
    "irina": ("gradients_sum_for_mean",),
    "jan": ("linear_weight_transposed", "margin_sum_for_mean"),
    "kira": ("linear_dropout", "sgd_weight_decay"),
    "lev": ("mlp_gradient_cut", "margin_walks_twice", "plots_line_for_points"),
}


def write_class(course: Path, folder: Path) -> list[Path]:
    """Write the notebooks of the class into a folder and give their paths.

    Raises:
        UsageError: the assignment or its references are missing or wrong.
    """
    manifest = load_manifest(course, ASSIGNMENT)
    solution = load_solution(course, manifest)
    variants = load_variants(course, manifest, solution)
    correct = [{}, *(v.cells for v in variants if v.kind is Kind.ALTERNATIVE)]
    bugs = {variant.name: variant.cells for variant in variants if variant.kind is Kind.BUG}
    handed_in = dict(zip(_CORRECT, correct, strict=False))
    for student, names in _WITH_BUGS.items():
        handed_in[student] = {task: cell for name in names for task, cell in bugs[name].items()}
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, (student, cells) in enumerate(handed_in.items()):
        path = folder / f"{student}.ipynb"
        language = (Language.EN, Language.RU)[number % 2]
        path.write_text(to_ipynb(build(solution, cells, language)), "utf-8")
        paths.append(path)
    return paths


def main() -> None:
    """Write the class that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m zachetka.demo", description=__doc__)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    write_class(find_course(Path.cwd()), arguments.folder)


if __name__ == "__main__":
    main()
