"""What of this machine's Python a sandbox without an image has to see, and its environment."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

# Where the agent lies in a sandbox that has a file system of its own.
AGENT_ROOT = "/opt/zachetka"


def python_folders() -> list[Path]:
    """Give the folders that this interpreter and its packages live in, nothing of the course."""
    prefixes = {sys.base_prefix, sys.exec_prefix, sys.prefix, sys.base_exec_prefix}
    paths = sysconfig.get_paths()
    candidates = {*prefixes, paths["stdlib"], paths["platlib"], paths["purelib"]}
    interpreter = Path(sys.executable).resolve()
    candidates.add(str(interpreter.parent.parent))
    folders: list[Path] = []
    for folder in sorted({Path(name).resolve() for name in candidates} | {Path(sys.prefix)}):
        # Shortest first, so that what lies inside another is left out.
        if folder.exists() and not any(folder.is_relative_to(other) for other in folders):
            folders.append(folder)
    return [folder for folder in folders if folder not in {Path("/"), Path("/usr")}]


def agent_environment(home: str, package_root: str) -> dict[str, str]:
    """Give the whole environment of an agent; nothing of ours leaks through it."""
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": home,
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": package_root,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "IPYTHONDIR": f"{home}/.ipython",
        "JUPYTER_PLATFORM_DIRS": "1",
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "CUDA_VISIBLE_DEVICES": "",
        **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    }


def agent_command() -> list[str]:
    """Give the command line that starts an agent with this interpreter."""
    return [os.path.abspath(sys.executable), "-P", "-s", "-m", "zachetka.agent"]  # noqa: PTH100
