"""Definitions that lean on each other in a circle compute nothing, and earn no full points."""

import json
from pathlib import Path

import pytest
from toy_course import notebook

from zachetka.grading import Job, grade
from zachetka.report.model import ReportStatus

pytestmark = pytest.mark.xdist_group("golden-circles")

ROOT = Path(__file__).resolve().parents[2]
IMPORTS = "import math\nimport torch\nfrom torch import nn"
CIRCLES = {
    "activations": (
        [
            """
class MyReLU(nn.Module):
    def forward(self, x):
        return MyLeakyReLU(0.0)(x)


class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        return MyReLU()(x) - self.negative_slope * MyReLU()(-x)
""",
            """
class MySigmoid(nn.Module):
    def forward(self, x):
        return SigmoidFunction.apply(x)


class SigmoidFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = MySigmoid()(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, upstream):
        (y,) = ctx.saved_tensors
        return upstream * y * (1 - y)
""",
        ],
        {"MyReLU", "MySigmoid"},
    ),
    "weight-init": (
        [
            """
def init_xavier_uniform_(layer):
    init_kaiming_uniform_(layer)
    with torch.no_grad():
        layer.weight.mul_(math.sqrt(layer.weight.shape[1] / sum(layer.weight.shape)))


def init_xavier_normal_(layer):
    init_kaiming_normal_(layer)
    with torch.no_grad():
        layer.weight.mul_(math.sqrt(layer.weight.shape[1] / sum(layer.weight.shape)))


def init_kaiming_uniform_(layer):
    init_xavier_uniform_(layer)
    with torch.no_grad():
        layer.weight.mul_(math.sqrt(sum(layer.weight.shape) / layer.weight.shape[1]))


def init_kaiming_normal_(layer):
    init_xavier_normal_(layer)
    with torch.no_grad():
        layer.weight.mul_(math.sqrt(sum(layer.weight.shape) / layer.weight.shape[1]))
"""
        ],
        {"init_xavier"},
    ),
}


@pytest.mark.parametrize("assignment", CIRCLES)
def test_what_stands_above_in_a_circle_earns_nothing(assignment, tmp_path, sandbox):
    cells, above = CIRCLES[assignment]
    path = tmp_path / "student.ipynb"
    path.write_text(json.dumps(notebook([IMPORTS, *cells])), "utf-8")
    report = grade(Job(ROOT, assignment, path, "student", sandbox, secrets=("of this test",)))
    assert report.status is ReportStatus.GRADED
    earned = {check.task for check in report.checks if check.cause is None}
    # What stands below is right on top of the one above it, which has lost its points for both.
    assert earned
    assert above.isdisjoint(earned)
