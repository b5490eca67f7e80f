"""What a definition of the notebook uses, read from the source, outside the sandbox.

Student code can hide what it does at run time; it cannot change the source that was handed in.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib.util
from collections import defaultdict
from typing import TYPE_CHECKING

from zachetka.agent.scopes import DEFINITIONS, run_by, surely_run
from zachetka.pytest_plugin.cells import trees
from zachetka.pytest_plugin.names import DYNAMIC, MAX_ATTRIBUTES, VALUE, Names, Uses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# Ways to an operator, past who counts them or to where they are counted, that no homework needs.
_BACK_DOORS = (
    *(f"torch.{name}" for name in ("_C", "ops", "_ops", "library", "overrides", "utils._python")),
    *("threading.", "_thread.", "concurrent.", "multiprocessing.", "subprocess.", "socket."),
    *("asyncio.", "joblib.", "logging.handlers", "IPython.", "torch.utils.data"),
    *("os.fork", "os.posix_spawn", "os.spawn", "os.exec", "os.system", "os.popen"),
    *("sys._", "sys.set", "sys.monitoring", "sys.modules", "inspect.", "gc.", "ctypes."),
    *("builtins.", "importlib.", "operator.attrgetter", "operator.methodcaller"),
    *("pydoc.", "pkgutil.", "runpy.", "marshal.", "string.Formatter", "types.FunctionType"),
    *("fsspec.", "tornado.", "sklearn.utils.parallel", "tqdm._", "tqdm.contrib.concurrent"),
    "_C.",
)
# What these compute under a name that nobody sees may be anything.
_COMPUTING = ("torch.", "numpy.", "math.", "cmath.", "scipy.", "sympy.", "mpmath.")
_UNSEEN = (DYNAMIC, ".__getattribute__")
# What `from torch import *` and `from numpy import *` hide, and students bring back.
_PLAIN_ARITHMETIC = {
    *("builtins.abs", "builtins.all", "builtins.any", "builtins.bool", "builtins.float"),
    *("builtins.int", "builtins.len", "builtins.list", "builtins.max", "builtins.min"),
    *("builtins.pow", "builtins.print", "builtins.range", "builtins.round", "builtins.sum"),
}
# What decorators and base classes ask of a function or a class; it leads to none.
_QUESTIONS = ("inspect.signature", "inspect.Parameter", "inspect.is", "inspect.getdoc")


def is_back_door(path: str) -> bool:
    """Say whether a path leads past those who watch torch at work, or may do so."""
    # `getattr(nn.init, name)` leads to nothing that multiplies or activates.
    is_dynamic = path.startswith(_COMPUTING) and path.endswith(_UNSEEN)
    is_dynamic = is_dynamic and not path.startswith("torch.nn.init.")
    is_harmless = path in _PLAIN_ARITHMETIC or (path.startswith(_QUESTIONS) and "__" not in path)
    leads_past = any(end.startswith(_BACK_DOORS) for end in _ends_of(path))
    return is_dynamic or (leads_past and not is_harmless) or not _is_here(path.partition(".")[0])


@functools.lru_cache(maxsize=256)
def _is_here(module: str) -> bool:
    """Say whether a module is known; what stands in one that the notebook writes, nobody sees."""
    with contextlib.suppress(ImportError, ValueError):
        return not module or importlib.util.find_spec(module) is not None
    return False


def _ends_of(path: str) -> Iterator[str]:
    """Give a path and its ends: a module has those that it imports, as in `logging.threading`."""
    yield path
    parts = path.split(".")[:MAX_ATTRIBUTES]
    if parts[0]:
        yield from (".".join(parts[start:]) for start in range(1, len(parts)))


def paths_used_by(
    definition: str,
    sources: Sequence[str],
    *,
    helpers: bool = True,
    values: bool = False,
) -> frozenset[str]:
    """Give the dotted paths that a class or function uses, such as `torch.nn.Linear`.

    Of several definitions of the name the last one that is surely run counts; those in a block,
    under an `if` or a `try`, count where there is no other, and with `values` where none other
    stands below. A helper of the notebook that the definition calls belongs to it, and so does
    what that helper calls.

    Args:
        definition: the name of a class or function at the top level of a cell.
        sources: the cells' sources, in order.
        helpers: whether what the definition calls belongs to it.
        values: whether that goes for what assignments at the top level have bound, too.
    """
    return _paths_used_by(definition, tuple(sources), helpers, values)


# Each check of a task asks for the same ones.
@functools.lru_cache(maxsize=64)
def _paths_used_by(
    definition: str, sources: tuple[str, ...], helpers: bool, values: bool
) -> frozenset[str]:
    used = _uses_of_definitions(sources)
    pending = [definition, *([VALUE + definition] if values else [])]
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
            pending.extend(name for name in new if values or not name.startswith(VALUE))
            seen.update(new)
    return frozenset(paths)


@functools.lru_cache(maxsize=1)
def _uses_of_definitions(sources: tuple[str, ...]) -> Mapping[str, Sequence[Uses]]:
    """Give the paths and the plain names that each class, function and value uses."""
    names = Names()
    used, in_blocks = defaultdict[str, list[Uses]](list), defaultdict[str, list[Uses]](list)
    for tree in filter(None, trees(sources)):
        run, sure = run_by(tree), set[ast.AST](surely_run(tree))
        names.learn_all(run, sure)
        # Resolved now: a later cell may give a name another meaning.
        for node in run:
            if isinstance(node, DEFINITIONS) and node in sure:
                used[node.name] = [names.uses(node)]
                in_blocks.pop(node.name, None)
            elif isinstance(node, DEFINITIONS):
                in_blocks[node.name].append(names.uses(node))
        for bound, value in _values(run):
            uses = names.uses(ast.Expr(value))
            for name in bound:
                # Any of them may be what the name stands for, or a part of it.
                used[VALUE + name].append(uses)
    for name, definitions in in_blocks.items():
        used[VALUE + name if name in used else name] += definitions
    return dict(used)


def _values(nodes: Iterable[ast.AST]) -> Iterator[tuple[list[str], ast.expr]]:
    """Give what assignments bind: `x = y`, `x[0] = y`, `x.a, z = y`."""
    for node in nodes:
        match node:
            case ast.Assign(targets=targets, value=value):
                yield [*_bound(targets)], value
            case (
                ast.AugAssign(target=target, value=value)
                | ast.AnnAssign(target=target, value=ast.expr() as value)
            ):
                yield [*_bound([target])], value


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
