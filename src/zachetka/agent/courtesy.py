"""What an honest notebook brings along from Colab or another machine, made harmless.

None of this decides a score. It keeps an import cell or a `.cuda()` from taking down the cells
that the student is graded for.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import sys
import time
from types import GeneratorType, SimpleNamespace
from typing import Any

from zachetka.agent import absent
from zachetka.agent.absent import nothing

_GPUS = frozenset({"cuda", "mps"})
# A card as Colab lends it, which is what notebooks are tried on, but with a memory that may
# be filled here.
_CARD, _CAPABILITY, _CARD_BYTES = "CPU", (7, 5), 1 << 30
_STYLE_NOW, _STYLE_ONCE = "seaborn-v0_8", "seaborn"


def install(shell: Any) -> None:
    """Prepare a fresh kernel."""
    _short_tracebacks(shell)
    _quiet_plots(shell)
    _old_plots()
    _old_names()
    _old_sum()
    _no_network_installs(shell)
    _absent_extensions(shell)
    _colab_magic(shell)
    absent.install()
    _no_debugger()
    _never_compile()
    _one_thread()
    _cuda_is_cpu()


def _no_debugger() -> None:
    """Let a forgotten breakpoint do nothing, as in a kernel that nobody debugs."""
    sys.breakpointhook = nothing
    debugger: Any = importlib.import_module("pdb")
    debugger.set_trace = nothing


def _short_tracebacks(shell: Any) -> None:
    """Show an error without the sources around it: reading them takes up to a second."""
    shell.InteractiveTB.set_mode("Minimal")


def _quiet_plots(shell: Any) -> None:
    """Give every notebook the inline backend, which closes its figures after each cell."""
    try:
        import matplotlib as mpl
        from IPython.core import pylabtools
        from matplotlib import pyplot as plt
        from matplotlib_inline import backend_inline
    except ImportError:
        return
    shell.enable_matplotlib("inline")
    # Drawing is what costs time, and nobody looks at these pictures; a notebook that asks for
    # sharper ones would have it begin again.
    plt.uninstall_repl_displayhook()
    pylabtools.select_figure_formats(shell, set())
    for module in (pylabtools, backend_inline):
        vars(module)["select_figure_formats"] = nothing
    mpl.rcParams["figure.max_open_warning"] = 0

    def matplotlib_magic(line: str = "") -> None:
        """Stay with the inline backend, whatever window system the notebook asks for."""

    def pylab_magic(line: str = "") -> None:
        """Bring the names that `%pylab` brings."""
        pylabtools.import_pylab(shell.user_ns, import_all="--no-import-all" not in line)

    shell.register_magic_function(matplotlib_magic, "line", "matplotlib")
    shell.register_magic_function(pylab_magic, "line", "pylab")


def _old_plots() -> None:
    """Accept what matplotlib no longer has, or has only where there is a screen."""
    try:
        import matplotlib as mpl
        from matplotlib.style import library as styles
    except ImportError:
        return
    for name in [name for name in styles if name.startswith(_STYLE_NOW)]:
        styles.setdefault(name.replace(_STYLE_NOW, _STYLE_ONCE), styles[name])
    if not hasattr(mpl.cm, "get_cmap"):
        from matplotlib import pyplot as plt

        mpl.cm.get_cmap = plt.get_cmap  # type: ignore[attr-defined]
    use = mpl.use

    @functools.wraps(use)
    def use_if_possible(*args: Any, **kwargs: Any) -> None:
        try:
            use(*args, **kwargs)
        except ImportError:
            sys.stdout.write("[zachetka] there is no screen here, figures stay in the notebook\n")

    mpl.use = use_if_possible
    _any_style()


def _any_style() -> None:
    """Let a style of a package that is not here, such as SciencePlots, change nothing."""
    from matplotlib import style

    styles: Any = style
    use = styles.use

    @functools.wraps(use)
    def use_if_known(name: Any) -> None:
        try:
            use(name)
        except OSError as error:
            sys.stdout.write(f"[zachetka] no such style here: {error}\n")

    styles.use = use_if_known


def _old_names() -> None:
    """Keep what IPython once had in `display`; the one that runs in Colab has it still."""
    from IPython import display
    from IPython.core import display as core_display

    if not hasattr(display, "set_matplotlib_formats"):
        for name in ("set_matplotlib_formats", "set_matplotlib_close"):
            setattr(display, name, nothing)
    for name in ("display", "clear_output", "set_matplotlib_formats"):
        if not hasattr(core_display, name):
            setattr(core_display, name, getattr(display, name))


def _old_sum() -> None:
    """Let `sum` after `from numpy import *` or `%pylab` add up a generator, as numpy once did."""
    try:
        import numpy as np
    except ImportError:
        return
    add_up = np.sum

    @functools.wraps(add_up)
    def add_up_all(a: Any, *args: Any, **kwargs: Any) -> Any:
        return sum(a) if isinstance(a, GeneratorType) else add_up(a, *args, **kwargs)

    numpy: Any = np
    numpy.sum = add_up_all


def _no_network_installs(shell: Any) -> None:
    """Let `%pip install` and its kin return at once: there is no network to wait for."""

    def install_magic(line: str = "") -> None:
        """Say that nothing is installed."""
        sys.stdout.write(f"[zachetka] no network here, not run: {line}\n")

    for name in ("pip", "conda", "mamba", "uv"):
        shell.register_magic_function(install_magic, "line", name)

    system = shell.system
    installers = ("pip ", "pip3 ", "conda ", "apt", "wget ", "curl ", "git clone", "uv pip")

    def quick_system(command: str) -> Any:
        first = command.strip().removeprefix("sudo ").removeprefix(f"{sys.executable} -m ")
        first = first.removeprefix("python -m ").removeprefix("python3 -m ")
        if first.startswith(installers):
            return install_magic(command)
        return system(command)

    shell.system = quick_system


def _absent_extensions(shell: Any) -> None:
    """Let `%load_ext` of an extension that is not here leave the rest of its cell alone."""
    load = shell.find_line_magic("load_ext")

    def load_ext_magic(line: str = "") -> Any:
        """Load an extension if it is installed."""
        try:
            return load(line)
        except ImportError:
            sys.stdout.write(f"[zachetka] not installed here: {line}\n")
            return None

    def nothing_magic(line: str = "") -> None:
        """Show nothing: nobody looks."""

    shell.register_magic_function(load_ext_magic, "line", "load_ext")
    shell.register_magic_function(nothing_magic, "line", "tensorboard")


def _colab_magic(shell: Any) -> None:
    """Know Colab's name for `%%bash`."""
    if (bash := shell.find_cell_magic("bash")) is not None:
        shell.register_magic_function(bash, "cell", "shell")


