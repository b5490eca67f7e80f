"""What a definition uses is read from its source, through aliases and not through accidents."""

from __future__ import annotations

import textwrap

import pytest

from zachetka.pytest_plugin.cells import (
    bound_names,
    defined_above,
    definitions,
    foreign_magic,
    imports,
    parse_cell,
)
from zachetka.pytest_plugin.sources import is_back_door, paths_used_by

SIGMOID = "def sigmoid(x):\n    return torch.sigmoid(x)"
CELLS = ["import torch\nfrom torch import nn\nimport torch.nn.functional as F", SIGMOID]
HEAD = "class Mine(nn.Module):\n    def forward(self, x):\n        "


def used(*sources: str, helpers: bool = True, values: bool = False) -> frozenset[str]:
    return paths_used_by("Mine", [*CELLS, *sources], helpers=helpers, values=values)


@pytest.mark.parametrize(
    "body",
    [
        "return F.relu(x)",
        "return torch.nn.functional.relu(x)",
        "return nn.functional.relu(x)",
        "return getattr(F, 'relu')(x)",
        "import torch.nn.functional as other; return other.relu(x)",
        "from torch.nn.functional import relu as r; return r(x)",
        "f = F.relu; return f(x)",
        "return __import__('torch.nn.functional').relu(x) or F.relu(x)",
    ],
)
def test_a_function_is_found_in_any_spelling(body: str) -> None:
    assert "torch.nn.functional.relu" in used(HEAD + body)


def test_an_alias_of_an_earlier_cell_is_followed() -> None:
    assert "torch.nn.ReLU" in used("Layer = nn.ReLU", HEAD + "return Layer()(x)")


def test_a_base_class_counts() -> None:
    assert "torch.nn.ReLU" in used("class Mine(nn.ReLU):\n    pass")


@pytest.mark.parametrize(
    "body",
    [
        "'F.relu(x)'; return x  # F.relu(x)",
        '"""Like F.relu(x)."""\n        return x',
        "other: F.relu = x\n        return other",
        "return x.clamp(min=0)",
    ],
)
def test_comments_strings_and_annotations_are_no_code(body: str) -> None:
    assert not any(path.endswith("relu") for path in used(HEAD + body))


def test_other_definitions_do_not_count() -> None:
    assert not any(
        "ReLU" in path
        for path in used("class Other(nn.ReLU):\n    pass", HEAD + "return x", "nn.ReLU()(1)")
    )


def test_a_method_of_something_unknown_is_told_by_its_name() -> None:
    assert ".relu" in used(HEAD + "return x.relu()")


def test_the_last_definition_counts() -> None:
    assert "torch.nn.functional.relu" not in used(HEAD + "return F.relu(x)", HEAD + "return x")


READY_MADE, OWN = HEAD + "return F.relu(x)", HEAD + "return x.clamp(min=0)"


def below(line: str, definition: str) -> str:
    end = "\nexcept KeyError: ..." if line == "try:" else ""
    return f"{line}\n" + textwrap.indent(definition, "    ") + end


def uses_relu(*sources: str, values: bool = False) -> bool:
    return "torch.nn.functional.relu" in used(*sources, values=values)


@pytest.mark.parametrize("line", ["if FAST:", "try:", "with nothing():", "for _ in x:"])
def test_definitions_that_may_not_be_run_count_where_there_is_no_other(line: str) -> None:
    assert uses_relu(below(line, READY_MADE))
    assert uses_relu(below(line, OWN), below(line, READY_MADE))
    assert uses_relu(below(line, READY_MADE), below(line, OWN))
    assert uses_relu(READY_MADE, below(line, OWN))
    assert not uses_relu(OWN, below(line, READY_MADE))
    assert not uses_relu(below(line, READY_MADE), OWN)


def test_definitions_that_may_be_run_are_among_the_values() -> None:
    """They cost no points, but a teaching assistant may see what they use."""
    maybe = below("if FAST:", READY_MADE)
    assert uses_relu(OWN, maybe, values=True)
    assert not uses_relu(maybe, OWN, values=True)


