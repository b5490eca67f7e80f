"""What an honest notebook brings along from Colab or another machine, made harmless.

None of this decides a score. It keeps an import cell or a `.cuda()` from taking down the cells
that the student is graded for.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import Any


def install(shell: Any) -> None:
    """Prepare a fresh kernel."""
    _quiet_plots(shell)
    _no_network_installs(shell)
    if importlib.util.find_spec("google") is None:
        _pretend_colab()
    _cuda_is_cpu()


def _quiet_plots(shell: Any) -> None:
    """Give every notebook the inline backend, which closes its figures after each cell."""
    try:
        import matplotlib as mpl
        from IPython.core.pylabtools import select_figure_formats
    except ImportError:
        return
    shell.enable_matplotlib("inline")
    # Rendering is what costs time, and nobody looks at these pictures.
    select_figure_formats(shell, set())
    mpl.rcParams["figure.max_open_warning"] = 0

    def matplotlib_magic(line: str = "") -> None:
        """Stay with the inline backend, whatever window system the notebook asks for."""

    for name in ("matplotlib", "pylab"):
        shell.register_magic_function(matplotlib_magic, "line", name)


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


def _pretend_colab() -> None:
    """Offer a `google.colab` whose drive, files and outputs do nothing."""

    def nothing(*_: Any, **__: Any) -> None:
        return None

    def no_files(*_: Any, **__: Any) -> dict[str, bytes]:
        return {}

    google, colab = ModuleType("google"), ModuleType("google.colab")
    google.__path__ = []
    colab.__path__ = []
    google.colab = colab  # type: ignore[attr-defined]
    content: dict[str, dict[str, Any]] = {
        "drive": {"mount": nothing, "flush_and_unmount": nothing},
        "files": {"upload": no_files, "download": nothing, "view": nothing},
        "output": {"clear": nothing, "eval_js": nothing, "enable_custom_widget_manager": nothing},
        "userdata": {"get": nothing},
        "auth": {"authenticate_user": nothing},
        "patches": {"cv2_imshow": nothing},
        "data_table": {"enable_dataframe_formatter": nothing},
    }
    sys.modules["google"] = google
    sys.modules["google.colab"] = colab
    for name, members in content.items():
        module = ModuleType(f"google.colab.{name}")
        vars(module).update(members)
        setattr(colab, name, module)
        sys.modules[module.__name__] = module


def _cuda_is_cpu() -> None:
    """Let `.cuda()` and `.to("cuda")` stay on the CPU where there is no GPU."""
    try:
        import torch
    except ImportError:
        return
    if torch.cuda.is_available():
        return

    def stay(self: Any, *_: Any, **__: Any) -> Any:
        return self

    for cls in (torch.Tensor, torch.nn.Module):
        move = cls.to

        def to(self: Any, *args: Any, _move: Any = move, **kwargs: Any) -> Any:
            return _move(
                self,
                *(_without_gpu(value) for value in args),
                **{key: _without_gpu(value) for key, value in kwargs.items()},
            )

        cls.cuda = stay  # type: ignore[method-assign]
        cls.to = to  # type: ignore[method-assign]


def _without_gpu(value: Any) -> Any:
    import torch

    if isinstance(value, str) and value.split(":")[0] in {"cuda", "mps"}:
        return "cpu"
    if isinstance(value, torch.device) and value.type in {"cuda", "mps"}:
        return torch.device("cpu")
    return value
