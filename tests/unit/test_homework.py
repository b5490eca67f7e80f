"""Notebooks that share a name with the homework that they were handed in for by mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from zachetka.homework import wrong_homework
from zachetka.manifest import assignment_names, load_manifest
from zachetka.submission import parse, read_member

COURSE = Path(__file__).parents[2]
ONE_FAILED = [{"cause": "missing"}, {"cause": "assertion"}]


def said(solved, handed_in_as):
    raw = read_member(COURSE / "reference_solutions" / solved / "solution.ipynb", ())
    manifest = load_manifest(COURSE, handed_in_as)
    return wrong_homework(parse(raw), ONE_FAILED, manifest, COURSE)


def test_one_name_in_common_does_not_hide_that_it_is_another_homework():
    text = said("activations", "mlp")
    assert text.en == (
        "This notebook defines hardly anything that mlp asks for; "
        "it looks like the homework activations"
    )


@pytest.mark.parametrize("name", assignment_names(COURSE))
def test_a_notebook_of_the_homework_itself_is_not_doubted(name):
    assert said(name, name) is None
