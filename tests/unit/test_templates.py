from pathlib import Path

import pytest

from zachetka import reference, release
from zachetka.language import Language
from zachetka.manifest import assignment_names, load_manifest

COURSE = Path(__file__).parents[2]
ASSIGNMENTS = assignment_names(COURSE) or ["mlp"]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_template_is_what_the_solution_gives(assignment, language):
    if not (COURSE / "reference_solutions" / assignment / "solution.ipynb").exists():
        pytest.skip(f"{assignment} has no reference solution yet")
    manifest = load_manifest(COURSE, assignment)
    solution = reference.load_solution(COURSE, manifest)
    path = COURSE / "assignments" / assignment / release.template_name(assignment, language)
    released = path.read_text("utf-8") if path.exists() else None
    assert released == release.template(solution, manifest, language), (
        f"{path.name} is stale: zachetka release {assignment} --lang {language} "
        f"--out assignments/{assignment}"
    )


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_files_of_alternatives_and_bugs_are_sound(assignment):
    if not (COURSE / "reference_solutions" / assignment / "solution.ipynb").exists():
        pytest.skip(f"{assignment} has no reference solution yet")
    manifest = load_manifest(COURSE, assignment)
    solution = reference.load_solution(COURSE, manifest)
    variants = reference.load_variants(COURSE, manifest, solution)
    assert {variant.kind for variant in variants} == {
        reference.Kind.ALTERNATIVE,
        reference.Kind.BUG,
    }
    broken = {task for variant in variants if variant.score < 1 for task in variant.cells}
    assert broken >= set(manifest.tasks), "every task has a planted bug"
