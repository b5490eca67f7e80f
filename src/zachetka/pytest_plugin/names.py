"""What names stand for at each place of a notebook, as far as its source says.

Names are resolved through imports, aliases and `getattr` with a literal to their dotted path, so
that `import torch.nn as n; L = n.Linear` and `getattr(torch.nn, "Linear")` are one thing, and a
class of the student's own called `Linear` is another. Comments, strings and annotations are no
code. What is taken from a module by a name that is known at run time only, `vars(torch)[name]` or
`getattr(torch, name)`, has the path `torch.__dict__`.
"""

from __future__ import annotations

import ast
import functools
import importlib
from collections import ChainMap
from types import ModuleType
from typing import TYPE_CHECKING, TypeAlias

from zachetka.agent.scopes import COMPREHENSIONS, DEFINITIONS, SCOPES, bound_by, defaults, run_by
from zachetka.agent.withheld import USUAL

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

# Of these it is known what `from module import *` brings: they are here, too.
_STARRED = frozenset(
    {
        *("torch", "torch.nn", "torch.nn.functional", "torch.special", "torch.optim"),
        *("torch.autograd", "torch.func"),
    }
)
MAX_ATTRIBUTES = 50
_MAX_PATH_CHARS = 1000
_KEPT_PATH_CHARS = 100
# An argument of such a name may well be that module.
_MODULES = frozenset({"torch", "torch.nn", "torch.nn.functional", "torch.special"})
# Paths and plain names.
Uses: TypeAlias = tuple[frozenset[str], frozenset[str]]
# Stands before the name of a value, which may be that of a definition, too.
VALUE = "="
DYNAMIC = ".__dict__"
# Built into Python, and nobody can tell from the source what they lead to.
_BUILT_IN = {
    "__builtins__": "builtins",
    **{name: f"builtins.{name}" for name in ("eval", "exec", "globals", "__import__")},
    "get_ipython": "IPython.get_ipython",
    "getattr": "builtins.getattr",
}


class Names:
    """What names stand for at one place of the notebook, as far as its statements say."""

    def __init__(
        self,
        paths: dict[str, str] | None = None,
        local: ChainMap[str, str | None] | None = None,
        *,
        in_class: bool = False,
    ) -> None:
        self._paths = {} if paths is None else paths
        # Of the scopes around, the innermost first; nothing is what is said to be `global`.
        self._local = ChainMap[str, str | None]() if local is None else local
        # Of these, what a function that begins here sees: not what a class has bound around it.
        self._seen = self._local.parents if in_class else self._local

    def learn_all(self, run: Sequence[ast.AST], sure: Container[ast.AST]) -> None:
        """Take in what the nodes of a cell bind, some of which are surely run."""
        for node in run:
            self.learn(node, keep=node not in sure)
        for node in run:
            if isinstance(node, DEFINITIONS) and _says_global(node):
                self.uses(node)  # which learns what it binds for all

    def learn(self, node: ast.AST, *, keep: bool = False) -> None:
        """Take in what a statement binds; to `keep`, unless it hides what is known already."""
        for name, path in self.meanings(node):
            local = next((each for each in self._local.maps if name in each), {})
            scope = self._paths if local.get(name) is None else local
            if not keep or not scope.get(name) or path.startswith(("torch", "builtins")):
                scope[name] = path

    def meanings(self, node: ast.AST) -> Iterator[tuple[str, str]]:
        """Give the names that a statement or `:=` binds, and what to."""
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    root = alias.name.partition(".")[0]
                    yield alias.asname or root, alias.name if alias.asname else root
            case ast.ImportFrom(module=str() as module, names=aliases, level=0):
                for alias in aliases:
                    if alias.name == "*":
                        yield from self._of_star(module)
                    else:
                        yield alias.asname or alias.name, f"{module}.{alias.name}"
            case (
                ast.Assign(targets=[ast.Name(id=target)], value=value)
                | ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value)
                | ast.NamedExpr(target=ast.Name(id=target), value=value)
            ):
                yield target, self.path(value)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, ""

    def _of_star(self, module: str) -> Iterator[tuple[str, str]]:
        if module in _STARRED:
            yield from _names_of_star(module)
            return
        for name, path in USUAL.items():  # what they stand for where the module is not there
            if name not in self._paths:
                yield name, path

    def inside(self, scope: ast.AST, shared: Mapping[str, str]) -> Names:
        """Give what names stand for inside of a function, a comprehension or a class.

        Of all that its lines let a name stand for, what leads to torch counts.

        Args:
            scope: what stands at this place.
            shared: what functions inside bind for those around them, `nonlocal`.
        """
        nodes, own = run_by(scope), dict[str, str | None]()
        is_class = isinstance(scope, ast.ClassDef)
        inner = Names(self._paths, self._seen.new_child(own), in_class=is_class)
        for name in bound_by(nodes):
            before = self._of_name(name, self._seen)
            own[name] = shared.get(name) or (before if is_class or before in _MODULES else "")
        for name, default in defaults(scope):
            own[name] = self.path(default) or own[name]
        for node in nodes:
            match node:
                case ast.Global(names=names):
                    own.update(dict.fromkeys(names))
                case ast.Nonlocal(names=names):
                    for name in names:
                        own.pop(name, None)
        for node in nodes:
            inner.learn(node, keep=True)
        return inner

    def path(self, node: ast.AST) -> str:
        """Give the dotted path of an expression, or nothing."""
        attributes: list[str] = []
        while (member := _member(node)) is not None and len(attributes) < MAX_ATTRIBUTES:
            node, attribute = member
            attributes.append(attribute)
        # Nobody writes so many: what may hide behind them is taken for torch.
        root = self._root(node) if member is None else "torch"
        # A method of something unknown, `x.relu()`, is told by its name alone.
        path = ".".join([root, *reversed(attributes)])
        head, dynamic, _ = path.partition(DYNAMIC)
        path = head + dynamic
        # One name may stand for a path of a whole cell, and a definition name it at every place.
        return path if len(path) <= _MAX_PATH_CHARS else f"torch.{path[-_KEPT_PATH_CHARS:]}"

    def _root(self, node: ast.AST) -> str:
        match node:
            case ast.Name(id=name):
                return self._of_name(name, self._local)
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="__import__"),
                args=[ast.Constant(value=str() as module), *_],
            ):
                return module
        return ""

    def _of_name(self, name: str, local: Mapping[str, str | None]) -> str:
        path = local.get(name)
        return self._paths.get(name, _BUILT_IN.get(name, "")) if path is None else path

    def is_free(self, name: str) -> bool:
        """Say whether a name may be one of the notebook; a class may bind it and yet ask for it."""
        return self._seen.get(name) is None

    def uses(self, code: ast.AST) -> Uses:
        """Give the paths and the plain names that stand in a piece of code, other than local ones.

        The names stand there once more, as those of values.
        """
        paths, free, words = set[str](), set[str](), set[str]()
        imported: list[tuple[str, str]] = []
        plain_calls = set[ast.AST]()
        for node, names in code_of(code, self):
            match node:
                case ast.Call(func=ast.Name(id="getattr") as function):
                    # `path` says what it gives; elsewhere it goes on, to be called out of sight.
                    plain_calls.add(function)
                case ast.Import() | ast.ImportFrom():
                    imported += names.meanings(node)
                case ast.Name(id=name, ctx=ast.Load()) | ast.AugAssign(target=ast.Name(id=name)):
                    words.add(name)
                    if names.is_free(name):
                        free.add(name)
                case ast.Attribute(attr=name):
                    words.add(name)
            is_read = not isinstance(node, ast.Name) or isinstance(node.ctx, ast.Load)
            if is_read and node not in plain_calls:
                paths.add(names.path(node))
        # A class may reach for what it has imported by `self`, and a name may be bound again.
        paths |= {path for name, path in imported if name in words}
        return frozenset(paths - {""}), frozenset(free | {VALUE + name for name in free})