def _never_compile() -> None:
    """Let `torch.compile` give back the model as it is, which computes the same.

    Compiling starts a C++ compiler that may not be here, and takes most of a cell's time.
    """
    os.environ["TORCHDYNAMO_DISABLE"] = "1"  # for whoever gets there another way
    try:
        import torch
    except ImportError:
        return

    @functools.wraps(torch.compile)
    def as_it_is(model: Any = None, **_: Any) -> Any:
        return as_it_is if model is None else model

    torch.compile = as_it_is


def _one_thread() -> None:
    """Let a notebook that asks for more threads stay with the one that it has.

    They would not be there in the copies that probes run in, and be waited for.
    """
    try:
        import torch
    except ImportError:
        return

    def stay(nthreads: int) -> None: ...

    torch.set_num_threads = torch.set_num_interop_threads = stay


def _cuda_is_cpu() -> None:
    """Let all that asks for a GPU stay on the CPU where there is no GPU."""
    try:
        import torch
    except ImportError:
        return
    if torch.cuda.is_available():
        return

    def stay(self: Any, *_: Any, **__: Any) -> Any:
        return self

    for cls in (torch.Tensor, torch.nn.Module):
        cls.cuda = stay  # type: ignore[method-assign]
        cls.to = _to_on_cpu(cls.to)  # type: ignore[method-assign]
    tensor: Any = torch.Tensor
    for name in ("new_empty", "new_full", "new_ones", "new_tensor", "new_zeros"):
        setattr(tensor, name, _method_on_cpu(getattr(tensor, name)))
    tensor.pin_memory = stay
    for storage in (torch.UntypedStorage, torch.TypedStorage):
        storage.cuda = stay  # type: ignore[method-assign]
    _factories_on_cpu(torch)
    _contexts_on_cpu(torch)
    _generator_on_cpu(torch)
    _ask_no_gpu(torch)


