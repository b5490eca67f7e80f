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
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def left_behind(source: str, place: tuple[int, int]) -> list[ast.stmt]:
    """Give the statements to run after an error: all below an import, else declarations.

    Of an import that failed, or of a block with such an import, every other import is tried.

    Args:
        source: a cell; one that does not parse has nothing to run.
        place: the line and the column of what failed, from 1 and from 0; (0, 0) for a cell of
            which nothing was run.
    """
    statements = _statements(source)
    below = [node for node in statements if _start(node) > place]
    failed = statements[: len(statements) - len(below)][-1:]
    imports = [
        node
        for statement in failed
        for node in _outside_functions(statement)
        if isinstance(node, ast.Import | ast.ImportFrom) and _end(node) >= place
    ]
    is_import = any(_covers(node, place) for node in imports)
    found: list[ast.stmt] = []
    for node in [*imports, *below] if is_import else below:
        if isinstance(node, ast.Import | ast.ImportFrom):
            found += _alone(node, again=not _covers(node, place))
        elif is_import or _declares(node):
            found.append(node)
    return found


def swallowed(source: str, user_ns: dict[str, Any]) -> list[ast.stmt]:
    """Give the imports that a `try` did not get to, because one above them failed.

    Args:
        source: a cell that ended well.
        user_ns: the notebook's names; what is among them has been imported.
    """
    found = [
        one
        for statement in _statements(source)
        for block in _outside_functions(statement)
        if isinstance(block, ast.Try)
        for node in block.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for one in _alone(node, again=True)
    ]
    # A star has no name that could tell, and would take the names that the cell itself has bound.
    return [
        one
        for one in found
        if not any(name == "*" or _is_bound(name, user_ns) for name in _names_of(one))
    ]


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
            names.extend(name for name in _names_of(statement) if _is_bound(name, user_ns))
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


def _start(node: ast.stmt) -> tuple[int, int]:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    starts = [(decorator.lineno, decorator.col_offset) for decorator in decorators]
    return min([(node.lineno, node.col_offset), *starts])


def _end(node: ast.stmt) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def _covers(node: ast.stmt, place: tuple[int, int]) -> bool:
    return (node.lineno, node.col_offset) <= place <= _end(node)


def _outside_functions(statement: ast.stmt) -> Iterator[ast.AST]:
    """Give a statement and all that stands in its blocks, in order."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        inner = [
            part
            for part in ast.iter_child_nodes(node)
            if isinstance(part, ast.stmt | ast.ExceptHandler)
            and not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        ]
        waiting.extend(reversed(inner))


def _alone(node: ast.Import | ast.ImportFrom, *, again: bool) -> list[ast.stmt]:
    """Give an import as one statement for each name; a single name may not be tried again."""
    if len(node.names) == 1 and not again:
        return []
    found: list[ast.stmt] = []
    for alias in node.names:
        match node:
            case ast.Import():
                one: ast.stmt = ast.Import([alias])
            case ast.ImportFrom():
                one = ast.ImportFrom(node.module, [alias], node.level)
        found.append(ast.copy_location(one, node))
    return found


def _is_bound(name: str, user_ns: dict[str, Any]) -> bool:
    return name.partition(".")[0] in user_ns


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
