import signal
import sys
import threading
import time

import pytest

from zachetka.agent import declarations
from zachetka.agent.declarations import Budget, Extent, left_behind, swallowed


@pytest.fixture(autouse=True)
def _alarm():
    before = signal.getsignal(signal.SIGALRM)
    yield
    signal.signal(signal.SIGALRM, before)


def run(source, line=0, **names):
    found = declarations.run(left_behind(source, (line, 1)), names, "<cell>")
    return found, names


CELL = """import torchvision
import math
from os import path as p, sep
x = len("abc")
print(x)
def f():
    return math
class C:
    pass
square = lambda v: v * v
alias = f
async def g(): ...
model = f()
@staticmethod
def h(): ...
"""


def test_only_declarations_are_run():
    found, names = run(CELL)
    assert found == ["math", "p", "sep", "f", "C", "square", "alias", "g", "h"]
    assert "x" not in names
    assert "model" not in names
    assert names["square"](3) == 9


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("SCALE = 0.5", "SCALE"),
        ("EPS = -1e-8", "EPS"),
        ("HIDDEN = (32, 32)", "HIDDEN"),
        ("NAMES = {'relu': f, 'tanh': lambda v: v}", "NAMES"),
        ("rate: float = 0.1", "rate"),
        ("reduce = f.__call__", "reduce"),
        ("if True:\n    class C: ...", "C"),
        ("ROOT = 2 ** 0.5", "ROOT"),
        ("PIXELS = 28 * 28", "PIXELS"),
        ("NAME = f'{f}.pt'", "NAME"),
        ("TAU = f.__doc__ * 2 if f else 1", "TAU"),
        ("E = sys.getsizeof(1)", "E"),
        ("if sys.getsizeof(1) > 0:\n    E = 1\nelse:\n    E = sys.getsizeof(2)", "E"),
        ("try:\n    import no_such_module\nexcept ImportError:\n    def g(): ...", "g"),
    ],
)
def test_a_value_that_is_written_down_is_a_declaration(statement, name):
    _, names = run(f"open('/no/such/file')\n{statement}\ndef last(): ...", line=1, f=len, sys=sys)
    assert {name, "last"} <= names.keys()


def test_only_what_is_there_is_said_to_be_kept():
    assert run("if False:\n    def ghost(): ...\ndef g(): ...\nimport os.path")[0] == [
        "g",
        "os",
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "x = f(1)",
        "x = [f(1)]",
        "x = 9 ** 9 ** 9",
        "x = f @ f",
        "x = f(1).y()",
        "x: int",
        "if f(1):\n    y = 1",
        "if True:\n    f(1)",
        "if True:\n    pass\nelif f(1):\n    y = 1",
        "try:\n    if f(1):\n        import os\nexcept OSError:\n    pass",
        "try:\n    y = 1\nexcept f(1):\n    pass",
        "y[f(1)] = 1",
        "f(1).y = 1",
        "try:\n    x = 1\nfinally:\n    f(1)",
        "x += 1",
        "for x in (1, 2): ...",
    ],
)
def test_what_computes_is_not_run(statement):
    assert left_behind(statement, (0, 0)) == []


@pytest.mark.parametrize(
    ("line", "first"), [(0, "torchvision"), (1, "math"), (2, "p"), (6, "C"), (13, "h"), (14, None)]
)
def test_only_what_begins_below_the_line(line, first, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torchvision", math := __import__("math"))
    found, _ = run(CELL, line=line, math=math, f=math)
    assert (found or [None])[0] == first


def test_a_decorator_that_failed_is_not_run_again():
    source = "@broken\ndef f(): ...\ndef g(): ..."
    assert run(source, line=1)[0] == ["g"]


def test_one_that_fails_does_not_stop_the_next():
    source = "import no_such_module\nclass C(Missing): ...\ndef f(x=1 / 0): ...\ndef g(): ..."
    assert run(source)[0] == ["g"]


@pytest.mark.parametrize("leave", ["SystemExit", "KeyboardInterrupt", "GeneratorExit"])
def test_leaving_does_not_leave(leave):
    assert run(f"class C:\n    raise {leave}\ndef g(): ...")[0] == ["g"]


def test_what_is_printed_is_not_seen(capsys):
    run("class C:\n    print('x')\n    import sys; sys.stderr.write('y')")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "source", ["def f(:", "x = '\0'", "(" * 10_000, "-" * 100_000 + "1", "%matplotlib inline"]
)
def test_a_cell_that_does_not_parse_declares_nothing(source):
    assert left_behind(source, (0, 0)) == []


