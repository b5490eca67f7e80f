"""A course of one small assignment, to try the whole road from a notebook to a report."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zachetka.grading import Job, grade
from zachetka.language import Language
from zachetka.sandbox.base import Isolation

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "ZSECRET_" + "MARKER_0123456789abcdef"

MANIFEST = """
schema = "zachetka.assignment/1"
name = "toy"
version = "1"
title = { en = "Toy", ru = "Игрушка" }

[tasks]
double = { weight = 40, names = ["double"] }
Scale = { weight = 40, names = ["Scale"] }
word = { weight = 20, names = ["word"] }

[limits]
"""

GRADER = """
# ZGRADER_MARKER: no submission may ever read this line.
from zachetka.language import Text
from zachetka.pytest_plugin import Float, Str, assert_close, assert_equal, check

T = Text(en="it works", ru="работает")
EXPECTED_WORD = "ZEXPECTED_MARKER"


def double_values(nb, *, x):
    return {"out": nb.double(x)}


def scale_forward(nb, *, x, factor):
    import torch

    layer = nb.Scale()
    with torch.no_grad():
        layer.weight.copy_(factor)
    return {"out": layer(x)}


def scale_gradient(nb, *, x, factor):
    import torch

    layer = nb.Scale()
    with torch.no_grad():
        layer.weight.copy_(factor)
    layer(x).sum().backward()
    return {"grad": layer.weight.grad}


def the_word(nb, *, length):
    return nb.word(length)


@check("double", points=40, title=T)
def test_values(student, rng):
    x = rng.normal(3, 2)
    got = student.run(double_values, x=x, returns={"out": Float(3, 2)})
    wrong = {Text(en="the square is not the double", ru="квадрат не удвоение"): x * x}
    assert_close(got["out"], 2 * x, name="double(x)", mistakes=wrong)


@check("Scale", points=20, title=T)
def test_forward(student, rng):
    x, factor = rng.normal(4), rng.uniform(1, low=1.0, high=2.0)
    got = student.run(scale_forward, x=x, factor=factor, returns={"out": Float(4)})
    assert_close(got["out"], x * factor, name="Scale()(x)")


@check("Scale", points=20, title=T)
def test_gradient(student, rng):
    x, factor = rng.normal(4), rng.uniform(1)
    got = student.run(scale_gradient, x=x, factor=factor, returns={"grad": Float(1)})
    assert_close(got["grad"], x.sum().reshape(1), name="Scale().weight.grad")


@check("word", points=20, title=T)
def test_word(student):
    got = student.run(the_word, length=5, returns=Str())
    wrong = EXPECTED_WORD if got != "zzzzz" else got
    assert_equal(got, wrong, text=Text(en="another word", ru="другое слово"))
"""

HONEST = """
import torch
from torch import nn


def double(x):
    return x + x


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return self.weight * x


def word(length):
    return "z" * length
"""

CHECKS = ("double.values", "Scale.forward", "Scale.gradient", "word.word")


@dataclass(frozen=True)
class ToyCourse:
    """The course in a folder of its own, and a way to hand a notebook in."""

    root: Path

    @classmethod
    def make(cls, root, *, limits="", grader=GRADER):
        folder = root / "course"
        for path, text in {
            "assignments/toy/assignment.toml": MANIFEST + limits,
            "graders/toy/test_toy.py": grader,
        }.items():
            (folder / path).parent.mkdir(parents=True)
            (folder / path).write_text(text)
        (root / "class").mkdir()
        return cls(root)

    def hand_in(self, cells, name="student"):
        path = self.root / "class" / f"{name}.ipynb"
        path.write_text(json.dumps(notebook(cells)))
        return path

    def job(
        self,
        notebook,
        *,
        sandbox="bubblewrap",
        language=Language.EN,
        isolation=Isolation.FRESH,
    ):
        return Job(
            course=self.root / "course",
            assignment="toy",
            notebook=notebook,
            student=notebook.stem,
            sandbox=sandbox,
            language=language,
            secrets=(SECRET,),
            isolation=isolation,
        )

    def grade(self, cells, name="student", **options):
        return grade(self.job(self.hand_in(cells, name), **options))

    def fingerprint(self):
        """Give what changes when any file of the course or of the class does."""
        files = sorted(path for path in self.root.rglob("*") if path.is_file())
        return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def notebook(cells):
    """Make a notebook of code cells; the same cells make the same bytes."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell{index}",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": source,
            }
            for index, source in enumerate(cells)
        ],
    }


def causes(report):
    """Give the cause of each check of a report."""
    return {check.id: check.cause and check.cause.value for check in report.checks}


def statuses(report):
    """Give how each cell ended."""
    return [cell.status.value for cell in report.execution.cells]
