"""Keep torch from loading its compiler, which nothing here compiles with.

The first step of an optimizer imports `torch._dynamo`: eight hundred modules, a second of work and
a quarter of the memory, for two calls that do nothing outside a compiled function.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final

NAME: Final = "torch._dynamo"


class NotLoaded(ModuleType):
    """Stands for the compiler, and gives way to it when anything else of it is asked for."""

    def graph_break(self, *_: Any, **__: Any) -> None:
        """Do nothing, as outside a compiled function."""

    def disable(self, fn: Any = None, *_: Any, **__: Any) -> Any:
        """Give the function as it is: nothing will compile it."""
        return self.disable if fn is None else fn

    def is_compiling(self) -> bool:
        """Say no."""
        return False

    def __getattr__(self, name: str) -> Any:
        # Whoever looks through all modules asks each for such names; `__path__` is asked for when
        # a part of the package is imported.
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        if sys.modules.get(NAME) is self:
            del sys.modules[NAME]
        return getattr(importlib.import_module(NAME), name)


def install() -> None:
    """Put it in the compiler's place, where torch is there and has not loaded that yet."""
    torch = sys.modules.get("torch")
    if torch is None or NAME in sys.modules:
        return
    module = NotLoaded(NAME)
    module.__file__ = str(Path(torch.__path__[0], "_dynamo", "__init__.py"))
    sys.modules[NAME] = module
    torch._dynamo = module  # type: ignore[attr-defined] # noqa: SLF001 - as importing it does
