"""Signs in a notebook's source that it reaches for what watches it.

Probes work beside the student's code, with modules that this code could have changed in any of its
cells. That is seen in the source, whatever the homework is, and shown to the teaching assistant;
points are none of its business.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from zachetka.pytest_plugin.sources import Names, parse_cell, readable, statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WATCHED: Final = ("torch.overrides", "torch.utils._python_dispatch", "torch._C", "builtins")
_OURS: Final = "zachetka"
# They only read.
_READERS: Final = frozenset({"getattr", "hasattr", "vars", "dir", "print", "isinstance"})


def signs_of_tampering(sources: Iterable[str]) -> Iterator[str]:
    """Say of each cell what it changes that probes rely on, and whether it names the grader."""
    names = Names(())
    for number, source in enumerate(readable(sources), 1):
        tree = parse_cell(source)
        if tree is None:
            continue
        for statement in statements(tree):
            names.learn(statement)
        nodes = [*ast.walk(tree)]
        changed = {module for node in nodes for module in _changed(node, names)}
        for module in sorted(changed):
            yield f"cell {number} may change {module}, on which checks rely"
        if any(_is_ours(node) for node in nodes):
            yield f"cell {number} names {_OURS}, the grader itself"


def _changed(node: ast.AST, names: Names) -> Iterator[str]:
    """Give the watched modules that a node assigns into, or hands to what may do so."""
    paths: list[str] = []
    match node:
        case (
            ast.Attribute(value=owner, ctx=ast.Store() | ast.Del())
            | ast.Subscript(value=owner, ctx=ast.Store() | ast.Del())
        ):
            paths = [names.path(owner)]
        case ast.Call(func=ast.Name(id=name)) if name in _READERS:
            pass
        case ast.Call(func=function, args=arguments):
            # A function of Python itself may well be handed on, as in `map(builtins.str, x)`.
            paths = [
                path for path in map(names.path, arguments) if not path.startswith("builtins.")
            ]
            # `vars(builtins).update(...)`
            method_of = names.path(function)
            paths += [method_of] if method_of.endswith(".__dict__") else []
        case ast.Constant(value=str() as text):
            # `mock.patch("builtins.sorted")`
            paths = [text]
    for path in paths:
        yield from (module for module in _WATCHED if f"{path}.".startswith(f"{module}."))


def _is_ours(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom(module=str() as name) | ast.alias(name=name):
            return f"{name}.".startswith(f"{_OURS}.")
        case ast.Constant(value=str() as text):
            # `sys.modules["zachetka.agent"]`
            return f"{_OURS}." in text
    return False
