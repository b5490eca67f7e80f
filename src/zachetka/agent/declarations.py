"""Imports and definitions that a cell did not get to, because a line above them failed.

`import torchvision` in the first line of a cell must not take away the `import torch` in its
third, nor a failed demo the class below it: a notebook earns what its definitions deserve. Only
statements that declare something are run, constants among them; nothing that computes, prints or
trains.

An import is different: what fails is a package that this sandbox lacks and the student's machine
has. The rest of its cell is run statement by statement, each for a moment.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
import signal
import time
from typing import Any

TIMEOUT_S = 30.0
_ALL_S = 20.0
_ALARM_S = 10.0
_MOMENT_S = 2.0
_MAX_STATEMENTS = 500
# Cell magics that run the rest of the cell as it stands.
_TRANSPARENT = re.compile(r"\s*%%(time|capture|prun|memit|mprun)\b[^\n]*\n")
_DECLARATIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# Of what a value may be made that computes nothing.
_PLAIN = (
    *(ast.Constant, ast.Name, ast.Attribute, ast.UnaryOp, ast.Tuple, ast.List, ast.Set, ast.Dict),
    *(ast.Subscript, ast.expr_context, ast.unaryop),
)


def without_magic(source: str) -> str:
    """Take a first line like `%%time` off a cell that is Python all the same."""
    return _TRANSPARENT.sub("", source, count=1) if _TRANSPARENT.match(source) else source


def left_behind(source: str, line: int) -> list[ast.stmt]:
    """Give the statements to run after an error in a line: all below an import, else declarations.

    A cell that does not parse has none.
    """
    failed = [
        node
        for node in _statements(source)
        if node.lineno <= line <= (node.end_lineno or line)
        and isinstance(node, ast.Import | ast.ImportFrom)
    ]
    if not failed:
        return declared_after(source, line)
    return [node for node in _statements(source) if _first_line(node) > line]


def declared_after(source: str, line: int) -> list[ast.stmt]:
    """Give the declarations of a cell that begin below a line (0 for all of them).

    A cell that does not parse has none.
    """
    below = [node for node in _statements(source) if _first_line(node) > line]
    return [node for node in below if _declares(node)]


def run(statements: list[ast.stmt], user_ns: dict[str, Any], file: str) -> list[str]:
    """Run declarations one by one, each on its own; give the names that came out of it."""
    names: list[str] = []
    signal.signal(signal.SIGALRM, _time_is_up)
    stop_at = time.monotonic() + _ALL_S
    for statement in statements:
        limit_s = min(_ALARM_S if _declares(statement) else _MOMENT_S, stop_at - time.monotonic())
        if limit_s <= 0:
            break
        # Not only Exception: leaving, by whatever way, must not leave the kernel.
        with (
            contextlib.suppress(BaseException),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            module = ast.Module([statement], type_ignores=[])
            signal.setitimer(signal.ITIMER_REAL, limit_s)
            try:
                exec(compile(module, file, "exec"), user_ns)  # noqa: S102 - a cell's own code
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            names.extend(name for name in _names_of(statement) if name.partition(".")[0] in user_ns)
    return names


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body[:_MAX_STATEMENTS]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _declares(node: ast.stmt | ast.expr) -> bool:
    match node:
        case ast.Assign(targets=targets, value=value):
            return all(map(_is_plain, [*targets, value]))
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return _is_plain(target) and _is_plain(value)
        case ast.If() | ast.Try():
            return all(map(_declares, _inner(node)))
        case ast.expr():
            return _is_plain(node)
    return isinstance(node, (*_DECLARATIONS, ast.Pass))


def _inner(node: ast.AST) -> list[ast.stmt | ast.expr]:
    """Give what all branches of an `if` or a `try` do and ask, and of those inside them."""
    found: list[ast.stmt | ast.expr] = []
    waiting = [node]
    while waiting:
        for part in ast.iter_child_nodes(waiting.pop()):
            if isinstance(part, ast.If | ast.Try | ast.ExceptHandler):
                waiting.append(part)
            elif isinstance(part, ast.stmt | ast.expr):
                found.append(part)
    return found


def _is_plain(value: ast.expr) -> bool:
    waiting: list[ast.AST] = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Lambda):
            continue
        if not isinstance(part, _PLAIN):
            return False
        waiting.extend(ast.iter_child_nodes(part))
    return True


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _names_of(statement: ast.stmt | ast.expr) -> list[str]:
    match statement:
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return [alias.asname or alias.name for alias in aliases]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.If() | ast.Try():
            return [name for inner in _inner(statement) for name in _names_of(inner)]
    return []


def _time_is_up(*_: Any) -> None:
    raise TimeoutError