@pytest.mark.parametrize(
    ("dead", "live"),
    [
        ("if False:", "if True:"),
        ("if 0:", "if 1:"),
        ("if None:", "if 'always':"),
        ("if True: ...\nelse:", "if False: ...\nelse:"),
        ("if FAST:\n  if 0: ...\nif ():\n  ...\nif 0:", "if 0: ...\nelif 1:"),
    ],
)
def test_an_if_of_a_constant_is_decided(dead: str, live: str) -> None:
    assert not uses_relu(OWN, below(dead, READY_MADE), values=True)
    assert uses_relu(READY_MADE, below(dead, OWN))
    assert uses_relu(OWN, below(live, READY_MADE))
    assert not uses_relu(READY_MADE, below(live, OWN), values=True)
    assert not used(below(dead, READY_MADE))
    relu = "def relu(x): return x"
    assert not uses_relu(
        relu, below(dead, "from torch.nn.functional import *"), HEAD + "return relu(x)"
    )


def test_a_name_is_local_even_where_it_is_bound_in_vain() -> None:
    cell = "from torch.nn.functional import relu"
    dead = HEAD + "if 0:\n            relu = 1\n        return relu(x)"
    assert not uses_relu(cell, dead)


def test_a_name_of_ones_own_hides_an_import() -> None:
    mine = "from torch.nn.functional import relu\ndef relu(x):\n    return x"
    assert "torch.nn.functional.relu" not in used(mine, HEAD + "return relu(x)")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("torch", "relu"),
        ("torch.nn", "ReLU"),
        ("torch.nn.functional", "relu"),
        ("torch.special", "expit"),
        ("torch.optim", "SGD"),
        ("torch.autograd", "grad"),
        ("torch.func", "grad"),
    ],
)
def test_a_star_of_torch_brings_what_it_brings_in_python(module: str, name: str) -> None:
    star = f"from {module} import *"
    cell = f"{HEAD}return {name}(x)"
    own = f"def {name}(x):\n    return x"
    assert f"{module}.{name}" in used(star, cell)
    assert f"{module}.{name}" in used(own, star, cell)
    assert f"{module}.{name}" not in used(star, own, cell)
    assert f"{module}.{name}" not in used(star, f"{HEAD}return x")
    assert f"{module}.{name}" not in used(star, f"def Mine(x, {name}): return {name}(x)")


def test_a_star_of_torch_forbids_no_arithmetic() -> None:
    body = "return sum(max(abs(x), 0) for x in range(int(x)))"
    assert not any(map(is_back_door, used("from torch import *", HEAD + body, values=True)))


def test_a_star_brings_modules_under_their_own_names() -> None:
    cells = ("from torch.nn.functional import *", HEAD + "return math.tanh(torch._C(x))")
    assert {"math.tanh", "torch._C"} <= used(*cells)


@pytest.mark.parametrize("module", ["numpy", "math"])
def test_a_star_of_another_module_brings_none_of_torch(module: str) -> None:
    assert used(f"from {module} import *", HEAD + "return tanh(x)") == {"torch.nn.Module"} | {
        "torch.nn"
    }


def test_a_star_that_is_lost_brings_the_usual_names() -> None:
    lost = "from fastai.vision.all import *"
    cell = HEAD + "return F.relu(nn.ReLU()(x))"
    assert {"torch.nn.ReLU", "torch.nn.functional.relu"} <= paths_used_by("Mine", [lost, cell])


def test_a_helper_belongs_to_what_calls_it_unless_told_otherwise() -> None:
    body = HEAD + "return x * sigmoid(x)"
    assert "torch.sigmoid" in used(body)
    assert "torch.sigmoid" not in used(body, helpers=False)


@pytest.mark.parametrize(
    "function",
    [
        "vars(torch)['re' + 'lu']",
        "torch.__dict__[NAME]",
        "torch.__dict__.get(NAME)",
        "getattr(torch, NAME)",
        "getattr(torch, NAME).relu",
        "getattr(torch, NAME, None)",
    ],
)
def test_a_name_known_at_run_time_only_is_a_back_door(function: str) -> None:
    paths = used(f"{HEAD}return {function}(x)")
    assert [*filter(is_back_door, paths)] == ["torch.__dict__"]
    assert "torch.relu" not in paths


