"""Imports and definitions that a cell did not get to, because a line above them failed.

`import torchvision` in the first line of a cell must not take away the `import torch` in its
third, nor a failed demo the class below it: a notebook earns what its definitions deserve. Only
statements that declare something are run; nothing that computes, prints or trains.
"""

from __future__ import annotations

import ast
import contextlib
import io
import signal
from typing import Any

TIMEOUT_S = 30.0
_ALARM_S = 20
_MAX_STATEMENTS = 500
_DECLARATIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def declared_after(source: str, line: int) -> list[ast.stmt]:
    """Give the declarations of a cell that begin below a line (0 for all of them).

    A cell that does not parse has none.
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    below = [node for node in body[:_MAX_STATEMENTS] if _first_line(node) > line]
    return [node for node in below if isinstance(node, _DECLARATIONS) or _is_alias(node)]


def run(statements: list[ast.stmt], user_ns: dict[str, Any], file: str) -> list[str]:
    """Run declarations one by one, each on its own; give the names that came out of it."""
    names: list[str] = []
    signal.signal(signal.SIGALRM, _time_is_up)
    signal.alarm(_ALARM_S)
    try:
        for statement in statements:
            with (
                contextlib.suppress(BaseException),
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                module = ast.Module([statement], type_ignores=[])
                exec(compile(module, file, "exec"), user_ns)  # noqa: S102 - a cell's own code
                names.extend(_names_of(statement))
    finally:
        signal.alarm(0)
    return names


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _is_alias(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda | ast.Name)


def _names_of(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return [alias.asname or alias.name for alias in aliases]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
    return []


def _time_is_up(*_: Any) -> None:
    raise TimeoutError
