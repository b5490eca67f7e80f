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
    "gpu generators": "noise = torch.Generator(device='cuda').manual_seed(3)\n"
    "same = torch.rand(2, generator=torch.Generator().manual_seed(3))\n"
    "assert torch.equal(torch.rand(2, generator=noise, device='cuda'), same)\n"
    "assert type(noise) is torch.Generator and torch.Generator('cuda:0').device.type == 'cpu'",
    "gpu tensors of a kind": "x = torch.ones(2)\n"
    "assert x.new_zeros(3, device='cuda').shape == x.new_empty((3,), device=0).shape == (3,)\n"
    "assert x.new_full((2,), 7, device='cuda')[0] == x.new_tensor([7], device='cuda')[0] == 7\n"
    "assert x.new_ones(4).shape == (4,) and x.new_zeros((2, 3), dtype=torch.int).dtype.is_signed",
    "gpu by number": "assert x.to(0).to(device=0).to(0, torch.float64).dtype == torch.float64\n"
    "torch.nn.Linear(2, 2, device=0).to(0)(torch.zeros(1, 2, device=0))",
    "gpu windows": "assert torch.hann_window(4, device='cuda').shape == (4,)\n"
    "torch.fft.rfftfreq(4, device='cuda'); torch.triu_indices(2, 2, device='cuda')\n"
    "assert torch.normal(0.0, 1.0, (2, 3), device='cuda').shape == (2, 3)",
    "gpu context": "with torch.device('cuda:0'), torch.cuda.device(0):\n"
    "    assert torch.zeros(2).device.type == torch.nn.Linear(2, 2).weight.device.type == 'cpu'",
    "gpu default by number": "torch.set_default_device(0)\n"
    "assert torch.get_default_device().type == 'cpu'; torch.set_default_device(None)",
    "gpu default type": "torch.set_default_tensor_type('torch.cuda.FloatTensor'); torch.zeros(2)",
    "gpu files moved": "import os; torch.save(x, 'x.pt')\n"
    "torch.load('x.pt', map_location={'cpu': 'cuda:0'})\n"
    "torch.load('x.pt', map_location=lambda storage, place: storage.cuda(0)); os.remove('x.pt')",
    "gpu pins": "from torch.utils.data import DataLoader\n"
    "assert x.pin_memory() is x and len(list(DataLoader(x, pin_memory=True))) == 2",
    "gpu mixed": "scaler = torch.amp.GradScaler('cuda'); layer = layer.to('cuda')\n"
    "descent = torch.optim.SGD(layer.parameters()); torch.cuda.amp.GradScaler()\n"
    "with torch.autocast('cuda', dtype=torch.float16):\n    loss = layer(torch.ones(1, 2)).sum()\n"
    "assert loss.dtype == torch.float32\n"
    "scaler.scale(loss).backward(); scaler.step(descent); scaler.update()",
    "gpu clock": "start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))\n"
    "start.record(); end.record(); end.synchronize()\n"
    "assert f'{start.elapsed_time(end):.2f}' >= '0.00'",
    "gpu streams": "with torch.cuda.stream(torch.cuda.Stream()):\n"
    "    torch.cuda.current_stream().wait_stream(torch.cuda.default_stream())",
    "gpu questions": "print('on ' + torch.cuda.get_device_name(torch.cuda.current_device()))\n"
    "major, minor = torch.cuda.get_device_capability(); free, total = torch.cuda.mem_get_info()\n"
    "free / torch.cuda.get_device_properties(0).total_memory\n"
    "torch.cuda.max_memory_allocated() / total + torch.cuda.memory_reserved(0)\n"
    "torch.cuda.reset_peak_memory_stats(); torch.cuda.memory_summary(); torch.cuda.init()",
    "gpu seeds": "torch.cuda.manual_seed_all(1); torch.cuda.manual_seed(1)\n"
    "torch.cuda.set_rng_state(torch.cuda.get_rng_state())",
    "no gpu all the same": "assert not torch.cuda.is_available()\n"
    "assert not torch.cuda.device_count() and not torch.cuda.is_initialized()\n"
    "assert not torch.cuda.is_bf16_supported()",
    "torch's tables": "from torch._dynamo import trace_rules; trace_rules.get_torch_obj_rule_map()",
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
    "settings given": "import wandb, copy, pickle\n"
    "wandb.init(config=dict(lr=.1, wd=0., bs='32', name='a'))\nc = wandb.config\n"
    "assert 1.0 + c.wd == 1 and c.lr * 2 == .2\n"
    "assert int(c['bs']) == 32 and f'{c.lr:.3f}' == '0.100'\n"
    "assert c.lr < 1 and len(c) == 4 and dict(**c) == c.as_dict() and list(range(int(c.bs)))\n"
    "assert getattr(c, 'depth', 3) == c.get('depth', 3) == 3 and 'depth' not in c",
    "settings changed": "from argparse import Namespace; c.lr = .2; c['wd'] = .5\n"
    "wandb.config.update({'bs': 8}, allow_val_change=True)\n"
    "wandb.config.setdefaults({'lr': 9, 'p': 1}); wandb.config.update(Namespace(seed=7))\n"
    "assert (wandb.run.config.lr, c.wd, c.bs, c.p, c.seed) == (.2, .5, 8, 1, 7)",
    "settings kept": "with wandb.init(config=Namespace(lr=3)) as second:\n"
    "    assert second.config.lr == wandb.config.lr == 3 and c.lr == .2\n"
    "assert copy.deepcopy(second.config) == pickle.loads(pickle.dumps(second.config)) == {'lr': 3}",
    "settings set": "wandb.config = {'lr': 4}; wandb.init(project='x')\n"
    "assert wandb.config.lr == 4",
    "settings of nobody": "wandb.init(config={}); hidden = wandb.config.hidden\n"
    "for epoch in range(wandb.config.epochs + 1): made = torch.ones(2) * wandb.config['lr']\n"
    "assert made.sum() == 0 and int(hidden) == round(hidden) == float(hidden) == -hidden == 0",
    "calculating": "import torchinfo, numpy as np; total = torchinfo.summary(layer).total_params\n"
    "assert '%d' % total == '0' and f'{total:,}' and '%.2f %s' % (total / 1e6, total)\n"
    "best = wandb.run.summary['best']\nassert .5 > best and best <= 0\n"
    "assert not best > 1 and len(total) == 0 and total\n"
    "assert 1 / total is total and [] + total is total and np.ones(2).sum() + total == 2\n"
    "assert (np.ones(2) - total).sum() == 2 and max(total, 3) == 3 and sum([1, total]) == 1",
    "names": "open(wandb.run.id + '.txt', 'w').close(); os.remove(f'{wandb.run.id}.txt')\n"
    "'run ' + wandb.run.name; torch.save(x, os.path.join(wandb.run.dir, 'x.pt'))\n"
    "os.remove('x.pt')",
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
    "not in colab": "import sys; from IPython import get_ipython\n"
    "assert 'google.colab' not in sys.modules and 'google.colab' not in str(get_ipython())",
    "drive": "from google.colab import drive; drive.mount('/content/drive', force_remount=True)",
    "colab": "import os; from google.colab import files, userdata, widgets, runtime, kernel",
    "colab as it is": "import google.colab; assert google.colab.files.upload() == {}\n"
    "google.colab.drive.flush_and_unmount(); google.colab.output.clear()",
    "bars": "from fastprogress import master_bar\n"
    "from fastprogress.fastprogress import progress_bar\nfrom alive_progress import alive_bar\n"
    "bar = master_bar(range(2)); bar.main_bar.comment = 'x'\n"
    "assert [(i, j) for i in bar for j in progress_bar([5], parent=bar)] == [(0, 5), (1, 5)]\n"
    "assert len(progress_bar('abc', total=3)) == 3\nwith alive_bar(2) as bar:\n    bar()",
    "what only prints": "from icecream import ic; from prettytable import PrettyTable\n"
    "from termcolor import colored, cprint; from colorama import Fore, Style, init\n"
    "init(autoreset=True); cprint('x', 'red'); ic.configureOutput(prefix='')\n"
    "assert ic(3) + 1 == 4 and ic(1, 2) == (1, 2) and colored('a', 'green').upper() == 'A'\n"
    "table = PrettyTable(['name', 'n']); table.field_names = ['a', 'b']; table.add_row(['x', 1])\n"
    "print(table, f'{Fore.GREEN}x{Style.RESET_ALL}', Fore.RED + 'y')",
    "newer names": "from itertools import batched; from typing import override\n"
    "assert list(batched('abc', 2)) == [('a', 'b'), ('c',)]\n"
    "class A:\n    @override\n    def f(self): ...",
    "shell": "%%shell\nfor i in 1 2; do echo $i; done",
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