@pytest.mark.parametrize(
    "body",
    [
        "return eval('x')",
        "return globals()['f'](x)",
        "return __builtins__.exec('x')",
        "import builtins; return builtins.eval('x')",
        "import builtins; return builtins.max.__self__.eval('x')",
        "import builtins; return vars(builtins)['eval']('x')",
        "from builtins import eval as max; return max('x')",
        "import inspect; return inspect.signature.__globals__['builtins']",
        "import inspect; return inspect.currentframe()",
        "with F.torch._C.DisableTorchFunction(): return x",
        "import logging; return logging.threading.Thread(target=x)",
        "from tqdm.contrib.concurrent import thread_map; return thread_map(f, [x])",
        "import math; return getattr(math, NAME)(x)",
        "get_ipython().run_cell('c = 1'); return c",
        "import functools; return functools.reduce(getattr, NAMES, torch)(x)",
        "g = getattr; return g(torch, NAME)(x)",
        "return [*map(getattr, MODULES, NAMES)][0](x)",
        "import written_here; return written_here.f(x)",
        "from written_here.too import f; return f(x)",
    ],
)
def test_code_in_a_string_is_a_back_door(body: str) -> None:
    assert any(map(is_back_door, used(HEAD + body)))


def test_an_operator_of_ones_own_is_a_back_door() -> None:
    """What torch calls inside of it, nobody counts."""
    operator = (
        "from torch import library\n"
        "@library.custom_op('my::silu', mutates_args=())\ndef silu(x):\n    return f(x)"
    )
    assert any(map(is_back_door, used(operator, HEAD + "return silu(x)")))


@pytest.mark.parametrize(
    "body",
    [
        "return getattr(self, NAME)(x)",
        "return vars(self)['a'] * self.__dict__['b']",
        "return getattr(torch, 'clamp')(x, 0)",
        "self.eval(); return x.exp()",
        "import builtins; return builtins.max(x, builtins.float(0))",
        "from builtins import sum, range; return sum(range(x))",
        "from timeit import default_timer as timer; timer(); return x",
        "return x.code.y(self.inspect.z)",
        "import inspect; inspect.signature(x); inspect.isabstract(x); return x",
        "return getattr(getattr(self, 'a'), 'b', None)",
        "import numpy.linalg as la, scipy; return la.norm(scipy.special.erf(x))",
    ],
)
def test_what_homework_needs_is_no_back_door(body: str) -> None:
    assert not any(map(is_back_door, used(HEAD + body, values=True)))


@pytest.mark.parametrize(
    "cell",
    [
        "R = {'f': torch.relu}",
        "R = {}\nR['f'] = torch.relu",
        "R = {}\nfor n in range(3):\n    if n:\n        R[n] = torch.relu",
        "FREE, R = 1, [lambda x: torch.relu(x)]",
        "G: object = torch.relu\nR = [G]",
        "R = None\nMine.f = torch.relu",
    ],
)
@pytest.mark.parametrize("body", ["return R['f'](x)", "return [R[n] for n in x]"])
def test_a_value_belongs_to_what_uses_it_if_wanted(cell: str, body: str) -> None:
    for sources in ((cell, HEAD + body), (HEAD + body, cell)):
        assert "torch.relu" in used(*sources, values=True)
        assert "torch.relu" not in used(*sources)
        assert "torch.relu" not in used(*sources, helpers=False)


def test_a_default_and_a_global_are_values_too() -> None:
    cell = "R = torch.relu"
    assert "torch.relu" in used(cell, "def Mine(x, R=R):\n    return R(x)", values=True)
    assert "torch.relu" in used(cell, "def Mine():\n    global R\n    R = R or 1", values=True)


@pytest.mark.parametrize(
    "body",
    [
        "y = x\n        return y",
        "return [y for y in x]",
        "for y in x: pass\n        return (lambda: y)()",
        "def y(): ...\n        return y()",
        "import y\n        return y",
    ],
)
def test_a_local_variable_is_no_value_of_a_cell_that_tries_things(body: str) -> None:
    trial = "x = torch.linspace(-1, 1, 9)\ny = torch.relu(x)"
    assert "torch.relu" not in used(trial, HEAD + body, values=True)


