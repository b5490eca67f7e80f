"""An honest notebook with odd cells keeps its points; each odd cell ends in its own way."""

import time
from pathlib import Path

import pytest
from toy_course import CHECKS, HONEST, ToyCourse, causes

from zachetka.sandbox.base import Isolation

pytestmark = pytest.mark.xdist_group("golden-cells")

# A name, the cell, how it ends, and what its error says.
ODD = [
    ("print", "print('x', flush=True)", "ok", None),
    ("stderr", "import sys, warnings\nsys.stderr.write('noise')\nwarnings.warn('w')", "ok", None),
    ("flood", "for _ in range(200):\n    print('x' * 2**20)", "ok", None),
    ("subprocess flood", "!head -c 2000000 /dev/zero | tr '\\0' x", "ok", None),
    ("error", "1 / 0\ndef kept(): ...", "failed", "ZeroDivisionError"),
    ("syntax error", "def f(:", "failed", "SyntaxError"),
    ("not decodable", "x = '\\ud800'\nraise ValueError(x)", "failed", "UnicodeEncodeError"),
    ("input", "name = input()", "failed", "StdinNotImplementedError"),
    ("exit", "exit()", "ok", None),
    ("quit", "quit", "ok", None),
    ("sys.exit", "import sys\nsys.exit(1)", "failed", "SystemExit"),
    ("interrupt", "raise KeyboardInterrupt", "failed", "KeyboardInterrupt"),
    ("recursion", "def f(): f()\nf()", "failed", "RecursionError"),
    ("memory", "torch.zeros(10**12)", "failed", "RuntimeError"),
    ("missing package", "import no_such_package", "failed", "ModuleNotFoundError"),
    ("pip", "%pip install torch\n!pip install torch", "ok", None),
    ("colab", "from google.colab import drive\ndrive.mount('/content/drive')", "ok", None),
    ("cuda", "assert torch.ones(2).cuda().device.type == 'cpu'", "ok", None),
    ("magic", "%matplotlib widget", "ok", None),
    ("unknown magic", "%no_such_magic", "failed", "no_such_magic"),
    ("plot", "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()", "ok", None),
    ("widget", "import ipywidgets\ndisplay(ipywidgets.IntSlider())", "ok", None),
    (
        "progress",
        "from tqdm.notebook import tqdm\nassert sum(tqdm(range(3))) == 3",
        "ok",
        None,
    ),
    (
        "thread",
        (
            "import threading, time\n"
            "def tick():\n    while True:\n        time.sleep(0.01)\n        print('tick')\n"
            "threading.Thread(target=tick, daemon=True).start()"
        ),
        "ok",
        None,
    ),
    ("double as default", "torch.set_default_dtype(torch.float64)", "ok", None),
    ("no gradients", "torch.set_grad_enabled(False)", "ok", None),
    ("inference mode", "torch.inference_mode().__enter__()", "ok", None),
    (
        "threads of torch",
        "torch.set_num_threads(4)\ntorch.ones(600, 600).mm(torch.ones(600, 600))",
        "ok",
        None,
    ),
    ("seeds", "torch.manual_seed(0)\nimport numpy as np\nnp.random.seed(0)", "ok", None),
    ("warnings as errors", "import warnings\nwarnings.simplefilter('error')", "ok", None),
    ("working directory", "import os\nos.mkdir('sub')\nos.chdir('sub')", "ok", None),
    (
        "signals",
        "import signal\nfor s in (2, 15, 14, 17):\n    signal.signal(s, signal.SIG_IGN)",
        "ok",
        None,
    ),
    ("home", "import shutil\nshutil.rmtree(os.environ['HOME'], ignore_errors=True)", "ok", None),
    ("stdout", "import io, sys\nsys.stdout = io.StringIO()", "ok", None),
    ("no stderr", "sys.stderr = None", "ok", None),
    ("closed stdout", "sys.stdout = open('/dev/null', 'w')\nsys.stdout.close()", "ok", None),
    ("default device", "torch.set_default_device('meta')", "ok", None),
    ("debugger", "import pdb\npdb.set_trace()", "ok", None),
    (
        "sum of numpy",
        "from numpy import sum as total\nassert total(x for x in (1, 2)) == 3",
        "ok",
        None,
    ),
    ("newer string", 'd = {"a": 1}\nassert f"{d["a"]}" == "1"', "ok", None),
    (
        "bar",
        "from fastprogress import progress_bar\nassert sum(progress_bar(range(3))) == 3",
        "ok",
        None,
    ),
    ("annotation", "import no_such_types as t\ndef g(x: t.Float): ...", "failed", "no_such_types"),
    (
        "restart",
        "get_ipython().kernel.do_shutdown(True)",
        "ok",
        None,
    ),
    # Long enough for a loop that was told to stop to do so.
    ("after the restart", "import time\ntime.sleep(0.5)", "ok", None),
]
CELLS = [HONEST, *(source for _, source, _, _ in ODD), "last = 'reached'"]


def memory_high_water_bytes():
    with Path("/proc/self/status").open() as status:
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) << 10


def forget_high_water():
    Path("/proc/self/clear_refs").write_text("5")


