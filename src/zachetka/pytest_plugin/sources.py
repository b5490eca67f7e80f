"""What a definition of the notebook uses, read from the source, outside the sandbox.

Student code can hide what it does at run time; it cannot change the source that was handed in.
Names are resolved through imports, aliases and `getattr` with a literal to their dotted path, so
that `import torch.nn as n; L = n.Linear` and `getattr(torch.nn, "Linear")` are one thing, and a
class of the student's own called `Linear` is another. Comments, strings and annotations are no
code. What is taken from a module by a name that is known at run time only, `vars(torch)[name]` or
`getattr(torch, name)`, has the path `torch.__dict__`.
"""

from __future__ import annotations

import ast
import functools
from typing import TYPE_CHECKING

from zachetka.pytest_plugin.cells import DEFINITIONS, SCOPES, parse_cell, readable, statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MAX_ATTRIBUTES = 50
_MAX_PATH_CHARS = 1000
_KEPT_PATH_CHARS = 100
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
# Stands before the name of a value, which may be that of a definition, too.
_VALUE = "="
_DYNAMIC = ".__dict__"
# Built into Python, and nobody can tell from the source what they lead to.
_BUILT_IN = {
    "__builtins__": "builtins",
    **{name: f"builtins.{name}" for name in ("eval", "exec", "globals", "__import__")},
}
# Ways to an operator, past who counts them or to where they are counted, that no homework needs.
_BACK_DOORS = (
    *("torch._C", "torch.ops", "torch._ops", "torch.overrides", "torch.utils._python"),
    *("threading.", "_thread.", "concurrent.", "multiprocessing.", "subprocess.", "socket."),
    *("asyncio.", "joblib.", "logging.handlers", "IPython.", "torch.utils.data"),
    *("os.fork", "os.posix_spawn", "os.spawn", "os.exec", "os.system", "os.popen"),
    *("sys._", "sys.set", "sys.monitoring", "sys.modules", "inspect.", "gc.", "ctypes."),
    *("builtins.", "importlib.", "operator.attrgetter", "operator.methodcaller"),
)


def is_back_door(path: str) -> bool:
    """Say whether a path leads past those who watch torch at work, or may do so."""
    # `getattr(nn.init, name)` leads to nothing that multiplies or activates.
    is_dynamic = path.startswith("torch.") and path.endswith(_DYNAMIC)
    is_dynamic = is_dynamic and not path.startswith("torch.nn.init.")
    return is_dynamic or path.startswith(_BACK_DOORS)


def paths_used_by(
    definition: str,
    sources: Sequence[str],
    star_imports: Iterable[str] = (),
    *,
    helpers: bool = True,
    values: bool = False,
) -> frozenset[str]:
    """Give the dotted paths that a class or function uses, such as `torch.nn.Linear`.

    Of several definitions of the name the last one counts, as in Python. A helper of the
    notebook that the definition calls belongs to it, and so does what that helper calls.

    Args:
        definition: the name of a class or function at the top level of a cell.
        sources: the cells' sources, in order.
        star_imports: paths that `from module import *` may have brought, to be resolved.
        helpers: whether what the definition calls belongs to it. A local variable that has the
            name of a helper is taken for it.
        values: whether that goes for what assignments at the top level have bound, too. A local
            variable is told from these.
    """
    used = _uses_of_definitions(tuple(sources), tuple(star_imports))
    pending = [definition, *([_VALUE + definition] if values else [])]
    seen, read = set(pending), set[int]()
    paths = set[str]()
    while pending:
        for uses in used.get(pending.pop(), ()):
            if id(uses) in read:
                continue  # one assignment may bind thousands of names
            read.add(id(uses))
            found, own_names = uses
            paths |= found
            new = own_names - seen if helpers else ()
            pending.extend(name for name in new if values or not name.startswith(_VALUE))
            seen.update(new)
    return frozenset(paths)


# Each check of a task asks for the same ones.
@functools.lru_cache(maxsize=8)
def _uses_of_definitions(
    sources: tuple[str, ...], star_imports: tuple[str, ...]
) -> dict[str, list[tuple[frozenset[str], frozenset[str]]]]:
    """Give the paths and the plain names that each class, function and value uses."""
    names = Names(star_imports)
    used: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = {}
    for source in readable(sources):
        tree = parse_cell(source)
        if tree is None:
            continue
        for node in statements(tree):
            names.learn(node)
        # Resolved now: a later cell may give a name another meaning.
        for node in tree.body:
            if isinstance(node, DEFINITIONS):
                used[node.name] = [names.uses(node)]
        for bound, value in _values(tree):
            uses = names.uses(ast.Expr(value))
            for name in bound:
                # Any of them may be what the name stands for, or a part of it.
                used.setdefault(_VALUE + name, []).append(uses)
    return used