@pytest.mark.timeout(20)
def test_a_value_with_thousands_of_names_is_read_at_once() -> None:
    many = "=".join(f"a{number}" for number in range(5000))
    large = "+".join(f"torch.b{number}" for number in range(1000))
    use = f"def f():\n    return [{many.replace('=', ',')}]"
    cells = ["import torch", *[f"{many}={large}"] * 5, use]
    assert len(paths_used_by("f", cells, values=True)) >= 1000


HELPER = "def tanh(x):\n    return torch.tanh(x)"


@pytest.mark.parametrize(
    "sources",
    [
        ("class Mine:\n def f(self, x):\n  from torch import tanh\n  return tanh(x)",),
        ("class Mine:\n def f(self, x):\n  from torch import tanh as t, exp as t\n  return t(x)",),
        ("class Mine:\n from torch import tanh\n def f(self, x): return self.tanh(x)",),
        ("class Mine:\n def f(self, x):\n  t = torch.tanh\n  return t(x)",),
        ("class Mine:\n def f(self, x):\n  t = torch\n  y = t.tanh(x)\n  t = 1\n  return y",),
        ("class Mine:\n def f(self, x):\n  t: object = torch\n  return t.tanh(x)",),
        ("class Mine:\n def f(self, x): return (t := torch).tanh(x) + t.tanh(x)",),
        ("class Mine:\n def f(self, x):\n  [t := torch for _ in x]\n  return t.tanh(x)",),
        ("class Mine:\n def f(self, x, t=torch): return t.tanh(x)",),
        ("class Mine:\n def f(self, x, *, t=torch): return t.tanh(x)",),
        ("class Mine:\n f = lambda self, x, torch=torch: torch.tanh(x)",),
        ("class Mine:\n def f(self, x, torch): return torch.tanh(x)",),
        ("class Mine:\n t = torch\n y = t.tanh(1)",),
        ("class Mine:\n tanh = torch.tanh\n def f(self, x): return self.tanh(x)",),
        ("from torch import tanh", "class Mine:\n def g(s): tanh = 1\n def f(s, x): tanh(x)"),
        (
            "from torch import tanh",
            "class Mine:\n from math import sin as tanh\n f = lambda s: tanh",
        ),
        ("from torch import tanh", "class Mine:\n tanh = tanh"),
        ("from torch import tanh", "class Mine:\n def f(self, x, tanh=tanh): return tanh(x)"),
        (
            "from torch import tanh",
            "class Mine:\n def f(self, x): return [tanh for tanh in [tanh]]",
        ),
        ("from torch import tanh", "class Mine:\n def f(self, x): [1 for tanh in x]; tanh(x)"),
        ("from torch import tanh", "class Mine:\n def f(s, x): [lambda: (tanh := 1)]; tanh(x)"),
        ("from torch import tanh", "class Mine:\n def f(self): return lambda x: tanh(x)"),
        ("from torch import tanh", "@tanh\nclass Mine: ..."),
        ("from torch import tanh", "def other():\n tanh = 1\nclass Mine:\n f = lambda s: tanh"),
        ("from torch import tanh", "class Other:\n tanh = 1\nclass Mine:\n f = lambda s: tanh"),
        (
            "from torch import tanh",
            "def Mine(x):\n tanh = 1\n def f():\n  global tanh\n  return tanh(x)",
        ),
        ("if 1:\n from torch import tanh\nelse:\n tanh = 1", "class Mine:\n f = lambda s: tanh"),
        (
            "try:\n from torch import tanh\nexcept ImportError:\n def tanh(x): ...",
            "class Mine:\n f = lambda s: tanh",
        ),
        ("with x:\n from torch import tanh", "class Mine:\n f = lambda s: tanh"),
        ("for n in x:\n t = torch", "class Mine:\n f = lambda s, x: t.tanh(x)"),
        ("print(t := torch)", "class Mine:\n f = lambda s, x: t.tanh(x)"),
        ("def g():\n global t\n from torch import tanh as t", "class Mine:\n f = lambda s: t"),
        (
            "if 1:\n def g():\n  import torch as T\n  def h():\n   global t\n   t = T.tanh\n  h()",
            "class Mine:\n f = lambda s: t",
        ),
        ("class G:\n global t\n t = torch.tanh", "class Mine:\n f = lambda s: t"),
        (
            "from torch import tanh\ndef g():\n global tanh\n tanh = 1",
            "class Mine:\n f = lambda s: tanh",
        ),
        ("def Mine():\n t = 1\n def g():\n  nonlocal t\n  import torch as t\n t.tanh(g())",),
        ("def Mine():\n import torch as t\n class M:\n  def f(s, x): return t.tanh(x)\n return M",),
        ("def Mine():\n t = torch\n def f():\n  def g(x): return t.tanh(x)\n  return g",),
        ("class Mine: ...\nclass Mine(Mine):\n f = torch.tanh",),
        (HELPER, "class Mine:\n f = lambda s, x: [tanh(x) for x in x]"),
        (HELPER, "class Mine:\n f = lambda s, x: [tanh(x) for tanh in [tanh]]"),
        (HELPER, "class Mine:\n f = tanh"),
        (HELPER, "class Mine:\n tanh = tanh"),
        (HELPER, "class Mine:\n def tanh(self): ...\n def f(self, x): return tanh(x)"),
        (HELPER, "class Mine:\n @tanh\n def f(self, tanh): ..."),
        (HELPER, "class Mine:\n def f(self, tanh=tanh): ..."),
        (HELPER, "class Mine:\n def f(self, y=(tanh := tanh)): return tanh(1)"),
        (HELPER, "def Mine(x):\n match x:\n  case [y]: return tanh(y)"),
        (HELPER, "def Mine(x):\n tanh = 1\n def f():\n  global tanh\n  return tanh(x)"),
        (HELPER, "def Mine(x):\n global tanh\n tanh += x"),
    ],
)
def test_a_function_is_found_wherever_its_name_is_bound(sources: tuple[str, ...]) -> None:
    assert any(path.startswith("torch") and path.endswith(".tanh") for path in used(*sources))


