"""Notebooks that share a name with the homework that they were handed in for by mistake."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from zachetka.homework import wrong_homework
from zachetka.manifest import assignment_names, load_manifest
from zachetka.submission import parse, read_member

COURSE = Path(__file__).parents[2]
ONE_FAILED = [{"cause": "missing"}, {"cause": "assertion"}]


def said(solved, handed_in_as, outcomes=ONE_FAILED):
    raw = read_member(COURSE / "reference_solutions" / solved / "solution.ipynb", ())
    return said_of(parse(raw), handed_in_as, outcomes)


def said_of(submission, handed_in_as, outcomes):
    return wrong_homework(submission, outcomes, load_manifest(COURSE, handed_in_as), COURSE)


def test_one_name_in_common_does_not_hide_that_it_is_another_homework():
    text = said("activations", "mlp")
    assert text.en == (
        "This notebook defines hardly anything that mlp asks for; "
        "it looks like the homework activations"
    )


@pytest.mark.parametrize(("passed", "doubted"), [(False, True), (True, False)])
def test_one_name_in_common_is_no_homework_unless_something_is_right(tmp_path, passed, doubted):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("accuracy = 0.9")])
    path = tmp_path / "a.ipynb"
    nbformat.write(notebook, path)
    outcomes = [*ONE_FAILED, *([{"cause": None}] if passed else [{"cause": "missing"}])]
    text = said_of(parse(read_member(path, ())), "mlp", [*outcomes, {"cause": "missing"}])
    assert (text is not None) is doubted


@pytest.mark.parametrize("name", assignment_names(COURSE))
def test_a_notebook_of_the_homework_itself_is_not_doubted(name):
    assert said(name, name) is None
