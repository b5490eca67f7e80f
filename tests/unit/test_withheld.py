"""What a notebook has not got because of what is not here."""

import math

import pytest

from zachetka.agent.withheld import USUAL, Withheld


def test_the_names_of_a_cell_that_failed_are_withheld():
    withheld = Withheld()
    withheld.take(
        "import a.b, c as d\nfrom e import f\nx, y = 1, 2\nfor z in a: pass\n"
        "def g():\n    local = 1\nclass H: ...\n"
        "try: 1 / 0\nexcept E as i: [j for j in i]\n"
        "match a:\n    case [k, *l]: ...\n    case {'m': n, **o}: ...",
        {},
    )
    found = {name for name in "abcdefghijklmnopqrstuvwxyzH" if name in withheld}
    assert found == {*"adfxyzgHiklno"}
    assert "local" not in withheld


@pytest.mark.parametrize(
    "source",
    [
        "import math\nfrom no_such_module.all import *",
        "if 1:\n    from no_such_module import *",
        "get_ipython().run_line_magic('run', '../utils.py')",
    ],
)
def test_a_star_and_a_script_may_have_brought_anything(source):
    withheld = Withheld()
    withheld.take(source, {})
    assert "whatever" in withheld


def test_a_star_that_is_lost_leaves_the_usual_names():
    import torch

    names = {"np": 1}
    Withheld().take("from no_such_module import *", names)
    assert names.keys() == USUAL.keys()
    assert names["np"] == 1
    assert names["nn"] is torch.nn
    assert names["F"] is torch.nn.functional


@pytest.mark.parametrize(
    "source",
    ["from math import *", "from this import *", "def f(:", "x = '*'", "from . import *"],
)
def test_others_bring_nothing(source):
    names = {"pi": math.pi}
    withheld = Withheld()
    withheld.take(source, names)
    assert names.keys() == {"pi"}
    assert "whatever" not in withheld