@pytest.mark.parametrize("known", ["from torch import tanh", HELPER, f"t = torch\n{HELPER}"])
@pytest.mark.parametrize(
    "sources",
    [
        ("class Mine:\n def f(self, x, tanh): return tanh(x)",),
        ("class Mine:\n def f(self, x, *tanh): return tanh[0](x)",),
        ("class Mine:\n def f(self, x, *, tanh=None): return tanh(x)",),
        ("class Mine:\n def f(self, x):\n  tanh = x.exp()\n  return tanh * x",),
        ("class Mine:\n def f(self, x):\n  a, tanh = x\n  return tanh.shape",),
        ("class Mine:\n def f(self, x):\n  tanh: int = x\n  tanh += 1\n  return tanh",),
        ("class Mine:\n def f(self, x): return (tanh := x + 1) * tanh",),
        ("class Mine:\n def f(self, x):\n  [tanh := y for y in x]\n  return tanh",),
        ("class Mine:\n def f(self, x): return [tanh for tanh in x if tanh]",),
        ("class Mine:\n def f(self, x): return {tanh: y for y in x for tanh in y}",),
        ("class Mine:\n def f(self, x):\n  for tanh in x: x = x + tanh",),
        ("class Mine:\n def f(self, x):\n  with x as tanh: return tanh",),
        ("class Mine:\n def f(self, x):\n  try: ...\n  except E as tanh: return tanh",),
        ("class Mine:\n def f(self, x):\n  match x:\n   case [tanh, *x]: return tanh",),
        ("class Mine:\n def f(self, x):\n  match x:\n   case [*tanh]: return tanh",),
        ("class Mine:\n def f(self, x):\n  match x:\n   case {**tanh}: return tanh",),
        ("class Mine:\n def f(self, x):\n  def tanh(y): return y\n  return tanh(x)",),
        ("class Mine:\n def f(self, x):\n  async def tanh(y): return y\n  return tanh(x)",),
        ("class Mine:\n def f(self, x):\n  class tanh: ...\n  return tanh()",),
        ("class Mine:\n def f(self, x):\n  from mine import tanh\n  return tanh(x)",),
        ("class Mine:\n def f(self, x):\n  tanh = 1\n  return lambda: tanh",),
        ("class Mine:\n def f(self, x):\n  tanh = 1\n  def g():\n   nonlocal tanh\n   tanh = 2",),
        ("class Mine:\n f = lambda s, x, tanh: tanh(x)",),
        ("class Mine:\n def tanh(self, x): ...\n def f(self, x): return self.tanh(x)",),
        ("class Mine:\n tanh = 1\n def f(self, x): return self.tanh",),
        ("def tanh(x): return x", "class Mine:\n def f(self, x): return tanh(x)"),
        (
            "def tanh(x): return x\ndef test():\n from torch import tanh\n tanh(1)",
            "class Mine:\n def f(self, x): return tanh(x)",
        ),
        (
            "def tanh(x): return x\ndef test():\n tanh = torch.tanh",
            "class Mine:\n def f(self, x): return tanh(x)",
        ),
        (
            "def tanh(x): return x\nclass Torch:\n tanh = torch.tanh",
            "class Mine:\n def f(self, x): return tanh(x)",
        ),
        (
            "def tanh(x): return x\ntest = lambda: (tanh := torch.tanh)",
            "class Mine:\n def f(self, x): return tanh(x)",
        ),
        ("class Mine:\n def f(self, x):\n  del tanh",),
        ("class Mine:\n def f(self, x):\n  from torch import tanh, exp\n  return exp(x)",),
    ],
)
def test_a_name_is_no_function_where_it_is_bound_to_something_else(
    known: str, sources: tuple[str, ...]
) -> None:
    assert not any(
        path.endswith("tanh") and path.startswith("torch") for path in used(known, *sources)
    )


