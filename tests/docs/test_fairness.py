"""The page on how fair the graders are speaks of these graders, and of all that is here."""

from pathlib import Path

import pytest

from zachetka import verify
from zachetka.fairness import COLUMNS, fingerprint
from zachetka.grading import grader_sha256
from zachetka.language import Language
from zachetka.manifest import assignment_names, load_manifest
from zachetka.reference import Kind, load_solution, load_variants

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "fairness.md"


def table():
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")]
    header, _, *rows = [[cell.strip(" `") for cell in line[1:-1].split("|")] for line in lines]
    assert tuple(header) == COLUMNS
    return {row[0]: dict(zip(header, row, strict=True)) for row in rows}


def test_every_assignment_is_on_the_page():
    assert list(table()) == assignment_names(ROOT)


@pytest.mark.parametrize("name", assignment_names(ROOT))
def test_a_row_speaks_of_what_is_here_and_of_no_error(name):
    manifest = load_manifest(ROOT, name)
    variants = load_variants(ROOT, manifest, load_solution(ROOT, manifest))
    alternatives = [variant for variant in variants if variant.kind is Kind.ALTERNATIVE]
    bugs = [variant for variant in variants if variant.kind is Kind.BUG]
    row = table()[name]
    trials = verify.trials(ROOT, manifest)
    version = fingerprint(grader_sha256(ROOT / "graders" / name), trials)
    assert row["version"] == version, "the page is old: make fairness"
    assert int(row["correct notebooks"]) == len(alternatives) + len(Language)
    assert int(row["runs"]) == int(row["correct notebooks"]) * int(row["secrets"])
    assert float(row["points wrongly lost"]) == 0
    assert (int(row["planted bugs"]), int(row["caught"])) == (len(bugs), len(bugs))
    assert int(row["missed"]) == 0
    assert int(row["named"]) == sum(bug.diagnosis is not None for bug in bugs)
