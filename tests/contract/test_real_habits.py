"""What honest notebooks of real courses do, and what must still be there when they are examined."""

from __future__ import annotations

import pytest

from zachetka.sandbox.base import MIB
from zachetka.session import Session


def read(nb):
    return nb.read()


def multiplied(nb):
    return nb.multiplied()


def defined(nb, *, names):
    return [name for name in names if hasattr(nb, name)]


CELLS = (
    "%load_ext no_such_extension\n%config InlineBackend.figure_format = 'retina'\nimport torch",
    "import torch\nimport no_such_package\nfrom torch import nn\nSEED = 7\ntorch.manual_seed(SEED)",
    "%%capture\nimport no_such_package\ndef captured(): ...",
    "%%time\nimport no_such_package\ndef timed(): ...",
    "%no_such_magic\ndef after_magic(): ...",
    "class Shy:\n    def __repr__(self):\n        raise ValueError\nShy()",
    "import os\nos.listdir() == [] or 1 / 0\nos.makedirs('../data')",
    "open('notes.txt', 'w').write('kept')\ndef read():\n    return open('notes.txt').read()",
    "!pip install no_such_package\nget_ipython().magic('matplotlib inline')\ndef last(): ...",
    "model = nn.Linear(2, 2, device='cuda').cuda()\ntorch.zeros(1, device=torch.device('cuda', 0))",
    "from IPython.display import display, clear_output\nhandle = display('a', display_id=True)",
    "handle.update('b')\nclear_output(wait=True)\nhandle.update('c')",
    "import ipywidgets\nout = ipywidgets.Output()\nwith out:\n    print(1)\nbeside_a_widget = out",
    "with out:\n    out.clear_output()\n    display(2)",
    "from tqdm.notebook import tqdm\nfor _ in tqdm(range(3)): ...",
    (
        "def multiplied():\n    torch.set_num_threads(4)\n    x = torch.ones(700, 700)\n"
        "    return (x @ x)[0, 0].item()\nmultiplied()"
    ),
    "def demo(x):\n        y = x\n    return y",
    "import no_such_package, json as j; from os import no_such_name, sep; here = sep",
    "try:\n    import no_such_package\n    import string\nexcept ImportError:\n    print('none')",
    "import wandb\nfrom torch.utils.tensorboard import SummaryWriter\nwandb.init(project='x')",
    "import sys\nif 'google.colab' in sys.modules:\n    !git clone y\n    from y.utils import *",
    "from google.colab import drive\ndrive.mount('/content/drive')",
    "%%shell\necho 1 | sed s/1/2/",
    "wandb.init(config=dict(lr=.1))\nrate = 1.0 + wandb.config.lr + wandb.run.step",
    "torch.rand(2, generator=torch.Generator(device='cuda')).new_zeros(2, device='cuda').to(0)",
    "assert get_ipython().__class__.__name__ == 'ZMQInteractiveShell'",
    "import torch.utils.data as d\nfor _ in d.DataLoader(torch.ones(8, 2), num_workers=1): ...",
)
RESCUED = (
    "import math, torch, urllib.request\nfrom functools import partial",
    "open('/no/such/file')\na_file = partial(max, 1)\nfor _ in (1,):\n    def in_a_loop(): ...",
    "urllib.request.urlopen('http://x.org')\nif True:\n    network = torch.device('cpu')",
    "assert torch.cuda.is_available()\nasserted = math.sqrt(2)\nnot_asserted = max(1, 2)",
    "input()\nasked = max(1, 2)",
    "%%memit\nclass Measured: ...\nmeasured = max(1, 2)",
    "class Shy(Exception):\n    def __str__(self): raise ValueError\nraise Shy\nshy = 2 ** 0.5",
    "raise Exception('\\ud800')\nhalf = 2 ** 0.5",
    "open('/no/such/file')\nimport os\nos._exit(0)\ndef after_an_end(): ...",
    "from __future__ import annotations",
    "open('/no/such/file')\ndef annotated(x: Missing): ...",
)
FAILED = {1, 2, 3, 4, 5, 16, 17}


def test_what_a_notebook_defines_outlives_what_it_cannot_do(room):
    with room.open(*CELLS) as session:
        assert {cell.index for cell in session.cells if cell.status != "ok"} == FAILED
        names = [
            "SEED",
            "captured",
            "timed",
            "after_magic",
            "Shy",
            "last",
            "model",
            "beside_a_widget",
            *("j", "sep", "here", "string", "SummaryWriter", "rate"),
        ]
        assert room.ask(session, defined, names=names) == names
        assert room.ask(session, read) == "kept"
        assert room.ask(session, multiplied) == 700


def test_what_stands_below_a_line_that_fails_here_is_there(room):
    with room.open(*RESCUED) as session:
        assert {cell.index for cell in session.cells if cell.status == "ok"} == {0, 9}
        names = [
            *("a_file", "in_a_loop", "network", "asserted", "asked", "Measured", "measured", "shy"),
            *("half", "after_an_end", "annotated"),
        ]
        assert room.ask(session, defined, names=[*names, "not_asserted"]) == names