def test_cells_that_are_no_python_are_passed_over() -> None:
    sources = ("%%bash\nls", "def broken(:", "%matplotlib inline\n!pip list", HEAD + "return x")
    assert "torch.nn.Module" in used(*sources)


def test_a_definition_that_is_not_there_uses_nothing() -> None:
    assert paths_used_by("Absent", CELLS) == frozenset()


@pytest.mark.parametrize(
    "line",
    [
        "%matplotlib inline",
        "!pip list",
        "files = !ls",
        "t = %time 1",
        "Mine?",
        "%%time",
        "\n%%capture out",
    ],
)
def test_lines_for_ipython_hide_nothing(line: str) -> None:
    assert "torch.nn.ReLU" in used(f"{line}\n{HEAD}return nn.ReLU()(x)")


def test_an_expression_may_begin_a_line_with_a_percent_sign() -> None:
    assert "torch.nn.ReLU" in used(HEAD + "return (nn.ReLU()(x)\n        % 2)")


def test_a_string_of_newer_python_hides_nothing() -> None:
    body = 'print(f"{nn.ReLU()(x)["a"]}")'
    assert "torch.nn.ReLU" in used(f"%matplotlib inline\n{HEAD}{body}")


def test_what_nobody_writes_by_hand_is_not_parsed() -> None:
    long_string = "x = f'" + "{a}" * 300_000 + "'"
    assert "torch.nn.ReLU" in used(long_string, HEAD + "return nn.ReLU()(x)")


def elif_chain(branches: int) -> str:
    others = "".join(f"    elif x == {n}:\n        return {n}\n" for n in range(branches))
    return f"def chain(x):\n    if x:\n        return 1\n{others}    return torch.relu(x)\n"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ("return F.relu(x)" + " + x" * 2000, "torch.nn.functional.relu"),
        ("return x" + " + x" * 900 + " + F.relu(x)", "torch.nn.functional.relu"),
        ("return F.relu(x)" + "[0]" * 900, "torch.nn.functional.relu"),
        ("return torch" + ".nn.modules.torch" * 20 + ".relu(x)", "torch"),
        ("return torch" + ".a" * 900, "torch"),
    ],
    ids=["sum", "nested sum", "subscripts", "long path", "very long path"],
)
def test_deep_code_is_read_to_its_end(body: str, path: str) -> None:
    assert any(found.startswith(path) for found in used(HEAD + body))


def test_a_long_path_does_not_hide_where_it_leads() -> None:
    hidden = "return torch" + ".nn.modules.torch" * 20 + ".relu(x)"
    assert any(p.startswith("torch.") and p.endswith(".relu") for p in used(HEAD + hidden))


def test_a_helper_with_a_thousand_branches_is_followed() -> None:
    assert "torch.relu" in used(elif_chain(1000), HEAD + "return chain(x)")


