"""What must be as it was for a copy of the notebook to answer another probe.

A probe's answer may be right only because of what an earlier one has left behind: a method of torch
that a submission replaces at its first use, a hook, a list that tells the first call from the
second. Nobody can compare all of a process, and where this looks is where honest and careless code
leaves its traces; a copy that has changed there is not kept.
"""

from __future__ import annotations

import functools
import operator
import sys
from types import FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_MODULES = (
    *("torch", "torch.autograd", "torch.nn", "torch.nn.functional", "torch.nn.init"),
    *("torch.random", "torch.optim", "numpy", "numpy.random", "random", "math", "builtins"),
)
_CLASSES_OF = ("torch.nn", "torch.optim", "torch.autograd", "torch.utils.data")
# Hooks of all modules and of all optimizers.
_HOOKS_OF = ("torch.nn.modules.module", "torch.optim.optimizer")


class Landmarks:
    """The state of a process at one moment, as far as it is looked at."""

    def __init__(self, user_ns: Mapping[str, Any]) -> None:
        own = [
            value
            for value in user_ns.values()
            if isinstance(value, type) and value.__module__ == "__main__"
        ]
        classes = [*_library_classes(), *own]
        self._modules = [(names, list(names.values())) for names in _names_of(_MODULES)]
        self._classes = [(vars(c), list(vars(c).values())) for c in dict.fromkeys(classes)]
        self._values = list(_values(user_ns, own))
        self._states = list(map(_state, self._values))

    def are_unchanged(self) -> bool:
        """Say whether everything is as it was."""
        return (
            # What was imported since stands behind the rest.
            all(_is_prefix(before, names.values()) for names, before in self._modules)
            and all(
                len(before) == len(names) and _is_prefix(before, names.values())
                for names, before in self._classes
            )
            and all(map(operator.eq, self._states, map(_state, self._values)))
        )


def _is_prefix(before: list[Any], now: Iterable[Any]) -> bool:
    return all(map(operator.is_, before, now))


def _names_of(modules: Iterable[str]) -> list[dict[str, Any]]:
    return [vars(sys.modules[name]) for name in modules if name in sys.modules]


def _library_classes() -> Iterator[type]:
    import torch

    yield from (*torch.Tensor.__mro__[:-1], torch.autograd.Function)
    for names in _names_of(_CLASSES_OF):
        for value in names.values():
            if isinstance(value, type):
                yield from value.__mro__[:-1]


def _values(user_ns: Mapping[str, Any], own: Iterable[type]) -> Iterator[Any]:
    """Give what keeps a state of its own, in the notebook's names and in the library's hooks."""
    for library in _names_of(_HOOKS_OF):
        yield from (v for name, v in library.items() if "hooks" in name and isinstance(v, dict))
    for names in (user_ns, *map(vars, own)):
        for value in names.values():
            yield value
            plain = value.__func__ if type(value) in {staticmethod, classmethod} else value
            if type(plain) is FunctionType:
                yield from plain.__defaults__ or ()
                yield from (plain.__kwdefaults__ or {}).values()


def _state(value: Any) -> object:
    """Give what shows that a value has changed in place; None of a value that shows nothing."""
    for kind, look in _looks():
        if issubclass(type(value), kind):  # never asks the value itself, which may be anything
            return look(value)
    return None


@functools.cache
def _looks() -> tuple[tuple[type | tuple[type, ...], Callable[[Any], object]], ...]:
    import numpy as np
    import torch

    return (
        ((list, dict, set), len),
        (torch.Tensor, operator.attrgetter("_version")),
        (torch.nn.Module, lambda module: [p._version for p in module.parameters()]),  # noqa: SLF001
        (torch.Generator, lambda generator: bytes(generator.get_state().numpy())),
        (np.random.Generator, lambda generator: repr(generator.bit_generator.state)),
        (np.random.RandomState, lambda generator: repr(generator.get_state(legacy=False))),
        (functools._lru_cache_wrapper, lambda cached: cached.cache_info().currsize),  # noqa: SLF001
    )
