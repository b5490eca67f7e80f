"""What an honest notebook brings along from Colab or another machine, made harmless.

None of this decides a score. It keeps an import cell or a `.cuda()` from taking down the cells
that the student is graded for.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import sys
from types import GeneratorType, ModuleType
from typing import Any

from zachetka.agent import absent

_GPUS = frozenset({"cuda", "mps"})
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
    if importlib.util.find_spec("google") is None:
        _pretend_colab()
    absent.install()
    _no_debugger()
    _never_compile()
    _one_thread()
    _cuda_is_cpu()


def _no_debugger() -> None:
    """Let a forgotten breakpoint do nothing, as in a kernel that nobody debugs."""
    sys.breakpointhook = _nothing
    debugger: Any = importlib.import_module("pdb")
    debugger.set_trace = _nothing


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
        vars(module)["select_figure_formats"] = _nothing
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
            setattr(display, name, _nothing)
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


class _Anything(ModuleType):
    """A module in which every name can be imported, and called to no effect."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _nothing


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _pretend_colab() -> None:
    """Offer a `google.colab` whose drive, files and outputs do nothing."""

    def no_files(*_: Any, **__: Any) -> dict[str, bytes]:
        return {}

    def no_secret(*_: Any, **__: Any) -> str:
        return ""

    google, colab = ModuleType("google"), _Anything("google.colab")
    google.__path__ = []
    colab.__path__ = []
    google.colab = colab  # type: ignore[attr-defined]
    content: dict[str, dict[str, Any]] = {
        "drive": {},
        "files": {"upload": no_files},
        "output": {},
        "userdata": {"get": no_secret},
        "auth": {},
        "patches": {},
        "data_table": {},
        "runtime": {},
        "widgets": {},
    }
    sys.modules["google"] = google
    sys.modules["google.colab"] = colab
    for name, members in content.items():
        module = _Anything(f"google.colab.{name}")
        vars(module).update(members)
        setattr(colab, name, module)
        sys.modules[module.__name__] = module


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
        cls.to = _method_on_cpu(cls.to)  # type: ignore[method-assign]
    _factories_on_cpu(torch)
    for kind in ("Float", "Double", "Half", "Long", "Int", "Short", "Char", "Byte", "Bool"):
        setattr(torch.cuda, f"{kind}Tensor", getattr(torch, f"{kind}Tensor"))
    for name in ("synchronize", "set_device", "get_device_name"):
        # One function each: torch keeps tables of its functions and wants them all different.
        setattr(torch.cuda, name, lambda *_, **__: None)


def _factories_on_cpu(torch: Any) -> None:
    """Let `torch.zeros(3, device="cuda")`, and layers made that way, be on the CPU."""
    from torch.utils import _device

    # torch compares with these by identity to serve `with torch.device(...)`, and caches them:
    # it must have seen the functions themselves.
    factories = _device._device_constructors()  # noqa: SLF001 - there is no public list
    for name in (
        *("arange", "as_tensor", "empty", "empty_like", "eye", "full", "full_like", "linspace"),
        *("logspace", "normal", "ones", "ones_like", "rand", "rand_like", "randint"),
        *("randint_like", "randn", "randn_like", "randperm", "tensor", "zeros", "zeros_like"),
    ):
        function = getattr(torch, name)
        if function in factories or name.endswith("_like"):
            _replace(torch, name, _OnCpu(function))
    torch.set_default_device = _OnCpu(torch.set_default_device)
    torch.load = _OnCpu(torch.load)


def _replace(torch: Any, name: str, function: _OnCpu) -> None:
    """Put a function in the place of torch's own, for TorchScript as well."""
    with contextlib.suppress(AttributeError):  # it keeps a table of its own, which is not public
        table = torch.jit._builtins  # noqa: SLF001
        if (operator := table._find_builtin(getattr(torch, name))) is not None:  # noqa: SLF001
            table._register_builtin(function, operator)  # noqa: SLF001
    setattr(torch, name, function)


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
                kwargs[name] = _without_gpu(kwargs[name])
        return self._function(*map(_without_gpu, args), **kwargs)


def _method_on_cpu(method: Any) -> Any:
    call = _OnCpu(method)

    @functools.wraps(method)
    def on_cpu(self: Any, *args: Any, **kwargs: Any) -> Any:
        return call(self, *args, **kwargs)

    return on_cpu


def _without_gpu(value: Any) -> Any:
    import torch

    if isinstance(value, str) and value.split(":")[0] in _GPUS:
        return "cpu"
    if isinstance(value, torch.device) and value.type in _GPUS:
        return torch.device("cpu")
    return value
