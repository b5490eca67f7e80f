"""The courtesies change `torch` and the shell: questions go to an interpreter of their own."""

import json
import subprocess
import sys
import textwrap

import pytest

PRELUDE = """
import io, json, contextlib, os
os.environ["MPLBACKEND"] = "agg"
from IPython.core.interactiveshell import InteractiveShell
from zachetka.agent import courtesy

class Shell(InteractiveShell):
    def enable_gui(self, gui=None):
        pass

shell = Shell.instance()
courtesy.install(shell)
out = {}
for name, source in json.loads(input()).items():
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        ran = shell.run_cell(source)
    error = ran.error_before_exec or ran.error_in_exec
    out[name] = repr(error) if error else "ok"
print(json.dumps(out))
"""

ACCEPTED = {
    "gpu tensors": "import torch; assert torch.ones(2).cuda().to('cuda:0').device.type == 'cpu'",
    "gpu factories": "assert torch.zeros(3, device=torch.device('cuda')).sum() == 0",
    "gpu like": "assert torch.zeros_like(torch.ones(2), device='cuda:1').shape == (2,)",
    "gpu layers": "layer = torch.nn.Linear(2, 3, device='cuda').to('cuda')",
    "gpu files": "import io; file = io.BytesIO(); torch.save(torch.ones(1), file); file.seek(0)\n"
    "assert torch.load(file, map_location='cuda:0') == 1",
    "gpu types": "assert torch.ones(2).type(torch.cuda.FloatTensor).dtype == torch.float32",
    "gpu default": "torch.set_default_device('cuda'); torch.set_default_device(None)",
    "gpu calls": "torch.cuda.set_device(0); torch.cuda.synchronize(); torch.cuda.empty_cache()",
    "dtype by position": "assert torch.ones(2).to(torch.float64).dtype == torch.float64",
    "no methods": "class C:\n    make = torch.ones\nassert C().make(2).sum() == 2",
    "meta": "with torch.device('meta'):\n    assert torch.nn.Linear(2, 2).weight.is_meta",
    "script": "@torch.jit.script\ndef start(n: int):\n"
    "    return torch.zeros(n) + torch.ones_like(torch.full([n], 2.0))\nassert start(3).sum() == 3",
    "threads": "torch.set_num_threads(4); torch.set_num_interop_threads(2)\n"
    "assert torch.get_num_threads() == 1",
    "compile": "assert torch.compile(layer)(torch.ones(1, 2)).shape == (1, 3)",
    "compile a function": "assert torch.compile(mode='reduce-overhead')(abs)(-1) == 1",
    "compile in place": "layer.compile(); layer(torch.ones(1, 2))",
    "optimizer": "torch.optim.Adam(layer.parameters()).step()",
    "pylab": "%pylab inline\nplot(linspace(0, 1, 5)); np.zeros(1); plt.figure(); figsize(3, 3)",
    "notebook backend": "%matplotlib notebook\nimport matplotlib; matplotlib.use('TkAgg')",
    "old styles": "plt.style.use('seaborn-whitegrid'); plt.style.use('seaborn')",
    "unknown styles": "plt.style.use(['science', 'ieee']); plt.style.use('no such style')",
    "new styles": "plt.style.use('seaborn-v0_8-darkgrid'); plt.style.use('ggplot')",
    "old colour maps": "assert plt.cm.get_cmap('viridis', 7).N == 7",
    "old display": "from IPython.core.display import HTML, clear_output, display; display(1)",
    "old formats": "from IPython.display import set_matplotlib_formats as f; f('svg', 'pdf')",
    "new formats": "from matplotlib_inline.backend_inline import set_matplotlib_formats as f; f()",
    "loggers": "import wandb, mlflow\nwith wandb.init(project='x') as run:\n"
    "    run.config['lr'] = 1; wandb.watch(layer); wandb.log({'a': 1}); mlflow.log_metric('a', 1)",
    "a logger in a network": "import copy, pickle; layer.run = run\n"
    "copy.deepcopy(layer).run.log({}); pickle.loads(pickle.dumps(layer)).run.finish()",
    "a logger inside": "from wandb.integration.keras import WandbCallback\nimport mlflow.pytorch",
    "summaries": "from torch.utils.tensorboard import SummaryWriter\n"
    "writer = SummaryWriter('runs'); writer.add_scalar('loss', 1.0, 0); writer.close()",
    "types": "from jaxtyping import Float, jaxtyped\nfrom beartype import beartype\n"
    "@jaxtyped(typechecker=beartype)\n"
    "def f(x: Float[torch.Tensor, 'n d'] | None = None) -> 'Float[torch.Tensor, \"n\"]':\n"
    "    return x\nassert f(3) == 3",
    "no numbers": "try:\n    from numba import njit\nexcept ImportError:\n    njit = None\n"
    "assert njit is None",
    "settings": "assert wandb.config.get('epochs', 3) == 3 and wandb.__version__\n"
    "class C(wandb.Callback):\n    def __init__(self, x): self.x = x\nassert C(1).x == 1\n"
    "assert not isinstance(1, wandb.Table)",
    "tensorboard by its path": "import torch.utils.tensorboard\n"
    "from torch.utils.tensorboard.writer import SummaryWriter\n"
    "torch.utils.tensorboard.SummaryWriter().add_scalar('a', 1)",
    "sharp plots": "%config InlineBackend.figure_format = 'retina'",
    "no plot is shown": "from IPython.core.formatters import format_display_data as show\n"
    "assert list(show(plt.figure())[0]) == ['text/plain']",
    "a plot": "(line,) = plt.plot([1, 2]); drawn = []; line.draw = drawn.append",
    "no plot is drawn": "assert not drawn; line.figure.savefig(io.BytesIO()); assert drawn",
    "extension": "%load_ext no_such_extension\nafter = 1",
    "tensorboard": "%tensorboard --logdir runs\nafter += 1",
    "drive": "from google.colab import drive; drive.mount('/content/drive', force_remount=True)",
    "colab": "import os; from google.colab import files, userdata, widgets, runtime, kernel",
    "secret": "os.environ['TOKEN'] = userdata.get('TOKEN'); assert files.upload() == {}",
    "colab patches": "from google.colab.patches import cv2_imshow; cv2_imshow(None)",
    "installs": "%pip install x\n!pip install x\n! wget http://x\n!sudo apt-get install x",
}

REFUSED = {
    "package": (
        "try:\n    import cupy as np\nexcept ImportError:\n    raise",
        "ModuleNotFoundError",
    ),
    "colab": ("import google.colab.no_such_module", "ModuleNotFoundError"),
    "device": ("import torch; torch.zeros(3, device='gpu')", "RuntimeError"),
    "magic": ("%no_such_magic", "UsageError"),
}


def run(cells):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PRELUDE)],
        input=json.dumps(cells),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def accepted():
    return run(ACCEPTED)


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_works_elsewhere_works_here(accepted, name):
    assert accepted[name] == "ok"


def test_what_fails_elsewhere_fails_here():
    found = run({name: source for name, (source, _) in REFUSED.items()})
    for name, (_, error) in REFUSED.items():
        assert found[name].startswith(error), found[name]
