import asyncio
import signal
import time

import nbformat
import pytest
from nbclient.exceptions import CellControlSignal

from zachetka.agent import declarations
from zachetka.agent.blame import failed_place as place_of
from zachetka.agent.cells import CellReader, CellResult
from zachetka.agent.declarations import Budget, left_behind, without_magic
from zachetka.agent.notebook import NotebookRun


@pytest.fixture(autouse=True)
def _alarm():
    before = signal.getsignal(signal.SIGALRM)
    yield
    signal.signal(signal.SIGALRM, before)


def run(source, line):
    names = {}
    return declarations.run(left_behind(source, (line, 0)), names, "<cell>"), names


IMPORTS = """import math
from no_such_module import (
    a,
    b,
)
import json
SEED = 42
device = "cuda" if len("gpu") > 3 else "cpu"
values = []
values.append(no_such_name)
for i in range(3):
    values.append(i)
def f(): return SEED
"""


def test_a_failed_import_takes_only_itself_down():
    found, names = run(IMPORTS, line=2)
    assert found == ["json", "SEED", "device", "values", "i", "f"]
    assert names["device"] == "cpu"
    assert names["values"] == [0, 1, 2]
    assert "math" not in names


@pytest.mark.parametrize("line", [2, 3, 4, 5])
def test_an_import_may_have_many_lines(line):
    assert run(IMPORTS, line)[0][0] == "json"


def test_below_another_error_only_declarations_are_run():
    found, names = run(IMPORTS, line=10)
    assert found == ["f"]
    assert "i" not in names


def test_an_import_inside_a_function_is_an_error_of_the_call():
    source = "def f():\n    import no_such_module\nf()\nx = abs(1)\ndef g(): ..."
    assert run(source, line=3)[0] == ["g"]


def test_what_does_not_declare_has_only_a_moment(monkeypatch):
    monkeypatch.setattr(declarations, "_MOMENT_S", 0.2)
    started = time.monotonic()
    found, _ = run("import no_such_module\nwhile True: pass\ndef f(): ...", line=1)
    assert found == ["f"]
    assert time.monotonic() - started < 5


def test_all_of_it_has_an_end(monkeypatch):
    monkeypatch.setattr(declarations, "_MOMENT_S", 0.2)
    source = "import no_such_module\n" + "while True: pass\n" * 50
    budget = Budget(computing_s=0.5)
    started = time.process_time()
    declarations.run(left_behind(source, (1, 0)), {}, "<cell>", budget=budget)
    assert time.process_time() - started < 5
    assert budget.computing_s <= 0


@pytest.mark.parametrize("magic", ["%%time", "%%capture out --no-stderr", "%%time \t", "\n%%time"])
def test_a_magic_that_runs_the_cell_is_taken_off(magic):
    assert without_magic(f"{magic}\nx = 1\n") == "x = 1\n"


@pytest.mark.parametrize(
    "source", ["%%bash\nls", "%%writefile a.py\nx = 1", "%%timeit\nx", "x = 1\n%%time", "%%time"]
)
def test_any_other_cell_is_left_alone(source):
    assert without_magic(source) == source


def failed_place(source, user_ns, run_it):
    try:
        run_it(source, user_ns)
    except Exception as error:  # noqa: BLE001 - as a shell does
        return place_of(error, user_ns)
    return place_of(None, user_ns)


def execute(source, user_ns):
    exec(compile(source, "<cell>", "exec"), user_ns)  # noqa: S102 - a cell's own code


def test_the_place_is_that_of_the_cell_and_not_of_a_function_of_it():
    source = "def f():\n    1 / 0\nx = 1\nx; f()\n"
    assert failed_place(source, {}, execute) == (4, 3)


def test_under_a_magic_the_place_is_that_of_the_cell_below_it():
    user_ns = {"time_magic": lambda inner: execute(inner, user_ns), "inner": "x = 1\n\n1 / 0"}
    assert failed_place("time_magic(inner)", user_ns, execute) == (3, 0)


def test_where_nothing_failed_there_is_no_place():
    assert failed_place("1 / 0", {}, execute) == (1, 0)
    assert failed_place("x = 1", {}, execute) is None


def note_error(reply, outputs, status="ok"):
    notebook_run = NotebookRun(None)
    rescued = []

    async def rescue(_, source, *, from_start):
        rescued.append((source, from_start))

    notebook_run._rescue = rescue
    notebook_run._note_reply(execute_reply={"content": reply})
    result = CellResult(0, status)
    asyncio.run(notebook_run._note_error(result, {"outputs": outputs}, "source", None))
    return result.status, result.error, len(rescued)


ERROR = {"output_type": "error", "ename": "NameError", "evalue": "x"}
UNKNOWN_MAGIC = {"status": "error", "ename": "UsageError", "evalue": "no %x"}


@pytest.mark.parametrize(
    ("reply", "outputs", "expected"),
    [
        ({"status": "ok"}, [], ("ok", None, 0)),
        (UNKNOWN_MAGIC, [], ("error", "UsageError: no %x", 1)),
        ({"status": "ok"}, [ERROR], ("error", "NameError: x", 1)),
        (UNKNOWN_MAGIC, [ERROR], ("error", "NameError: x", 1)),
        ({}, [], ("ok", None, 0)),
    ],
)
def test_an_error_is_seen_wherever_it_shows(reply, outputs, expected):
    assert note_error(reply, outputs) == expected


def test_a_cell_out_of_time_stays_out_of_time():
    reply = {"status": "error", "ename": "KeyboardInterrupt", "evalue": ""}
    assert note_error(reply, [], "time_limit") == ("time_limit", "KeyboardInterrupt: ", 1)


def read(*messages):
    cell = nbformat.v4.new_code_cell("")
    reader = CellReader(nbformat.v4.new_notebook(cells=[cell]), record_timing=False)
    reader.clear_before_next_output = False
    for kind, content in messages:
        message = {"msg_type": kind, "content": content, "parent_header": {"msg_id": "1"}}
        reader.process_message(message | {"header": message}, cell, 0)
    return [output["output_type"] for output in cell.outputs]


def test_what_a_cell_shows_is_not_kept():
    shown = {"data": {"text/plain": "1"}, "metadata": {}, "transient": {"display_id": "of another"}}
    kinds = ("display_data", "update_display_data", "execute_result", "comm_msg", "clear_output")
    assert read(*((kind, shown) for kind in kinds)) == []


def test_what_a_cell_prints_and_raises_is_kept():
    error = {"ename": "E", "evalue": "", "traceback": []}
    assert read(("stream", {"name": "stdout", "text": "x"}), ("error", error)) == [
        "stream",
        "error",
    ]


def test_a_cell_ends_when_its_kernel_is_idle():
    with pytest.raises(CellControlSignal):
        read(("status", {"execution_state": "idle"}))