@pytest.fixture(scope="module")
def odd(tmp_path_factory, sandbox):
    course = ToyCourse.make(tmp_path_factory.mktemp("odd"))
    course.grade([HONEST], sandbox=sandbox)  # what is imported on the way is no part of the growth
    forget_high_water()
    before = memory_high_water_bytes()
    report = course.grade(CELLS, sandbox=sandbox)
    return report, memory_high_water_bytes() - before


@pytest.mark.parametrize(
    ("index", "status", "error"),
    [
        pytest.param(index, status, error, id=name)
        for index, (name, _, status, error) in enumerate(ODD, 1)
    ],
)
def test_an_odd_cell_ends_in_its_own_way(odd, index, status, error):
    cell = odd[0].execution.cells[index]
    assert cell.status == status
    assert (error or "") in (cell.error or "")


def test_all_points_are_kept(odd):
    assert {check.id: check.message for check in odd[0].checks} == dict.fromkeys(CHECKS)
    assert odd[0].score == 1.0


def test_a_cell_that_prints_too_much_is_flagged(odd):
    flagged = [flag for flag in odd[0].flags if "printed too much" in flag]
    assert [flag.split()[1] for flag in flagged] == ["4", "5"]


def test_hundreds_of_megabytes_of_output_stay_out_of_our_memory(odd):
    assert odd[1] < 150 << 20


def test_hundreds_of_megabytes_of_output_stay_out_of_the_agents_memory(odd):
    assert odd[0].execution.peak_memory_bytes < 900 << 20


# Cells that take the kernel down, or would never end. Each costs itself alone.
FATAL = [
    ("leaves", "import os\nos._exit(0)\ndef kept_1(): return 1", "crash"),
    ("loops", "def kept_2(): return 2\nwhile True:\n    pass", "time_limit"),
    (
        "loops and does not listen",
        (
            "while True:\n    try:\n        while True:\n            pass\n"
            "    except BaseException:\n        pass\ndef kept_3(): return 3"
        ),
        "time_limit",
    ),
    ("closes everything", "import os\nos.closerange(0, 4096)\ndef kept_4(): return 4", "crash"),
    ("dies again when rescued", "class Bomb:\n    import os\n    os._exit(1)", "crash"),
]
KEPT = """
def word(length):
    return "z" * (length * kept_1() * kept_2() * kept_3() * kept_4() // 24)
"""
LIMITS = "cell_s = 2\ntotal_s = 120\n"


@pytest.fixture(scope="module")
def fatal(tmp_path_factory, bubblewrap):
    course = ToyCourse.make(tmp_path_factory.mktemp("fatal"), limits=LIMITS)
    cells = [HONEST, *(source for _, source, _ in FATAL), KEPT]
    return course.grade(cells, sandbox=bubblewrap, isolation=Isolation.WARM)


@pytest.mark.parametrize(
    ("index", "status"),
    [pytest.param(index, status, id=name) for index, (name, _, status) in enumerate(FATAL, 1)],
)
def test_a_fatal_cell_is_named(fatal, index, status):
    assert fatal.execution.cells[index].status == status
    assert any(flag.startswith(f"cell {index + 1} was stopped") for flag in fatal.flags)


def test_cells_around_fatal_ones_run_and_what_those_declare_is_kept(fatal):
    assert [fatal.execution.cells[index].status for index in (0, -1)] == ["ok", "ok"]
    assert causes(fatal) == dict.fromkeys(CHECKS)


TAKES_SHARED_MEMORY = """
import mmap
blocks = []
while True:
    blocks.append(mmap.mmap(-1, 32 << 20))
    for page in range(0, 32 << 20, mmap.PAGESIZE):
        blocks[-1][page] = 1
"""


def test_a_cell_that_takes_all_memory_costs_itself_alone(tmp_path, bubblewrap):
    course = ToyCourse.make(tmp_path, limits="memory_mb = 700\n")
    report = course.grade([HONEST, TAKES_SHARED_MEMORY, "x = 1"], sandbox=bubblewrap)
    assert [cell.status for cell in report.execution.cells] == ["ok", "memory_limit", "ok"]
    assert report.score == 1.0


def test_cells_past_the_total_time_are_skipped_and_keep_their_definitions(tmp_path, bubblewrap):
    course = ToyCourse.make(tmp_path, limits="cell_s = 50\ntotal_s = 3\n")
    report = course.grade(["while True: pass", "print(1)", HONEST], sandbox=bubblewrap)
    assert [cell.status for cell in report.execution.cells] == ["time_limit", "skipped", "skipped"]
    assert report.score == 1.0


def test_no_process_and_no_folder_is_left(tmp_path, sandbox, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    course = ToyCourse.make(tmp_path)
    before = set(tmp_path.iterdir())
    course.grade([HONEST, "import subprocess\nsubprocess.Popen(['sleep', '987'])"], sandbox=sandbox)
    assert set(tmp_path.iterdir()) == before
    deadline = time.monotonic() + 20
    while sleeping(987) and time.monotonic() < deadline:
        time.sleep(0.1)  # the kernel ends a namespace when it gets to it
    assert sleeping(987) == []


def sleeping(seconds):
    found = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if command == b"sleep\0%d\0" % seconds:
            found.append(entry.name)
    return found