def _factories_on_cpu(torch: Any) -> None:
    """Let `torch.zeros(3, device="cuda")`, and layers made that way, be on the CPU."""
    from torch.utils import _device

    # torch compares with these by identity to serve `with torch.device(...)`, and caches them:
    # it must have seen the functions themselves.
    _device._device_constructors()  # noqa: SLF001
    for name in (
        *("arange", "as_tensor", "asarray", "bartlett_window", "blackman_window", "empty"),
        *("empty_like", "empty_strided", "eye", "full", "full_like", "hamming_window"),
        *("hann_window", "kaiser_window", "linspace", "logspace", "normal", "ones", "ones_like"),
        *("rand", "rand_like", "randint", "randint_like", "randn", "randn_like", "randperm"),
        *("range", "scalar_tensor", "sparse_coo_tensor", "sparse_csr_tensor", "tensor"),
        *("tril_indices", "triu_indices", "zeros", "zeros_like"),
    ):
        _replace(torch, name)
    for name in ("fftfreq", "rfftfreq"):
        _replace(torch.fft, name)
    torch.load = _OnCpu(torch.load)


def _contexts_on_cpu(torch: Any) -> None:
    """Let `with torch.device("cuda"):`, and the same as a default, choose the CPU."""
    from torch.utils import _device

    context: Any = _device.DeviceContext
    begin = context.__init__

    @functools.wraps(begin)
    def begin_on_cpu(self: Any, device: Any) -> None:
        begin(self, _device_on_cpu(device))

    context.__init__ = begin_on_cpu
    for name in ("device", "stream"):
        setattr(torch.cuda, name, absent.Absent(f"torch.cuda.{name}"))


def _generator_on_cpu(torch: Any) -> None:
    """Let `torch.Generator(device="cuda")` be one of the CPU."""
    meta: Any = type(torch.Generator)
    if meta is type:
        return  # An older torch, whose class cannot be taught, and must stay the class it is.
    make = _OnCpu(functools.partial(meta.__call__, torch.Generator))
    call = meta.__call__

    @functools.wraps(call)
    def call_on_cpu(cls: Any, *args: Any, **kwargs: Any) -> Any:
        return make(*args, **kwargs) if cls is torch.Generator else call(cls, *args, **kwargs)

    meta.__call__ = call_on_cpu