NEWER = (
    "logs = {'loss': 0.5}\nget_ipython().run_line_magic('time', '1')",
    '%time\nprint(f"loss {logs["loss"]:.3f}" f\'{len(logs)}\')\ndef newer(): ...',
    '%%time\nsaid = f"{", ".join(f"{k}={v}" for k, v in logs.items())}"',
    'open("/no/such/file")\nbelow = f"{logs["loss"]}"',
    "from itertools import batched\nfrom typing import override",
)
WITHHELD = (
    "%run ../utils.py",
    "plot(1)\nafter_a_script = max(1, 2)",
    "from fastai.vision.all import *\nlayer = nn.Linear(2, 2)",
    "class Net(nn.Module): ...",
    "import fancy_types as ft\nfrom fancy_types import checked",
    "@checked\ndef annotated(x: ft.Float): ...",
    "class Annotated:\n    def f(self, x: ft.Float): ...",
    "import os\nos.environ['WANDB_API_KEY']\nafter_a_key = max(1, 2)",
)


def test_f_strings_of_newer_python_are_read(room_of):
    room = room_of("bubblewrap")
    with room.open(*NEWER) as session:
        assert [cell.index for cell in session.cells if cell.status != "ok"] == [3]
        names = ["newer", "said", "below", "batched", "override"]
        assert room.ask(session, defined, names=names) == names


def test_what_is_lost_with_a_file_or_a_package_is_known_in_later_cells(room_of):
    room = room_of("bubblewrap")
    with room.open(*WITHHELD) as session:
        assert {cell.index for cell in session.cells if cell.status == "ok"} == {3}
        names = ["after_a_script", "layer", "Net", "annotated", "Annotated", "after_a_key"]
        assert room.ask(session, defined, names=names) == names


def test_an_error_does_not_say_where_python_lies_on_this_machine(room_of):
    with room_of("bubblewrap").open("from typing import no_such_name") as session:
        (cell,) = session.cells
        assert cell.error == "ImportError: cannot import name 'no_such_name' from 'typing'"
        assert ".py)" not in cell.traceback


WRITING = (
    "from google.colab import drive\ndrive.mount('/content/drive', force_remount=True)",
    "import os\nos.makedirs('/content/drive/MyDrive/hw')\nos.listdir('/content/drive/MyDrive')",
    "open('/content/model.pt', 'w').write('kept')\nassert open('model.pt').read() == 'kept'",
    "open('/kaggle/working/plot.png', 'w').close()\nassert os.path.isfile('plot.png')",
)


@pytest.mark.parametrize("rooms", [False, True])
def test_what_colab_and_kaggle_let_a_notebook_write_can_be_written(closed_room, limits, rooms):
    if rooms and (reason := closed_room.sandbox.no_rooms()):
        pytest.skip(reason)
    with Session(closed_room.sandbox, limits, rooms=rooms) as session:
        closed_room.execute(session, *WRITING)
        assert [cell.error for cell in session.cells] == [None] * len(WRITING)


FILLED = (
    "kept = []\nwhile True:\n    kept.append('x' * 10**7)",
    "def fill():\n    held = []\n    while True:\n        held.append('x' * 10**7)",
    "before = max(1, 2)\nfill()\ndef below(): ...",
    "later = [0] * 10**7",
)


def test_what_fills_the_memory_and_keeps_it_is_left_out(room_of):
    room = room_of("bubblewrap")
    limits = room.limits(memory_bytes=512 * MIB)
    with room.open(*FILLED, limits=limits) as session:
        assert [cell.status for cell in session.cells] == ["memory_limit", "ok", "error", "ok"]
        names = ["before", "below", "later"]
        assert room.ask(session, defined, names=names) == names


SLEEPS = "import no_such_package\n" + "for _ in range(99):\n    time.sleep(0.1)\n" * 9


def test_what_computes_below_a_line_that_failed_leaves_the_rest_its_time(room_of):
    cells = ["import time", *(f"{SLEEPS}def f{number}(): ..." for number in range(12))]
    with room_of("bubblewrap").open(*cells) as session:
        names = [f"f{number}" for number in range(12)]
        assert room_of("bubblewrap").ask(session, defined, names=names) == names


def test_a_cell_that_was_not_run_gives_what_a_moment_gives(room_of):
    room = room_of("bubblewrap")
    limits = room.limits(cell_s=50, total_s=1)
    cells = ["while True: pass", "first = max(1, 2)\nwhile True: pass", "def last(): ..."]
    with room.open(*cells, limits=limits) as session:
        assert [cell.status for cell in session.cells] == ["time_limit", "skipped", "skipped"]
        assert room.ask(session, defined, names=["first", "last"]) == ["first", "last"]


@pytest.mark.parametrize("count", [6, 8])
def test_below_many_cells_that_end_the_kernel_definitions_are_kept(room_of, count):
    room = room_of("bubblewrap")
    cells = [f"import os\nos._exit(0)\ndef f{number}(): ..." for number in range(count)]
    with room.open(*cells, "def last(): ...") as session:
        names = [*(f"f{number}" for number in range(count)), "last"]
        assert room.ask(session, defined, names=names) == names
        assert {cell.status for cell in session.cells[:6]} == {"crash"}
        assert session.cells[-1].status == "skipped"
