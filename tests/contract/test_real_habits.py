"""What honest notebooks of real courses do, and what must still be there when they are examined."""

from __future__ import annotations


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
    "import torch.utils.data as d\nfor _ in d.DataLoader(torch.ones(8, 2), num_workers=1): ...",
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
