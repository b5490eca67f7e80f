"""Names that a notebook has not got because of what is not here: of a package, from a file."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import pkgutil
import sys
from typing import Any, Final

from zachetka.agent.scopes import bound_by, run_by

# What `from utils import *` and `from fastai.vision.all import *` bring along, and nobody else.
USUAL: Final = {
    "math": "math",
    "np": "numpy",
    "os": "os",
    "partial": "functools.partial",
    "Path": "pathlib.Path",
    "pd": "pandas",
    "plt": "matplotlib.pyplot",
    "random": "random",
    "time": "time",
    "torch": "torch",
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "optim": "torch.optim",
    "Tensor": "torch.Tensor",
    "tensor": "torch.tensor",
    "DataLoader": "torch.utils.data.DataLoader",
    "Dataset": "torch.utils.data.Dataset",
    "TensorDataset": "torch.utils.data.TensorDataset",
    "tqdm": "tqdm.auto.tqdm",
}
_SCRIPT: Final = "run_line_magic('run'"


class Withheld:
    """The names that cells should have bound and that this sandbox has kept them from."""

    def __init__(self) -> None:
        self._names: set[object] = set()
        self._may_be_any = False

    def __contains__(self, name: object) -> bool:
        return self._may_be_any or name in self._names

    def take(self, source: str, user_ns: dict[str, Any]) -> None:
        """Take the names of a cell that failed, and bind the usual ones of a star that is lost."""
        self._may_be_any |= _SCRIPT in source
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            tree = ast.parse(source)
            self._names.update(bound_by(run_by(tree)))
            if any(map(_is_lost_star, ast.walk(tree))):
                self._may_be_any = True
                _bind_usual(user_ns)


def _is_lost_star(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom(module=str() as module, names=[ast.alias(name="*")], level=0):
            return module not in sys.modules and not _exists(module)
    return False


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except Exception:  # noqa: BLE001 - whatever its parent ends in
        return False


def _bind_usual(user_ns: dict[str, Any]) -> None:
    for name, path in USUAL.items():
        if name not in user_ns:
            with contextlib.suppress(Exception):
                user_ns[name] = pkgutil.resolve_name(path)
