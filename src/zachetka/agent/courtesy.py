"""What an honest notebook brings along from Colab or another machine, made harmless.

None of this decides a score. It keeps an import cell or a `.cuda()` from taking down the cells
that the student is graded for.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import os
import sys
import typing
from types import GeneratorType
from typing import Any

import typing_extensions

from zachetka.agent import absent, gpu
from zachetka.agent.absent import nothing

_STYLE_NOW, _STYLE_ONCE = "seaborn-v0_8", "seaborn"


def install(shell: Any) -> None:
    """Prepare a fresh kernel."""
    _short_tracebacks(shell)
    _quiet_plots(shell)
    _old_plots()
    _old_names()
    _new_names()
    _old_sum()
    _no_network_installs(shell)
    _absent_extensions(shell)
    _colab_magic(shell)
    absent.install()
    _no_debugger()
    _never_compile()
    _one_thread()
    gpu.install()


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


def _new_names() -> None:
    """Have what the Python of Colab has to import, and this one may not have yet."""

    def batched(iterable: Any, n: int, *, strict: bool = False) -> typing.Iterator[Any]:
        """Give tuples of n items."""
        if n < 1:
            raise ValueError("n must be at least one")
        items = iter(iterable)
        while batch := tuple(itertools.islice(items, n)):
            if strict and len(batch) != n:
                raise ValueError("batched(): incomplete batch")
            yield batch

    vars(itertools).setdefault("batched", batched)
    vars(typing).setdefault("override", typing_extensions.override)


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