def test_a_name_of_a_long_path_is_not_repeated_at_every_use() -> None:
    uses = "def f():\n " + ";".join(f"t.a{number}" for number in range(5000))
    paths = paths_used_by("f", [f"import {'a' * 49_000} as t", uses])
    assert len(paths) >= 5000
    assert max(map(len, paths)) < 200


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "line",
    [
        " " * 24_900 + "=" + " " * 24_900 + "x",
        "?" + " " * 49_000 + "x",
    ],
    ids=["blanks around =", "a question"],
)
def test_a_long_line_that_is_nearly_a_magic_is_read_at_once(line: str) -> None:
    for number in range(20):
        assert parse_cell(f"{line}\n{number} {number}") is None


def test_what_stands_above_is_told_by_the_first_definition() -> None:
    cells = ["class A: ...\ndef b(): ...", "!ls\nc = A", "def f(:", "class A: ..."]
    assert defined_above("c", cells) == {"A", "b"}
    assert defined_above("A", cells) == set()
    assert defined_above("b", cells) == {"A"}
    assert defined_above("unknown", cells) == {"A", "b", "c"}


@pytest.mark.parametrize(
    "cell",
    [
        *("async def a(): ...", "a: int = 1", "a, b = 1, 2", "(a := 1)", "for a in b: ..."),
        *("if b:\n    def a(): ...", "try:\n    class a: ...\nfinally: ..."),
        "with b as c:\n    a = c",
    ],
)
def test_a_definition_of_any_kind_stands_above(cell: str) -> None:
    assert "a" in defined_above("last", [cell, "def last(): ..."])
    assert "a" not in defined_above("first", ["def first(): ...", cell])


def test_what_is_defined_is_surely_there_when_the_cell_has_run() -> None:
    source = (
        "import m\nclass A: ...\nasync def b(): ...\nc: int = 1\nd, [e, *f] = x\n"
        "if 1:\n    g = 1\nelse:\n    h = 1\nif x:\n    i = 1\nfor j in x: ..."
    )
    assert definitions(source) == {*"Abcdefg"}


def test_of_two_names_at_most_one_stands_above_the_other() -> None:
    cells = ["a = b = 1", "def c(): ..."]
    names = ["a", "b", "c", "unknown"]
    above = {name: defined_above(name, cells) for name in names}
    assert not any(one in above[other] and other in above[one] for one in names for other in names)
    assert above["c"] == {"a", "b"}


@pytest.mark.parametrize(
    ("source", "magic"),
    [
        ("x = 1", None),
        ("%time x = 1", None),
        ("%%time\nx = 1", None),
        (" \n%%capture out\nx = 1", None),
        ("%%timeit -n 1\nx = 1", "timeit"),
        ("%%python3\nx = 1", "python3"),
        ("%%!\nls", "!"),
    ],
)
def test_a_cell_that_leaves_no_names_is_told_by_its_magic(source: str, magic: str | None) -> None:
    assert foreign_magic(source) == magic


@pytest.mark.parametrize("magic", ["timeit", "memit", "mprun -f f"])
def test_what_stands_in_timeit_is_read_all_the_same(magic: str) -> None:
    assert "torch.nn.ReLU" in used(f"%%{magic}\n{HEAD}return nn.ReLU()(x)")


def test_all_that_a_cell_binds_is_given() -> None:
    source = (
        "import os\na, (b, *c) = 1, (2, 3)\nd: int = 4\nfor e in []:\n    f += 1\n"
        "with g as h:\n    class I:\n        j = 1\ndef k(m=(n := 1)): ...\n[o for o in p]\n"
        "q[0] = r.s = 1"
    )
    assert bound_names(source) == {*"abcdefhIk"}


def test_imports_give_names_to_the_notebook() -> None:
    source = (
        "import a.b, c.d as e\nfrom f.g import h, i as j\nfrom . import k\n"
        "try:\n    import m\nexcept ImportError:\n    import n as m\n"
        "def inner():\n    import o"
    )
    found = {("a", "a.b"), ("e", "c.d"), ("h", "f.g"), ("j", "f.g"), ("m", "m"), ("m", "n")}
    assert set(imports(source)) == found
    assert set(imports("import a(")) == set()
