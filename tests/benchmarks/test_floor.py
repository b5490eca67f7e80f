"""The floor that costs are measured against says of notebooks what the grader says of them."""

import os
from pathlib import Path

import pytest
from bench import run_floor
from peers import Classwork

from zachetka.language import Language
from zachetka.manifest import load_manifest
from zachetka.reference import Kind, build, load_solution, load_variants

COURSE = Path(__file__).parents[2]
BUGS = 4


@pytest.mark.parametrize("assignment", ["mlp", "weight-init", "activations"])
def test_the_floor_fails_the_checks_that_a_bug_fails(assignment, tmp_path):
    manifest = load_manifest(COURSE, assignment)
    solution = load_solution(COURSE, manifest)
    bugs = [v for v in load_variants(COURSE, manifest, solution) if v.kind is Kind.BUG]
    chosen = {bug.name: bug for bug in bugs[:: len(bugs) // BUGS]}
    notebooks = {
        name: build(solution, bug.cells, Language.EN, only_tasks=True)
        for name, bug in chosen.items()
    }
    notebooks["solution"] = build(solution, {}, Language.EN, only_tasks=True)
    work = Classwork(COURSE, assignment, notebooks)
    lines = run_floor(work, work.write(tmp_path), os.environ | {"OMP_NUM_THREADS": "1"})
    said = {line["student"]: set(line["failed"]) for line in lines}
    assert said.pop("solution") == set()
    # What a notebook's sources say is not read there: who uses the wrong class may fail, too.
    assert {name: bug.fails - said[name] for name, bug in chosen.items()} == dict.fromkeys(
        chosen, frozenset()
    )
