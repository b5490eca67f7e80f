"""Imports and definitions that a cell did not get to, because a line above them failed.

`import torchvision` in the first line of a cell must not take away the `import torch` in its
third, nor a failed demo the class below it: a notebook earns what its definitions deserve. Only
statements that declare something are run, constants among them, such as `math.sqrt(2)`; nothing
that prints or trains.

It is different where what failed is the sandbox: an import of a package that it lacks, a file, the
network, a GPU (see `blame`). The rest of the cell is run statement by statement, each for a moment
and all for a few. What declares something has a budget of its own, which these cannot use up.
"""

from __future__ import annotations

import ast
import contextlib
import enum
import io
import re
import signal
import time
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from zachetka.agent import bare
from zachetka.agent.patience import WALL_FACTOR
from zachetka.agent.scopes import DEFINITIONS, bound_by, run_by

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

# Seconds as in `patience`: of computing, or `WALL_FACTOR` times as many by the clock.
DECLARING_S = 10.0
COMPUTING_S = 5.0
_ALARM_S = 5.0
_MOMENT_S = 2.0
_TICK_S = 0.1
_MOST_POWER = 100
_MAX_STATEMENTS = 500
# Cell magics that run the rest of the cell as it stands.
TRANSPARENT = ("time", "capture", "prun", "memit", "mprun")
_TRANSPARENT = re.compile(rf"\s*%%({'|'.join(TRANSPARENT)})\b[^\n]*\n")
_DECLARATIONS = (ast.Import, ast.ImportFrom, *DEFINITIONS)
# Of what a value may be made that computes nothing.
_PLAIN = (
    *(ast.Constant, ast.Name, ast.Attribute, ast.UnaryOp, ast.Tuple, ast.List, ast.Set, ast.Dict),
    *(ast.Subscript, ast.expr_context, ast.unaryop, ast.JoinedStr, ast.FormattedValue),
    *(ast.BinOp, ast.operator, ast.BoolOp, ast.boolop, ast.Compare, ast.cmpop, ast.IfExp),
)


class Extent(enum.Enum):
    """Which statements of a cell are run that it did not get to."""

    DECLARATIONS = enum.auto()
    CONSTANTS = enum.auto()  # and names for what a module's function makes of plain values
    ALL = enum.auto()


@dataclass(slots=True)
class Budget:
    """The seconds that are left for the statements of one cell."""

    declaring_s: float = DECLARING_S
    computing_s: float = COMPUTING_S


class _Watch:
    """Looks, at every tick of the alarm, whether a statement has had its time.

    What counts is this thread: others, of the student's, may be computing as well.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._cpu_at_start = time.thread_time()
        self._started = time.monotonic()

    def spent_s(self) -> float:
        """Give the seconds used so far."""
        waited_s = (time.monotonic() - self._started) / WALL_FACTOR
        return max(time.thread_time() - self._cpu_at_start, waited_s)

    def look(self, *_: Any) -> None:
        """End what has had its time.

        Raises:
            TimeoutError: it has.
        """
        if self.spent_s() >= self._limit_s:
            raise TimeoutError


def without_magic(source: str) -> str:
    """Take a first line like `%%time` off a cell that is Python all the same."""
    return _TRANSPARENT.sub("", source, count=1) if _TRANSPARENT.match(source) else source


def left_behind(
    source: str, place: tuple[int, int], extent: Extent = Extent.CONSTANTS
) -> list[ast.stmt]:
    """Give the statements to run after an error.

    Of an import that failed, or of a block with such an import, every other import is tried.

    Args:
        source: a cell; one that does not parse has nothing to run.
        place: the line and the column of what failed, from 1 and from 0; (0, 0) for a cell of
            which nothing was run.
        extent: what of it is run; below an import that failed it is all, rather than constants.
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
    if extent is Extent.ALL:  # of a definition, what stands around it may not be here
        below = [*(node for node in failed if isinstance(node, DEFINITIONS)), *below]
    if is_import and extent is Extent.CONSTANTS:
        extent = Extent.ALL
    calls = extent is not Extent.DECLARATIONS
    found: list[ast.stmt] = []
    for node in [*imports, *below] if is_import else below:
        if isinstance(node, ast.Import | ast.ImportFrom):
            found += _alone(node, again=not _covers(node, place))
        elif extent is Extent.ALL or _declares(node, calls=calls):
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
        one for one in found if not any(name == "*" or name in user_ns for name in _names_of(one))
    ]


