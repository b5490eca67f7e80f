"""Ready-made functions that a notebook hides cost points or are pointed out; honest ones are not.

A class of the notebook shows one way each.
"""

import json
from pathlib import Path

import pytest
from toy_course import notebook

from zachetka.grading import Job, grade
from zachetka.report.model import ReportStatus

pytestmark = pytest.mark.xdist_group("golden-hidden-work")

ROOT = Path(__file__).resolve().parents[2]
ACTIVATIONS = [
    """
import builtins
import joblib
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

RELU = vars(torch)["re" + "lu"]
SILU = {"f": getattr(F, "si" + "lu")}
""",
    """
class Late(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        ctx.out = torch.zeros_like(x)
        return ctx.out

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        ctx.out.data.copy_(x.clamp(min=0))
        return grad_output * (x > 0)


class MyReLU(nn.Module):
    def forward(self, x):
        return Late.apply(x)
""",
    """
class Ready(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, slope):
        ctx.slope = slope
        ctx.save_for_backward(x)
        return torch.where(x > 0, x, slope * x)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * (ctx.slope + (1 - ctx.slope) * RELU(x.sign())), None


class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        return Ready.apply(x, self.negative_slope)
""",
    """
class InNumpy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.as_tensor(np.tanh(x.numpy()))
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad_output):
        (y,) = ctx.saved_tensors
        return grad_output * (1 - y**2)


class MyTanh(nn.Module):
    def forward(self, x):
        return InNumpy.apply(x)
""",
    """
class MySigmoid(nn.Module):
    def forward(self, x):
        rows = x.reshape(1, -1, 1, 1)
        keys = torch.cat([rows, torch.zeros_like(rows)], dim=2)
        values = torch.eye(2, dtype=x.dtype)[:, :1].expand_as(keys)
        attention = F.scaled_dot_product_attention(torch.ones_like(rows), keys, values, scale=1.0)
        return attention.reshape(x.shape)
""",
    """
class InThreads(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        run = joblib.Parallel(n_jobs=2, prefer="threads")
        return run([joblib.delayed(SILU["f"])(x.detach())] * 2)[0]

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        e = torch.exp(-x.abs())
        s = torch.where(x > 0, 1 / (1 + e), e / (1 + e))
        return grad_output * s * (1 + x * (1 - s))


class MySiLU(nn.Module):
    def forward(self, x):
        return InThreads.apply(x)
""",
    # Its derivative is made of a sigmoid by torch itself.
    """
class MyMish(nn.Module):
    def forward(self, x):
        softplus = F.binary_cross_entropy_with_logits(x, torch.zeros_like(x), reduction="none")
        e = torch.exp(-2 * softplus)
        return x * (1 - e) / (1 + e)
""",
    # The names of values in a cell that tries things are not these local ones.
    """
y = torch.relu(torch.ones(3))
root = getattr(torch, "sq" + "rt")


class MyGELU(nn.Module):
    def forward(self, x):
        root = 2**0.5
        y = 1 + torch.erf(x / root)
        return x * y / 2
""",
]
MLP = [
    """
import torch
import torch.overrides
from torch import nn

LAYERS = {"conv": vars(nn.functional)["conv" + "1d"], "ready": nn.Linear}
torch.overrides.TorchFunctionMode.spare = None
""",
    """
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features))
        self.bias = nn.Parameter(torch.randn(out_features)) if bias else None

    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1], 1)
        return LAYERS["conv"](rows, self.weight[:, :, None], self.bias).reshape(*x.shape[:-1], -1)
""",
]
TASKS = {
    "activations": {
        *("MyReLU", "MyLeakyReLU", "MyTanh", "MySigmoid", "MySiLU", "MyMish", "MyGELU"),
    },
    "mlp": {"MyLinear"},
}


def graded(name, cells, tmp_path, sandbox):
    path = tmp_path / "student.ipynb"
    path.write_text(json.dumps(notebook(cells)), "utf-8")
    tasks = frozenset(TASKS[name])
    secrets = ("a secret of this test",)
    report = grade(Job(ROOT, name, path, "student", sandbox, secrets=secrets, tasks=tasks))
    assert report.status is ReportStatus.GRADED
    return report


def test_ready_made_activations_are_found_or_pointed_out(tmp_path, sandbox):
    report = graded("activations", ACTIVATIONS, tmp_path, sandbox)
    lost = {}
    for check in report.checks:
        if check.cause is not None:
            lost.setdefault(check.task, []).append(check.message)
    assert lost.keys() == {"MyReLU", "MyLeakyReLU"}
    assert all("ready-made activation `relu`" in text for text in lost["MyLeakyReLU"])
    flags = " | ".join(report.flags)
    assert "MyTanh: numpy.tanh is used" in flags
    assert "MySigmoid: scaled_dot_product_attention is used" in flags
    assert "MyMish: binary_cross_entropy_with_logits is used" in flags
    assert "MySiLU may go past what is watched: joblib.Parallel, joblib.delayed, torch" in flags
    assert "MyGELU" not in flags


def test_what_stands_in_for_a_linear_layer_is_pointed_out(tmp_path, sandbox):
    report = graded("mlp", MLP, tmp_path, sandbox)
    assert report.flags == (
        "cell 1: may change torch.overrides, on which checks rely",
        "MyLinear uses Linear of torch, which can stand in for a linear layer",
        "MyLinear may go past what is watched: torch.nn.functional.__dict__",
        "MyLinear uses conv1d of torch, which can stand in for a linear layer",
    )