def test_their_number_is_bounded():
    source = "\n".join(f"def f{i}(): ..." for i in range(5000))
    assert len(left_behind(source, (0, 0))) <= 500


def test_each_endless_declaration_is_cut_by_itself(monkeypatch):
    monkeypatch.setattr(declarations, "_ALARM_S", 0.2)
    source = "class A:\n    while True: pass\nclass B:\n    while True: pass\ndef g(): ..."
    assert run(source)[0] == ["g"]


@pytest.mark.parametrize(
    ("source", "place", "names"),
    [
        ("import math, no_such_module, os.path as p", (1, 0), {"math", "p"}),
        ("from os import no_such_name, path, sep", (1, 0), {"path", "sep"}),
        ("import no_such_module; import math; x = len('abc')", (1, 0), {"math", "x"}),
        ("x = len('abc'); import no_such_module; import math", (1, 16), {"math"}),
        (
            "if True:\n    import no_such_module\n    import math\nx = len('abc')",
            (2, 4),
            {"math", "x"},
        ),
        ("with open('/dev/null'):\n    import math, no_such_module", (2, 4), {"math"}),
        (
            "for _ in (1, 2):\n    if True:\n        import no_such_module\n    import math",
            (3, 8),
            {"math"},
        ),
        ("if x:\n    import math\nelse:\n    import absent, os", (4, 4), {"os"}),
        ("if True:\n    len(1)\n    import math\ndef f(): ...", (2, 4), {"f"}),
        ("def f():\n    import math\nlen(1)\ndef g(): ...", (3, 0), {"g"}),
    ],
)
def test_an_import_that_fails_takes_no_other_along(source, place, names):
    after = {}
    declarations.run(left_behind(source, place), after, "<cell>")
    assert after.keys() - {"__builtins__"} == names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (
            "try:\n    import no_such_module\n    import math, os.path\nexcept ImportError: ...",
            {"math", "os"},
        ),
        (
            "if True:\n    try:\n        from os import absent, sep\n    except Exception: ...",
            {"sep"},
        ),
        ("try:\n    import json\nexcept ImportError:\n    import math", {"json"}),
        ("def f():\n    try:\n        import math\n    except ImportError: ...", set()),
        ("import math", set()),
        ("try:\n    from math import *\nexcept ImportError: ...", set()),
        ("try:\n    if absent:\n        import math\nexcept NameError: ...", set()),
    ],
)
def test_what_a_try_has_skipped_is_imported(source, names):
    after = {}
    declarations.run(swallowed(source, after), after, "<cell>")
    assert after.keys() - {"__builtins__"} == names


def test_what_is_there_is_not_imported_again():
    source = "try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np"
    assert swallowed(source, {"np": None}) == []


COMPUTING = "for _ in range(100):\n    time.sleep(0.1)\n"


def rescued(source, extent=Extent.ALL, budget=None, **names):
    statements = left_behind(source, (0, 0), extent)
    return declarations.run(statements, names, "<cell>", budget=budget or Budget())


def test_what_computes_takes_no_time_from_what_declares(monkeypatch):
    monkeypatch.setattr(declarations, "_MOMENT_S", 0.1)
    budget = Budget(computing_s=0.2)
    source = 9 * COMPUTING + "device = sys.getsizeof(1)\nROOT = 2 ** 0.5\ndef g(): ..."
    started = time.monotonic()
    assert rescued(source, budget=budget, time=time, sys=sys) == ["device", "ROOT", "g"]
    assert time.monotonic() - started < 9
    assert budget.computing_s <= 0 < budget.declaring_s


def test_declarations_that_compute_are_bounded_together():
    source = "class C:\n    while True: pass\n" * 100
    budget = Budget(declaring_s=0.3)
    started = time.process_time()
    assert rescued(source, budget=budget) == []
    assert time.process_time() - started < 5
    assert budget.declaring_s <= 0


