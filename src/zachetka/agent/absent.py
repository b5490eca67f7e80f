"""Stands in for packages that a notebook decorates its code with and that are not installed here.

Only packages that compute nothing of their own: what logs a training, checks types or shows a
summary. A stand-in for cupy would be taken by `try: import cupy as np`, and give wrong numbers.
"""

from __future__ import annotations

import importlib.util
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAMES: Final = frozenset(
    {
        *("wandb", "mlflow", "comet_ml", "neptune", "clearml", "aim", "tensorboardX", "trackio"),
        *("jaxtyping", "typeguard", "beartype", "torchtyping", "line_profiler"),
        *("torchinfo", "torchsummary", "torchviz", "livelossplot", "memory_profiler", "loguru"),
    }
)


class Absent(ModuleType):
    """A module in which everything exists, and does nothing.

    Called with one function or class, as a decorator is, it gives that back.
    """

    __path__: list[str]
    __version__: str

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__ = []
        self.__version__ = "0.0.0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self.__name__}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Give a decorated function back, and otherwise this."""
        is_decorator = len(args) == 1 and not kwargs and callable(args[0])
        return args[0] if is_decorator else self

    def __getitem__(self, _key: Any) -> Absent:
        return self

    def __setitem__(self, _key: Any, _value: Any) -> None: ...

    def __or__(self, other: Any) -> Any:
        return Any

    __ror__ = __or__

    def __enter__(self) -> Absent:  # noqa: PYI034 - whatever it is, it is the same
        return self

    def __exit__(self, *_: object) -> None: ...

    def __mro_entries__(self, _bases: tuple[Any, ...]) -> tuple[type, ...]:
        return ()

    def __instancecheck__(self, _value: object) -> bool:
        return False

    def get(self, _key: object, default: Any = None) -> Any:
        """Give the default of a setting that nobody has made."""
        return default

    def __reduce__(self) -> tuple[type[Absent], tuple[str]]:
        return Absent, (self.__name__,)

    def __iter__(self) -> Iterator[Any]:
        return iter(())


class _Finder(MetaPathFinder, Loader):
    """Finds stand-ins for packages and all that is in them."""

    def __init__(self, *names: str) -> None:
        self._prefixes = tuple(f"{name}." for name in names)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        return ModuleSpec(name, self) if f"{name}.".startswith(self._prefixes) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        sys.stdout.write(f"[zachetka] not installed here, does nothing: {spec.name}\n")
        return Absent(spec.name)

    def exec_module(self, module: ModuleType) -> None: ...


def install() -> None:
    """Find the stand-ins from now on."""
    sys.meta_path.append(_Finder(*NAMES))
    # torch has a module for it, which needs a package that is not here.
    if importlib.util.find_spec("tensorboard") is None:
        sys.meta_path.insert(0, _Finder("torch.utils.tensorboard"))
