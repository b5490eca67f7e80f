"""Stands in for packages that a notebook decorates its code with and that are not installed here.

Only packages that compute nothing of their own: what logs a training, checks types or shows a
summary. A stand-in for cupy would be taken by `try: import cupy as np`, and give wrong numbers.
"""

from __future__ import annotations

import contextlib
import importlib.util
import operator
import sys
from collections.abc import Mapping
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

NAMES: Final = frozenset(
    {
        *("wandb", "mlflow", "comet_ml", "neptune", "clearml", "aim", "tensorboardX", "trackio"),
        *("jaxtyping", "typeguard", "beartype", "torchtyping", "line_profiler"),
        *("torchinfo", "torchsummary", "torchviz", "livelossplot", "memory_profiler", "loguru"),
        *("prettytable", "termcolor", "colorama", "icecream", "fastprogress", "alive_progress"),
    }
)
_KEEPS_SETTINGS: Final = frozenset({"wandb", "trackio"})
# Gone through, rather than called to no effect.
_BARS: Final = frozenset(
    {"fastprogress.progress_bar", "fastprogress.master_bar", "alive_progress.alive_it"}
)
_GIVING_BACK: Final = frozenset({"icecream.ic", "termcolor.colored"})
_FOLDERS: Final = frozenset({"dir", "log_dir", "logdir"})
_settings: dict[str, Settings] = {}


class Settings(dict[str, Any]):
    """What a notebook told a logger of its run, and reads back from there to train with."""

    def __init__(self, name: str, given: Any = None) -> None:
        super().__init__()
        self.__dict__["_name"] = name
        self.update(given)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __missing__(self, key: str) -> Any:
        # Settings may come from a sweep or a file, which are not here. Among settings that were
        # given, one that was not is a KeyError elsewhere too, and `getattr(config, "x", 3)` is 3.
        if self:
            raise KeyError(key)
        return Absent(f"{self._name}.{key}")

    def update(self, given: Any = None, *_: Any, **__: Any) -> None:  # type: ignore[override]
        """Take settings from a mapping or the attributes of an object, such as a Namespace."""
        if not isinstance(given, Mapping):
            given = getattr(given, "__dict__", {})
        super().update(given)

    def setdefaults(self, given: Any) -> None:
        """Take those settings that are not yet made."""
        self.update({**Settings(self._name, given), **self})

    def as_dict(self) -> dict[str, Any]:
        """Give all settings."""
        return dict(self)

    def __reduce__(self) -> tuple[type[Settings], tuple[str, dict[str, Any]]]:
        return Settings, (self._name, dict(self))


def _as_number(operate: Callable[..., Any], *, reflected: bool = False) -> Callable[..., Any]:
    """Let a stand-in be calculated with as 0, or its name where the other is a text."""

    def calculate(self: Absent, *others: Any) -> Any:
        mine = str(self) if any(isinstance(other, str) for other in others) else 0
        try:
            return operate(*others, mine) if reflected else operate(mine, *others)
        except (TypeError, ZeroDivisionError):
            return self

    return calculate


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
        if name == "config" and self._package in _KEEPS_SETTINGS:
            return _settings.setdefault(self._package, Settings(f"{self._package}.config"))
        # A notebook writes its files next to those of the logger: only here is there a folder.
        return "." if name in _FOLDERS else Absent(f"{self.__name__}.{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "config" and self.__name__ in _KEEPS_SETTINGS:
            _settings[self.__name__] = Settings(f"{self.__name__}.config", value)
        else:
            super().__setattr__(name, value)

    @property
    def _package(self) -> str:
        return self.__name__.partition(".")[0]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Give a decorated function back, and otherwise this."""
        if self.__name__ in {f"{package}.init" for package in _KEEPS_SETTINGS}:
            return self._run(kwargs.get("config"))
        path = self.__name__.split(".")
        if args and f"{path[0]}.{path[-1]}" in _BARS:
            return _Bar(self.__name__, args[0])
        if args and self.__name__ in _GIVING_BACK:
            return args[0] if len(args) == 1 or self._package == "termcolor" else args
        is_decorator = len(args) == 1 and not kwargs and callable(args[0])
        # A model is called as well, and has no name: it is shown or watched.
        return args[0] if is_decorator and hasattr(args[0], "__name__") else self

    def _run(self, config: Any) -> Absent:
        if config is not None:
            _settings[self._package] = Settings(f"{self._package}.config", config)
        run = Absent(self.__name__)
        run.config = self.config
        return run

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

    def __str__(self) -> str:
        return self.__name__

    __fspath__ = __str__

    def __format__(self, _spec: str) -> str:
        return str(self)

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        return 0

    __int__ = __index__ = __len__

    def __float__(self) -> float:
        return 0.0

    __array_ufunc__ = None  # numpy, too, leaves calculating to the methods below


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    _operate = getattr(operator, _name)
    setattr(Absent, f"__{_name}__", _as_number(_operate))
    setattr(Absent, f"__r{_name}__", _as_number(_operate, reflected=True))
for _name in ("lt", "le", "gt", "ge", "neg", "pos", "abs"):
    setattr(Absent, f"__{_name}__", _as_number(getattr(operator, _name)))
Absent.__round__ = _as_number(round)  # type: ignore[attr-defined]


class _Bar(Absent):
    """Something to go through, without the bar that shows how far one is."""

    def __init__(self, name: str, items: Any) -> None:
        super().__init__(name)
        self.__dict__["_items"] = items

    def __iter__(self) -> Iterator[Any]:
        return iter(self.__dict__["_items"])

    def __len__(self) -> int:
        return len(self.__dict__["_items"])


class _Anything(ModuleType):
    """A module in which every name can be imported, and called to no effect."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return nothing


def nothing(*_: Any, **__: Any) -> None:
    """Do nothing."""


def _no_files(*_: Any, **__: Any) -> dict[str, bytes]:
    return {}


def _mount(mountpoint: str, *_: Any, **__: Any) -> None:
    """Make an empty drive, if there is a folder for it."""
    drive = Path(mountpoint)
    if drive.parent.is_dir():
        with contextlib.suppress(OSError):
            Path(drive, "MyDrive").mkdir(parents=True, exist_ok=True)


def _no_secret(*_: Any, **__: Any) -> str:
    return ""


_IN_COLAB: Final[dict[str, dict[str, Any]]] = {
    "drive": {"mount": _mount},
    "files": {"upload": _no_files},
    "output": {},
    "userdata": {"get": _no_secret},
    "auth": {},
    "patches": {},
    "data_table": {},
    "runtime": {},
    "widgets": {},
}


class _Colab(MetaPathFinder, Loader):
    """Finds a `google.colab` whose drive, files and outputs do nothing.

    Found only by who imports it: `"google.colab" in sys.modules` asks whether this is Colab.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        folder, _, module = name.rpartition(".")
        if name not in {"google", "google.colab"} and (
            folder != "google.colab" or module not in _IN_COLAB
        ):
            return None
        return ModuleSpec(name, self, is_package=folder != "google.colab")

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return ModuleType(spec.name) if spec.name == "google" else _Anything(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ == "google.colab":
            for name in _IN_COLAB:
                importlib.import_module(f"google.colab.{name}")
        vars(module).update(_IN_COLAB.get(module.__name__.removeprefix("google.colab."), {}))


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
    sys.meta_path.extend((_Finder(*NAMES), _Colab()))
    # torch has a module for it, which needs a package that is not here.
    if importlib.util.find_spec("tensorboard") is None:
        sys.meta_path.insert(0, _Finder("torch.utils.tensorboard"))