def run(
    statements: list[ast.stmt],
    user_ns: dict[str, Any],
    file: str,
    *,
    budget: Budget | None = None,
    flags: int = 0,
    withheld: Container[object] = (),
) -> list[str]:
    """Run statements one by one, each on its own; give the names that came out of it.

    Args:
        statements: those of one cell.
        user_ns: the notebook's names.
        file: what tracebacks call the cell.
        budget: how long all may take; what remains is left in it.
        flags: of the compiler, for what the notebook has imported from `__future__`.
        withheld: names that are not here through no fault of the notebook's: a definition is
            tried without the decorators and the annotations that need them.
    """
    budget = budget or Budget()
    names: list[str] = []
    before = signal.getsignal(signal.SIGALRM)
    try:
        for statement in statements:
            is_done = _run_one(statement, user_ns, file, budget, flags)
            if not is_done and bare.strip(statement, user_ns, withheld):
                is_done = _run_one(statement, user_ns, file, budget, flags)
            if is_done:
                names.extend(filter(user_ns.__contains__, _names_of(statement)))
    finally:
        # An alarm may have come in the very moment that it should have been switched off.
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before or signal.SIG_DFL)
    return names


def _run_one(
    statement: ast.stmt, user_ns: dict[str, Any], file: str, budget: Budget, flags: int
) -> bool:
    """Run a statement if there is time for it, and say whether it came to its end."""
    declares = _declares(statement)
    is_constant = declares or _calls_modules(statement, user_ns)
    left_s = budget.declaring_s if is_constant else budget.computing_s
    limit_s = min(_ALARM_S if declares else _MOMENT_S, left_s)
    if limit_s <= 0:
        return False
    is_done = False
    watch = _Watch(limit_s)
    # Not only Exception: leaving, by whatever way, must not leave the kernel.
    with (
        contextlib.suppress(BaseException),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        module = ast.Module([statement], type_ignores=[])
        code = compile(module, file, "exec", flags, dont_inherit=True)
        signal.signal(signal.SIGALRM, watch.look)
        # Again and again: a loop may catch the first error that is raised in it.
        signal.setitimer(signal.ITIMER_REAL, _TICK_S, _TICK_S)
        try:
            exec(code, user_ns)  # noqa: S102 - a cell's own code
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        is_done = True
    if is_constant:
        budget.declaring_s -= watch.spent_s()
    else:
        budget.computing_s -= watch.spent_s()
    return is_done


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body[:_MAX_STATEMENTS]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _declares(node: ast.stmt | ast.expr, *, calls: bool = False) -> bool:
    """Say whether a statement computes nothing, but for `calls` of what may be modules."""
    match node:
        case ast.Assign(targets=targets, value=value):
            return all(map(_is_plain, targets)) and _is_plain(value, calls=calls)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return _is_plain(target) and _is_plain(value, calls=calls)
        case ast.If() | ast.Try():
            return all(_declares(inner, calls=calls) for inner in _inner(node))
        case ast.expr():
            return _is_plain(node, calls=calls)
    return isinstance(node, (*_DECLARATIONS, ast.Pass))


def _calls_modules(statement: ast.stmt, user_ns: dict[str, Any]) -> bool:
    """Say whether a statement only gives names to what functions of modules make of plain values.

    Such as `device = torch.device("cpu")`; not `losses = trainer.fit(1)`.
    """
    if not _declares(statement, calls=True):
        return False
    waiting: list[ast.AST] = [statement]
    while waiting:
        part = waiting.pop()
        if isinstance(part, (*_DECLARATIONS, ast.Lambda)):
            continue
        if isinstance(part, ast.Call) and not isinstance(_root(part, user_ns), ModuleType):
            return False
        waiting.extend(ast.iter_child_nodes(part))
    return True


def _root(call: ast.Call, user_ns: dict[str, Any]) -> object:
    """Give what stands before the first dot of what is called."""
    function: ast.expr = call.func
    while isinstance(function, ast.Attribute):
        function = function.value
    return user_ns.get(function.id) if isinstance(function, ast.Name) else None


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


def _is_plain(value: ast.expr, *, calls: bool = False) -> bool:
    allowed = (*_PLAIN, ast.Call, ast.keyword) if calls else _PLAIN
    waiting: list[ast.AST] = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Lambda):
            continue
        if not isinstance(part, allowed) or _is_slow(part):
            return False
        if isinstance(part, ast.Call) and not isinstance(part.func, ast.Attribute):
            return False
        waiting.extend(ast.iter_child_nodes(part))
    return True


def _is_slow(part: ast.AST) -> bool:
    """Say whether an operator takes long: `9 ** 9 ** 9` cannot even be interrupted."""
    match part:
        case ast.BinOp(op=ast.MatMult()):
            return True
        case ast.BinOp(op=ast.Pow(), right=right):
            exponent = right.operand if isinstance(right, ast.UnaryOp) else right
            match exponent:
                case ast.Constant(value=int() | float() as power):
                    return abs(power) > _MOST_POWER
            return True
    return False


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
    if isinstance(statement, DEFINITIONS):
        return
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        inner = [
            part
            for part in ast.iter_child_nodes(node)
            if isinstance(part, ast.stmt | ast.ExceptHandler) and not isinstance(part, DEFINITIONS)
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


def _names_of(statement: ast.stmt) -> list[str]:
    return [*dict.fromkeys(bound_by(run_by(ast.Module([statement], type_ignores=[]))))]