def _ask_no_gpu(torch: Any) -> None:
    """Answer what is asked of a GPU that is not there, in numbers that can be printed."""
    cuda = torch.cuda
    for kind in ("Float", "Double", "Half", "Long", "Int", "Short", "Char", "Byte", "Bool"):
        setattr(cuda, f"{kind}Tensor", getattr(torch, f"{kind}Tensor"))
    properties = SimpleNamespace(name=_CARD, total_memory=_CARD_BYTES, multi_processor_count=1)
    properties.major, properties.minor = _CAPABILITY
    answers = {
        "current_device": 0,
        "get_device_capability": _CAPABILITY,
        "get_device_name": _CARD,
        "get_device_properties": properties,
        "mem_get_info": (_CARD_BYTES, _CARD_BYTES),
        "memory_summary": "",
        "utilization": 0,
        **dict.fromkeys(("init", "ipc_collect", "set_device", "set_rng_state", "synchronize")),
        **dict.fromkeys(("reset_max_memory_allocated", "reset_max_memory_cached")),
        **dict.fromkeys(("reset_peak_memory_stats", "set_per_process_memory_fraction")),
    }
    for name, answer in answers.items():
        setattr(cuda, name, _always(answer))
    for module in (torch.mps, getattr(torch, "accelerator", None)):
        for name in ("empty_cache", "synchronize"):
            if hasattr(module, name):
                setattr(module, name, _always(None))
    cuda.get_rng_state = lambda *_, **__: torch.get_rng_state()
    cuda.initial_seed = lambda *_: torch.initial_seed()
    cuda.Event = _Event
    cuda.Stream = absent.Absent("torch.cuda.Stream")
    for name in ("current_stream", "default_stream"):
        setattr(cuda, name, _always(cuda.Stream))


def _always(answer: Any) -> Any:
    """Make a function of its own: torch keeps tables of its functions and wants them different."""
    return lambda *_, **__: answer


class _Event:
    """Measures time as an event on a GPU does, by the clock."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self._at_s = 0.0

    def record(self, _stream: Any = None) -> None:
        self._at_s = time.perf_counter()

    def elapsed_time(self, end_event: _Event) -> float:
        return (end_event._at_s - self._at_s) * 1000

    def query(self) -> bool:
        return True

    wait = synchronize = nothing


def _replace(module: Any, name: str) -> None:
    """Put an `_OnCpu` in the place of torch's own function, for TorchScript as well."""
    function = getattr(module, name)
    on_cpu = _OnCpu(function)
    # It keeps a table of its own, which is not public.
    with contextlib.suppress(ImportError, AttributeError):
        table: Any = importlib.import_module("torch.jit._builtins")
        if (operator := table._find_builtin(function)) is not None:  # noqa: SLF001
            table._register_builtin(on_cpu, operator)  # noqa: SLF001
    setattr(module, name, on_cpu)


class _OnCpu:
    """Calls a function with the CPU in place of every GPU.

    An object and no function: `init = torch.zeros` in a class must not become a method.
    """

    def __init__(self, function: Any) -> None:
        functools.update_wrapper(self, function)
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        for name in ("device", "map_location"):
            if name in kwargs:
                kwargs[name] = _device_on_cpu(kwargs[name])
        return self._function(*map(_without_gpu, args), **kwargs)


def _method_on_cpu(method: Any) -> Any:
    """Wrap a method that takes a device by its name only: its numbers are a shape."""

    @functools.wraps(method)
    def on_cpu(self: Any, *args: Any, **kwargs: Any) -> Any:
        if "device" in kwargs:
            kwargs["device"] = _device_on_cpu(kwargs["device"])
        return method(self, *args, **kwargs)

    return on_cpu


def _to_on_cpu(method: Any) -> Any:
    """Wrap a method that takes a device first, where a number is that of a GPU."""
    call = _method_on_cpu(method)

    @functools.wraps(method)
    def on_cpu(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not args:
            return call(self, **kwargs)
        return method(self, _device_on_cpu(args[0]), *args[1:], **kwargs)

    return on_cpu


def _device_on_cpu(value: Any) -> Any:
    if isinstance(value, dict):  # torch.load moves from one place to another
        return {place: _without_gpu(other) for place, other in value.items()}
    return "cpu" if type(value) is int else _without_gpu(value)


def _without_gpu(value: Any) -> Any:
    import torch

    if isinstance(value, str) and value.split(":")[0] in _GPUS:
        return "cpu"
    if isinstance(value, torch.device) and value.type in _GPUS:
        return torch.device("cpu")
    return value
