"""Definitions without those decorators and annotations whose names were withheld from them."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING, Any

from zachetka.agent.scopes import DEFINITIONS, bound_by

if TYPE_CHECKING:
    from collections.abc import Container


def strip(definition: ast.stmt, user_ns: dict[str, Any], withheld: Container[object]) -> bool:
    """Take them off a definition and what is defined in it; say whether there were any."""
    if not isinstance(definition, DEFINITIONS):
        return False
    # What it binds itself, such as the `x` of `@x.setter`, is nobody else's.
    known = {*user_ns, *vars(builtins), *bound_by(ast.walk(definition))}
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
        if isinstance(node, DEFINITIONS):
            node.decorator_list = [each for each in node.decorator_list if is_here(each)]
    return found
