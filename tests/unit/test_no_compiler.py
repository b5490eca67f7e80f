"""Optimizers step without torch's compiler, and who asks for the compiler gets it."""

import subprocess
import sys

import pytest

INSTALLED = """
import importlib.util, sys
import torch
from zachetka.agent import no_compiler

no_compiler.install()
assert not no_compiler.is_loaded()
"""
STEPS = """
torch.manual_seed(0)
found = []
for kind in ("SGD", "Adam", "AdamW", "RMSprop", "LBFGS"):
    layer = torch.nn.Linear(3, 2)
    optimizer = getattr(torch.optim, kind)(layer.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)

    def loss():
        optimizer.zero_grad()
        value = layer(torch.ones(4, 3)).pow(2).sum()
        value.backward()
        return value

    for _ in range(3):
        optimizer.step(loss)
        schedule.step()
    found.append(torch.func.grad(lambda x: x * x)(torch.tensor(3.0)).item())
    optimizer.add_param_group({"params": [torch.nn.Parameter(torch.ones(1))]})
    found += layer.weight.flatten().tolist()
"""


def run(code):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_optimizers_do_the_same_without_it():
    as_torch_has_it = run(f"import sys, torch\n{STEPS}\nprint(found)")
    without = run(f"{INSTALLED}\n{STEPS}\nassert not no_compiler.is_loaded()\nprint(found)")
    assert without == as_torch_has_it


@pytest.mark.parametrize(
    "use",
    [
        "from torch._dynamo.utils import counters as found",
        "found = torch._dynamo.compiled_autograd.in_compiled_autograd_region",
    ],
)
def test_who_asks_for_it_gets_it(use):
    compiled = "assert torch.compile(lambda x: x + 1, backend='eager')(torch.ones(1)) == 2"
    run(f"{INSTALLED}\n{use}\nassert no_compiler.is_loaded()\n{STEPS}\n{compiled}")


def test_who_looks_through_all_modules_does_not_load_it():
    ask = "for module in list(sys.modules.values()): getattr(module, 'no_such_name', None)"
    find = "assert importlib.util.find_spec('torch._dynamo').origin == torch._dynamo.__file__"
    assert "NotLoaded" in run(f"{INSTALLED}\n{ask}\n{find}\nprint(type(torch._dynamo))")
