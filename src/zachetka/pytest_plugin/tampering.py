"""Signs in a notebook's source that it reaches for what watches it.

Probes work beside the student's code, with modules that this code could have changed in any of its
cells. That is seen in the source, whatever the homework is, and shown to the teaching assistant;
points are none of its business.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from zachetka.agent.scopes import run_by, surely_run
from zachetka.pytest_plugin.cells import readable, trees
from zachetka.pytest_plugin.names import Names, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WATCHED: Final = ("torch.overrides", "torch.utils._python_dispatch", "torch._C", "builtins")
_OURS: Final = re.compile(r"\b(zachetka)\.(?:agent|protocol)\b")
# They only read.
_READERS: Final = frozenset(
    {
        *("getattr", "hasattr", "vars", "dir", "print", "isinstance", "issubclass", "callable"),
        *("type", "help", "str", "repr", "id", "len", "sorted"),
    }
)
_WRITERS: Final = (".__dict__", ".__setattr__", ".__delattr__")
_NAMED: Final = 10


def signs_of_tampering(sources: Mapping[int, str]) -> Iterator[str]:
    """Say which cells change what probes rely on, or name the grader: a line for each of these.

    Args:
        sources: of the code cells, by their places in the notebook.
    """
    names = Names()
    cells: dict[str, list[int]] = {}
    read = zip(readable(sources.values()), trees(tuple(sources.values())), strict=True)
    for (index, raw), (source, tree) in zip(sources.items(), read, strict=True):
        for sign in _signs(tree, names) if source or not raw else {_TOO_LONG}:
            cells.setdefault(sign, []).append(index + 1)
    for sign, numbers in sorted(cells.items()):
        more = ", …" if len(numbers) > _NAMED else ""
        shown = ", ".join(map(str, numbers[:_NAMED]))
        yield f"{'cell' if len(numbers) == 1 else 'cells'} {shown}{more}: {sign}"


_TOO_LONG: Final = "too long to be looked at"
_NAMES_US: Final = "names the grader itself"


def _signs(tree: ast.Module | None, names: Names) -> set[str]:
    if tree is None:
        return set()
    names.learn_all(run_by(tree), surely_run(tree))
    signs = {
        f"may change {module}, on which checks rely"
        for node, known in code_of(tree, names)
        for module in _changed(node, known)
    }
    return signs | {_NAMES_US} if any(map(_is_ours, ast.walk(tree))) else signs


def _changed(node: ast.AST, names: Names) -> Iterator[str]:
    """Give the watched modules that a node assigns into, or hands to what may do so."""
    paths: list[str] = []
    match node:
        case ast.Attribute(value=owner, ctx=ast.Store() | ast.Del()):
            paths = [names.path(owner), names.path(node)]
        case ast.Subscript(value=owner, slice=key, ctx=ast.Store() | ast.Del()):
            # `sys.modules["torch.overrides"] = ...`
            paths = [names.path(owner), _text(key)]
        case ast.Call(func=ast.Name(id=name)) if name in _READERS:
            pass
        case ast.Call(func=function, args=arguments, keywords=keywords):
            given = [*arguments, *(each.value for each in keywords)]
            # A function of Python itself may well be handed on, as in `map(builtins.str, x)`.
            paths = [
                path
                for path in map(names.path, given)
                if not path.startswith("builtins.") or path.endswith(_WRITERS)
            ]
            # `vars(builtins).update(...)`, `mock.patch("builtins.sorted")`
            method_of = names.path(function)
            paths += [method_of] if method_of.endswith(_WRITERS) else []
            paths += map(_text, given)
            paths = [] if method_of.startswith("inspect.") else paths
    for path in paths:
        yield from (module for module in _WATCHED if f"{path}.".startswith(f"{module}."))


def _text(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str() as text):
            return text
    return ""


def _is_ours(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom(module=str() as name) | ast.alias(name=name):
            return f"{name}.".startswith("zachetka.")
    # `sys.modules["zachetka.agent"]`
    return _OURS.search(_text(node)) is not None