def test_a_loop_that_catches_all_is_stopped_again(monkeypatch):
    monkeypatch.setattr(declarations, "_MOMENT_S", 0.1)
    source = "for _ in (1, 2, 3):\n    try:\n        while True: pass\n    except: pass\nx = 1"
    assert rescued(source) == ["x"]


def test_the_time_of_other_threads_is_their_own(monkeypatch):
    monkeypatch.setattr(declarations, "_MOMENT_S", 0.3)
    stop = threading.Event()

    def spin():
        while not stop.is_set():
            sum(range(1000))

    thread = threading.Thread(target=spin)
    thread.start()
    try:
        found = rescued("for _ in range(4):\n    time.sleep(0.1)\n    done = _", time=time)
    finally:
        stop.set()
        thread.join()
    assert found == ["_", "done"]


def test_an_alarm_of_the_notebook_is_left_as_it_was():
    def own(*_): ...

    signal.signal(signal.SIGALRM, own)
    rescued("def f(): ...")
    assert signal.getsignal(signal.SIGALRM) is own
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("extent", "names"),
    [
        (Extent.DECLARATIONS, ["f", "R"]),
        (Extent.CONSTANTS, ["f", "R", "size"]),
        (Extent.ALL, ["f", "R", "size", "n", "_", "inner"]),
    ],
)
def test_how_much_is_run_is_asked_for(extent, names):
    source = (
        "def f(): ...\nR = 2 ** 0.5\nsize = sys.getsizeof(1)\nn = len('abc')\n"
        "for _ in (1,):\n    def inner(): ..."
    )
    assert rescued(source, extent, sys=sys) == names


def test_what_a_method_gives_is_no_constant():
    class Trainer:
        def fit(self):
            return "losses"

    budget = Budget(computing_s=0)
    assert rescued("x = t.fit()", Extent.CONSTANTS, budget, t=Trainer()) == []


def test_no_future_of_ours_is_put_upon_the_notebook():
    names = {}
    statements = left_behind("def f(x: int): ...", (0, 0))
    declarations.run(statements, names, "<cell>")
    assert names["f"].__annotations__ == {"x": int}
    flags = __import__("__future__").annotations.compiler_flag
    declarations.run(statements, names, "<cell>", flags=flags)
    assert names["f"].__annotations__ == {"x": "int"}


DRESSED = """import functools
@typechecked
@functools.lru_cache
def f(x: Float["b"], y: int = 1) -> Float: return x
class C:
    size: Int = 3
    @property
    def x(self): return 1
    @x.setter
    @typechecked
    def x(self, value: Float): ...
@no_such.decorator
async def g(): ...
def h(x=no_such): ...
"""


def test_a_definition_is_kept_without_what_is_not_here():
    names = {}
    found = left_behind(DRESSED, (2, 1), Extent.ALL)
    assert declarations.run(found, names, "<cell>") == []
    names["functools"] = __import__("functools")
    lost = {"typechecked", "Float", "Int", "no_such"}
    assert declarations.run(found, names, "<cell>", withheld=lost) == ["f", "C", "g"]
    assert names["f"].__annotations__ == {"y": int}
    assert names["f"].cache_info().hits == 0
    assert names["C"].size == names["C"]().x + 2 == 3
    names["C"]().x = 4


def test_what_a_definition_binds_itself_is_not_taken_off_it():
    source = (
        "@typechecked\ndef f():\n"
        "    from contextlib import contextmanager\n    async def twice(g): ...\n"
        "    @contextmanager\n    def inner(x: twice): yield x\n"
        "    with inner(1) as one: return one"
    )
    names = {}
    found = left_behind(source, (0, 0), Extent.ALL)
    lost = {"typechecked", "contextmanager", "twice"}
    assert declarations.run(found, names, "<cell>", withheld=lost) == ["f"]
    assert names["f"]() == 1


def test_a_misspelt_decorator_is_not_dropped():
    found = left_behind("@tpyechecked\ndef f(): ...\n", (1, 0), Extent.ALL)
    assert declarations.run(found, {}, "<cell>", withheld={"typechecked"}) == []
