"""Keep torch from loading its compiler, which nothing here compiles with.

The first step of an optimizer and the first `torch.func.grad` import `torch._dynamo`: eight hundred
modules, a second of work and a quarter of the memory, for calls that do nothing outside a compiled
function.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME: Final = "torch._dynamo"


class NotLoaded(ModuleType):
    """Stands for a module of the compiler, which is loaded when more than is known is asked for."""

    def __init__(self, name: str, known: Mapping[str, Any]) -> None:
        super().__init__(name)
        vars(self).update(known)

    def __getattr__(self, name: str) -> Any:
        # Whoever looks through all modules asks each for such names; `__path__` is asked for when
        # a part of the package is imported.
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        load()
        return getattr(importlib.import_module(self.__name__), name)


def is_loaded() -> bool:
    """Say whether the compiler itself is there."""
    return NAME in sys.modules and not isinstance(sys.modules[NAME], NotLoaded)


def load() -> None:
    """Load the compiler after all."""
    if not is_loaded():
        sys.modules.pop(NAME, None)
    importlib.import_module(NAME)


def install() -> None:
    """Put what is known in the compiler's place, where torch is there and has not loaded that."""
    torch = sys.modules.get("torch")
    if torch is None or NAME in sys.modules:
        return
    autograd = NotLoaded(f"{NAME}.compiled_autograd", {"_disable": contextlib.nullcontext})
    module = NotLoaded(
        NAME, {"graph_break": _nothing, "disable": _as_it_is, "compiled_autograd": autograd}
    )
    module.__file__ = str(Path(torch.__path__[0], "_dynamo", "__init__.py"))
    sys.modules[NAME] = module
    torch._dynamo = module  # type: ignore[attr-defined] # noqa: SLF001 - as importing it does


def _nothing(*_: Any, **__: Any) -> None:
    pass


def _as_it_is(function: Any = None, *_: Any, **__: Any) -> Any:
    return _as_it_is if function is None else function
