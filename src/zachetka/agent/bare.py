"""Definitions without those decorators and annotations whose names were withheld from them."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container


def strip(definition: ast.stmt, user_ns: dict[str, Any], withheld: Container[object]) -> bool:
    """Take them off a definition and what is defined in it; say whether there were any."""
    if not isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    known = {*user_ns, *vars(builtins), *_names_in(definition)}
    found = False

    def is_here(part: ast.expr) -> bool:
        nonlocal found
        names = {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}
        is_lost = any(name in withheld for name in names - known)
        found |= is_lost
        return not is_lost

    for node in ast.walk(definition):
        match node:
            case (
                ast.FunctionDef(returns=ast.expr() as kind)
                | ast.AsyncFunctionDef(returns=ast.expr() as kind)
            ):
                node.returns = kind if is_here(kind) else None
            case ast.arg(annotation=ast.expr() as kind):
                node.annotation = kind if is_here(kind) else None
            case ast.AnnAssign(annotation=kind) if not is_here(kind):
                node.annotation = ast.copy_location(ast.Constant(None), kind)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            node.decorator_list = [each for each in node.decorator_list if is_here(each)]
    return found


def _names_in(definition: ast.AST) -> set[str]:
    """Give what a definition binds itself, such as the `x` of `@x.setter`."""
    names = set()
    for node in ast.walk(definition):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
    return names
