"""Keep torch from loading its compiler, which nothing here compiles with.

The first step of an optimizer and the first `torch.func.grad` import `torch._dynamo`: eight hundred
modules, a second of work and a quarter of the memory, for calls that do nothing outside a compiled
function.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from zachetka.agent.scopes import bound_by

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME: Final = "torch._dynamo"


class NotLoaded(ModuleType):
    """Stands for a module of the compiler, which is loaded when more than is known is asked for.

    Only for names that it has: pickle and others ask all modules for names of their own.
    """

    def __init__(self, name: str, source: Path, known: Mapping[str, Any]) -> None:
        super().__init__(name)
        vars(self).update(known)
        self.__file__ = str(source)

    def __getattr__(self, name: str) -> Any:
        # `__path__` is asked for when a part of the package is imported.
        if name != "__path__" and name not in names_in(Path(vars(self)["__file__"])):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        load()
        return getattr(importlib.import_module(self.__name__), name)


@functools.cache
def names_in(source: Path) -> set[str]:
    """Give what a module's statements bind, and the modules beside it if it is a package."""
    names = {path.stem for path in source.parent.iterdir()} if source.stem == "__init__" else set()
    names.update(bound_by(ast.walk(ast.parse(source.read_text("utf-8")))))
    return names


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
    spec = importlib.util.find_spec(NAME)
    if spec is None or spec.origin is None:
        return
    package = Path(spec.origin)
    autograd = NotLoaded(
        f"{NAME}.compiled_autograd",
        package.with_name("compiled_autograd.py"),
        {"_disable": contextlib.nullcontext},
    )
    module = NotLoaded(
        NAME,
        package,
        {"graph_break": _nothing, "disable": _as_it_is, "compiled_autograd": autograd},
    )
    module.__spec__ = spec
    sys.modules[NAME] = module
    torch._dynamo = module  # type: ignore[attr-defined] # noqa: SLF001 - as importing it does


def _nothing(*_: Any, **__: Any) -> None:
    pass


def _as_it_is(fn: Any = None, *_: Any, **__: Any) -> Any:
    return _as_it_is if fn is None else fn