def _values(tree: ast.Module) -> Iterator[tuple[list[str], ast.expr]]:
    """Give what assignments outside of definitions bind: `x = y`, `x[0] = y`, `x.a, z = y`."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Assign(targets=targets, value=value):
                yield [*_bound(targets)], value
            case (
                ast.AugAssign(target=target, value=value)
                | ast.AnnAssign(target=target, value=ast.expr() as value)
            ):
                yield [*_bound([target])], value
        if not isinstance(node, (*DEFINITIONS, ast.expr)):
            waiting.extend(ast.iter_child_nodes(node))


def _bound(targets: Iterable[ast.expr]) -> Iterator[str]:
    waiting = [*targets]
    while waiting:
        match waiting.pop():
            case ast.Name(id=name):
                yield name
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                waiting.extend(elements)
            case ast.Attribute(value=of) | ast.Subscript(value=of) | ast.Starred(value=of):
                waiting.append(of)


class Names:
    """What the names of the notebook stand for, as far as its statements say."""

    def __init__(self, star_imports: tuple[str, ...]) -> None:
        self._paths: dict[str, str] = {}
        self._star_imports = star_imports

    def learn(self, node: ast.stmt) -> None:
        """Take in what a statement binds."""
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    root = alias.name.partition(".")[0]
                    self._paths[alias.asname or root] = alias.name if alias.asname else root
            case ast.ImportFrom(module=str() as module, names=aliases, level=0):
                for alias in aliases:
                    if alias.name == "*":
                        self._learn_star(module)
                    else:
                        self._paths[alias.asname or alias.name] = f"{module}.{alias.name}"
            case ast.Assign(targets=[ast.Name(id=target)], value=value):
                self._paths[target] = self.path(value)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                self._paths[name] = ""

    def _learn_star(self, module: str) -> None:
        for path in self._star_imports:
            parent, _, name = path.rpartition(".")
            if parent == module:
                self._paths[name] = path

    def path(self, node: ast.AST) -> str:
        """Give the dotted path of an expression, or nothing."""
        attributes: list[str] = []
        while (member := _member(node)) is not None and len(attributes) < _MAX_ATTRIBUTES:
            node, attribute = member
            attributes.append(attribute)
        # Nobody writes so many: what may hide behind them is taken for torch.
        root = self._root(node) if member is None else "torch"
        # A method of something unknown, `x.relu()`, is told by its name alone.
        path = ".".join([root, *reversed(attributes)])
        head, dynamic, _ = path.partition(_DYNAMIC)
        path = head + dynamic
        # One name may stand for a path of a whole cell, and a definition name it at every place.
        return path if len(path) <= _MAX_PATH_CHARS else f"torch.{path[-_KEPT_PATH_CHARS:]}"

    def _root(self, node: ast.AST) -> str:
        match node:
            case ast.Name(id=name):
                return self._paths.get(name, _BUILT_IN.get(name, ""))
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="__import__"),
                args=[ast.Constant(value=str() as module), *_],
            ):
                return module
        return ""

    def uses(self, definition: ast.AST) -> tuple[frozenset[str], frozenset[str]]:
        """Give the paths and the plain names that stand in the code of a definition.

        Names that are not local stand there once more, as those of values.
        """
        nodes, free = list(_code_of(definition)), _free_names(definition)
        own = _BUILT_IN.keys() - free  # an argument may be called `eval`
        paths = frozenset(
            path
            for node in nodes
            if (path := self.path(node)) and not (isinstance(node, ast.Name) and node.id in own)
        )
        names = frozenset(node.id for node in nodes if isinstance(node, ast.Name))
        return paths, names | {_VALUE + name for name in free}


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
            return value, _DYNAMIC.strip(".")
    return None


def _free_names(node: ast.AST) -> set[str]:
    """Give the names in a piece of code that are not local to one of its functions."""
    free = set[str]()
    waiting: list[tuple[ast.AST, frozenset[str]]] = [(node, frozenset())]
    while waiting:
        node, local = waiting.pop()
        if isinstance(node, ast.Name) and node.id not in local:
            free.add(node.id)
        is_comprehension = isinstance(node, SCOPES) and not isinstance(node, ast.Lambda)
        has_own = is_comprehension or isinstance(node, _FUNCTIONS)
        inside = local | _locals_of(node) if has_own else local
        for field, value in ast.iter_fields(node):
            if field not in {"annotation", "returns"}:
                # Default values and decorators stand outside.
                known = inside if field == "body" or is_comprehension else local
                waiting.extend(
                    (part, known) for part in _listed(value) if isinstance(part, ast.AST)
                )
    return free


def _locals_of(function: ast.AST) -> set[str]:
    """Give the arguments of a function and the names that it binds itself."""
    local, foreign = set[str](), set[str]()
    waiting = [*ast.iter_child_nodes(function)]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                local.add(name)
            case ast.Global(names=names):
                foreign.update(names)
            case ast.alias(name=name, asname=other):
                local.add(other or name.partition(".")[0])
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                local.add(name)
        if not isinstance(node, (*DEFINITIONS, *SCOPES)):
            waiting.extend(ast.iter_child_nodes(node))
    return local - foreign


def _code_of(node: ast.AST) -> Iterator[ast.AST]:
    # In no order, and not by recursion: Python reads deeper code than it can call functions.
    waiting = [node]
    while waiting:
        for field, value in ast.iter_fields(waiting.pop()):
            if field in {"annotation", "returns"}:
                continue
            parts = [part for part in _listed(value) if isinstance(part, ast.AST)]
            yield from parts
            waiting.extend(parts)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
