"""A cell that reaches for what watches the notebook is named, whatever its classes mention."""

from __future__ import annotations

import pytest

from zachetka.pytest_plugin.tampering import signs_of_tampering


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("import torch.overrides as o\no.TorchFunctionMode = Dummy", "torch.overrides"),
        ("from torch import overrides\noverrides.TorchFunctionMode = 1", "torch.overrides"),
        ("import torch\ntorch.overrides.TorchFunctionMode.__enter__ = f", "torch.overrides"),
        (
            "import torch.utils._python_dispatch as d\nd.A, d.B = 1, 2",
            "torch.utils._python_dispatch",
        ),
        ("import builtins\nbuiltins.sorted = f", "builtins"),
        ("__builtins__.sorted = f", "builtins"),
        ("import builtins\nvars(builtins)['sorted'] = f", "builtins"),
        ("import builtins\nbuiltins.__dict__.update(sorted=f)", "builtins"),
        ("import builtins as b\nc = b\nsetattr(c, 'sorted', f)", "builtins"),
        ("from unittest import mock\nmock.patch('builtins.sorted').start()", "builtins"),
        ("import torch\nfrom unittest.mock import patch\npatch.object(torch._C, 'f')", "torch._C"),
        ("import sys\nsys.modules['torch.overrides'] = f", "torch.overrides"),
        ("def f():\n    import builtins\n    del builtins.sorted", "builtins"),
        ("import torch\ntorch._C = fake", "torch._C"),
        ("import builtins\ndict.update(vars(builtins), {})", "builtins"),
        ("import builtins\nbuiltins.__setattr__('sorted', f)", "builtins"),
        ("from unittest import mock\nmock.patch.object(target=__builtins__)", "builtins"),
        ("def f():\n    b = __builtins__\n    def g(): b.sorted = len\n    g()", "builtins"),
        ("def f(b=__builtins__): b.sorted = len", "builtins"),
        ("def f():\n    global b\n    import builtins as b\nb.sorted = len", "builtins"),
        (
            "def f():\n b = 1\n def g():\n  nonlocal b\n  import builtins as b\n b.sorted = len",
            "builtins",
        ),
        ("if x:\n    import builtins as b\nelse:\n    b = 1\nb.sorted = len", "builtins"),
        ("import json as b\nif x:\n    import builtins as b\nb.sorted = len", "builtins"),
        (">>> import builtins\n>>> builtins.sorted = len", "builtins"),
    ],
)
def test_what_a_cell_may_change_is_told(source: str, module: str) -> None:
    assert [*signs_of_tampering({0: "x = 1", 3: source})] == [
        f"cell 4: may change {module}, on which checks rely"
    ]


@pytest.mark.parametrize(
    "source",
    [
        "import zachetka",
        "import zachetka.agent.probing as p",
        "from zachetka.agent import probing",
        "import sys\nsys.modules['zachetka.agent.probing']",
        "exec('import zachetka.agent as a')",
    ],
)
def test_the_grader_is_no_library(source: str) -> None:
    assert [*signs_of_tampering({0: source})] == ["cell 1: names the grader itself"]


def test_an_import_of_another_cell_is_followed() -> None:
    cells = dict.fromkeys(range(1, 60), "b.sorted = f")
    (sign,) = signs_of_tampering({0: "import builtins as b", **cells})
    assert sign.startswith("cells 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …: may change builtins")


def test_a_cell_that_nobody_could_read_is_named() -> None:
    assert [*signs_of_tampering({0: "#" * 60_000})] == ["cell 1: too long to be looked at"]


@pytest.mark.parametrize(
    "source",
    [
        "from torch.overrides import TorchFunctionMode\nclass M(TorchFunctionMode): ...\nM.a = 1",
        "import torch\ntorch.backends.cudnn.deterministic = True\nf(torch.nn)",
        "import builtins\nbuiltins.print(getattr(builtins, 'profile', None))",
        "import torch\nmodel = f(torch)\nmodel.builtins = 1",
        "# zachetka.agent\nprint('zachetka')",
        "%%bash\nzachetka.agent",
        "print('Проверка zachetka.ipynb, builtins')\nx = 'builtins'",
        "import torch\nhelp(torch._C._nn.gelu)\ntype(__builtins__)",
        "import sys\n'torch._C' in sys.modules",
        "def f():\n    import builtins as b\n    return b.len\nb = Trainer()\nb.model = 1",
        "import builtins as b\ndef train(b):\n    b.grad = None\n    del b.loss",
        "def broken(:",
    ],
)
def test_what_honest_cells_do_is_no_sign(source: str) -> None:
    assert [*signs_of_tampering({0: source})] == []
