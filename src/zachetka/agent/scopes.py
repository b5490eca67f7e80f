"""Which names are a scope's own: those of a cell, a function, a comprehension or a class."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DEFINITIONS: Final = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
SCOPES: Final = (ast.Lambda, *COMPREHENSIONS)


def run_by(scope: ast.AST) -> list[ast.AST]:
    """Give the nodes of a cell, function or class, by their lines, not those of scopes in it.

    What stands under the `if False:` of a cell is left out; in a function it makes a name local
    all the same.
    """
    parts_of = _live_parts if isinstance(scope, ast.Module) else ast.iter_child_nodes
    found: list[ast.AST] = []
    waiting: list[tuple[ast.AST, bool]] = [(part, False) for part in _inner_parts(scope)]
    while waiting:
        node, in_comprehension = waiting.pop()
        # `:=` is all that a comprehension binds for others.
        if not in_comprehension or isinstance(node, ast.NamedExpr):
            found.append(node)
        in_comprehension = in_comprehension or isinstance(node, COMPREHENSIONS)
        if not isinstance(node, (*DEFINITIONS, ast.Lambda)):
            waiting.extend((part, in_comprehension) for part in parts_of(node))
    return sorted(
        found, key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
    )


def surely_run(cell: ast.Module) -> list[ast.stmt]:
    """Give the statements of a cell that stand in no block, or only under an `if True:`."""
    found: list[ast.stmt] = []
    waiting = cell.body[::-1]
    while waiting:
        node = waiting.pop()
        live = _live_branch(node)
        if live is None:
            found.append(node)
        else:
            waiting.extend(reversed(live))
    return found


def _live_parts(node: ast.AST) -> Iterable[ast.AST]:
    live = _live_branch(node)
    return ast.iter_child_nodes(node) if live is None else live


def _live_branch(node: ast.AST) -> list[ast.stmt] | None:
    """Give what is run of an `if` whose condition is a constant; None of anything else."""
    match node:
        case ast.If(test=ast.Constant(value=value), body=body, orelse=orelse):
            return body if value else orelse
    return None


def _inner_parts(scope: ast.AST) -> list[ast.AST]:
    """Give the parts of a scope in which names are its own."""
    match scope:
        case (
            ast.FunctionDef(args=arguments, body=body)
            | ast.AsyncFunctionDef(args=arguments, body=body)
        ):
            return [*_arguments(arguments), *body]
        case ast.Lambda(args=arguments, body=result):
            return [*_arguments(arguments), result]
        case ast.ClassDef(body=body) | ast.Module(body=body):
            return [*body]
        case (
            ast.ListComp(generators=generators)
            | ast.SetComp(generators=generators)
            | ast.GeneratorExp(generators=generators)
            | ast.DictComp(generators=generators)
        ):
            return [each.target for each in generators]
    return []


def _arguments(arguments: ast.arguments) -> list[ast.AST]:
    return [node for node in ast.iter_child_nodes(arguments) if isinstance(node, ast.arg)]


def defaults(scope: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Give the arguments of a function that have a default value, and that."""
    match scope:
        case (
            ast.FunctionDef(args=arguments)
            | ast.AsyncFunctionDef(args=arguments)
            | ast.Lambda(args=arguments)
        ):
            given = [*arguments.posonlyargs, *arguments.args]
            last = given[len(given) - len(arguments.defaults) :]
            pairs = [*zip(last, arguments.defaults, strict=True)]
            named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            yield from ((arg.arg, value) for arg, value in [*pairs, *named] if value is not None)


def bound_by(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Give the names that nodes bind."""
    for node in nodes:
        match node:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.NamedExpr(target=ast.Name(id=name)):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name.partition(".")[0]
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                yield name
            case ast.AsyncFunctionDef(name=name) | ast.ExceptHandler(name=str() as name):
                yield name
            case ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name):
                yield name
            case ast.MatchMapping(rest=str() as name):
                yield name