@functools.cache
def _names_of_star(module: str) -> tuple[tuple[str, str], ...]:
    """Give the names that a star takes from a module that is here, and what they stand for."""
    known = vars(importlib.import_module(module))
    names = known.get("__all__") or [name for name in known if not name.startswith("_")]
    return tuple(
        (name, value.__name__ if isinstance(value, ModuleType) else f"{module}.{name}")
        for name in names
        for value in [known.get(name)]
    )


def _member(node: ast.AST) -> tuple[ast.AST, str] | None:
    match node:
        case ast.Attribute(value=value, attr=attribute):
            return value, attribute
        case ast.Call(
            func=ast.Name(id="getattr"),
            args=[value, ast.Constant(value=str() as attribute), *_],
        ):
            return value, attribute
        case (
            ast.Call(func=ast.Name(id="getattr"), args=[value, _, *_])
            | ast.Call(func=ast.Name(id="vars"), args=[value])
        ):
            return value, DYNAMIC.strip(".")
    return None


def _says_global(definition: ast.AST) -> bool:
    return any(isinstance(node, ast.Global) for node in ast.walk(definition))


def code_of(node: ast.AST, names: Names) -> Iterator[tuple[ast.AST, Names]]:
    """Give the nodes in a piece of code, but for annotations, and what names stand for there."""
    shared = _nonlocals(node, names)
    # In no order, and not by recursion: Python reads deeper code than it can call functions.
    waiting = [(node, names)]
    while waiting:
        node, names = waiting.pop()
        inner = names.inside(node, shared) if isinstance(node, (*DEFINITIONS, *SCOPES)) else names
        is_comprehension = isinstance(node, COMPREHENSIONS)
        for field, value in ast.iter_fields(node):
            if field in {"annotation", "returns"}:
                continue
            # Decorators, base classes and default values stand outside.
            known = inner if field == "body" or is_comprehension else names
            parts = [(part, known) for part in _listed(value) if isinstance(part, ast.AST)]
            if is_comprehension and field == "generators":
                # And so does what a comprehension runs over.
                first, *others = value
                parts = [
                    (first.iter, names),
                    *((part, inner) for part in (first.target, *first.ifs)),
                ]
                parts += [(other, inner) for other in others]
            yield from parts
            waiting.extend(parts)


def _nonlocals(code: ast.AST, names: Names) -> dict[str, str]:
    """Give what the functions in a piece of code bind for those around them."""
    nodes = [*ast.walk(code)]
    outwards = {name for node in nodes if isinstance(node, ast.Nonlocal) for name in node.names}
    return {
        name: path
        for node in (nodes if outwards else ())
        for name, path in names.meanings(node)
        if path and name in outwards
    }


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
