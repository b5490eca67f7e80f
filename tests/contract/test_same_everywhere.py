"""The same notebooks get the same scores and words in every sandbox, one or two at a time."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from required import require

from zachetka.language import Language
from zachetka.manifest import load_manifest
from zachetka.reference import Kind, build, load_solution, load_variants

ROOT = Path(__file__).parents[2]
WAYS = [
    ("bubblewrap", "fresh", "1"),
    ("bubblewrap", "warm", "2"),
    ("docker", "warm", "1"),
    ("docker", "fresh", "2"),
]


def hand_in(folder, assignment):
    """Write the solution, and a notebook with as many bugs as have cells of their own."""
    manifest = load_manifest(ROOT, assignment)
    solution = load_solution(ROOT, manifest)
    bugs = {}
    for variant in load_variants(ROOT, manifest, solution):
        if variant.kind is Kind.BUG and not variant.may_fail and not bugs.keys() & variant.cells:
            bugs |= variant.cells
    folder.mkdir()
    nbformat.write(build(solution, {}, Language.RU), folder / "right.ipynb")
    nbformat.write(build(solution, bugs, Language.EN), folder / "wrong.ipynb")


def verdicts(out):
    found = {}
    for name in ("right", "wrong"):
        report = json.loads((out / f"{name}.json").read_text())
        words = [
            [check[key] for key in ("id", "points", "message", "hint")]
            for check in report["checks"]
        ]
        found[name] = (report["status"], report["score"], words, report["flags"])
    return found


@pytest.mark.docker
@pytest.mark.parametrize("assignment", ["mlp", "weight-init", "activations"])
def test_the_same_notebooks_get_the_same_verdicts(assignment, tmp_path):
    for name in ("docker", "bubblewrap"):
        require(name)
    hand_in(tmp_path / "class", assignment)
    seen = []
    for sandbox, isolation, jobs in WAYS:
        out = tmp_path / f"{sandbox}-{isolation}"
        options = ("--sandbox", sandbox, "--isolation", isolation, "--jobs", jobs)
        subprocess.run(
            [
                *(sys.executable, "-c", "from zachetka.cli import main; main()"),
                *("batch", assignment, "class", "--out", out, "--course", ROOT),
                *("--allow-watched-memory", *options),
            ],
            cwd=tmp_path,
            env={**os.environ, "ZACHETKA_SECRET": "the same inputs in every run"},
            check=True,
            capture_output=True,
        )
        seen.append(verdicts(out))
    assert seen[0]["right"][1] == 1.0
    assert 0.0 < seen[0]["wrong"][1] < 1.0
    for other in seen[1:]:
        assert other == seen[0]
