"""Reads the cells of a notebook as Python, outside the sandbox, and says what they bind."""

from __future__ import annotations

import ast
import contextlib
import functools
import itertools
import re
import warnings
from typing import TYPE_CHECKING

from zachetka.agent.declarations import TRANSPARENT
from zachetka.agent.newer_strings import rewritten
from zachetka.agent.scopes import DEFINITIONS, bound_by, run_by, surely_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Lines for IPython: `%time f()`, `!ls`, `files = !ls`, `f?`. Nothing is tried twice: a submission
# may bring a line that is long and nearly fits.
_MAGIC = re.compile(r"(?m)^([ \t]*+)(?:(?:[\w., \t]++=[ \t]*+)?[%!?].*|.*\?[ \t]*+)$")
# Magics of a cell that holds Python of the notebook's own.
_PYTHON_CELL = re.compile(rf"\A(\s*)%%(?:{'|'.join(TRANSPARENT)}|timeit)\b.*")
# IPython takes them off pasted code, too.
_PROMPT = re.compile(r"(?m)^[ \t]*(?:>>> ?|\.\.\.:? ?|In \[\d+\]: ?)")
_CELL_MAGIC = re.compile(r"\A\s*%%([\w.!-]{0,30})")
# Python 3.11 reads long f-strings in quadratic time; nobody writes so much by hand.
_MAX_CHARS = 500_000
_MAX_CELL_CHARS = 50_000


def readable(sources: Iterable[str]) -> list[str]:
    """Empty the cells that nobody has written by hand; what is left is quickly parsed."""
    left = _MAX_CHARS
    kept = []
    for source in sources:
        fits = len(source) <= min(left, _MAX_CELL_CHARS)
        left -= len(source) if fits else 0
        kept.append(source if fits else "")
    return kept


# One submission at a time is graded here, and its trees take much memory.
@functools.lru_cache(maxsize=1)
def trees(sources: tuple[str, ...]) -> tuple[ast.Module | None, ...]:
    """Parse the cells of a submission, for all who ask about it; nobody may change the trees."""
    return tuple(map(parse_cell, readable(sources)))


def parse_cell(source: str) -> ast.Module | None:
    """Parse a cell without its magics; None if it is no Python."""
    source = _PYTHON_CELL.sub(r"\1", source)
    if source.lstrip().startswith("%%"):
        return None
    without_magics = _MAGIC.sub(r"\1pass", source)
    texts = dict.fromkeys((source, without_magics, _PROMPT.sub("", without_magics)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a student escapes wrongly is no news to a teacher
        # As it stands first: a line of an expression may begin with `%` as well.
        for text in itertools.chain(texts, filter(None, map(rewritten, texts))):
            with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                return ast.parse(text)
    return None


def foreign_magic(source: str) -> str | None:
    """Give the magic of a cell that leaves no names in the notebook: `bash`, `timeit`."""
    match = _CELL_MAGIC.match(source)
    return None if match is None or match[1] in TRANSPARENT else match[1]


def imports(source: str) -> Iterator[tuple[str, str]]:
    """Give the names that the imports of a cell bind for the notebook, and the module of each."""
    for node in _run_by(parse_cell(source)):
        match node:
            case ast.Import(names=aliases):
                yield from ((name, alias.name) for alias in aliases for name in bound_by([alias]))
            case ast.ImportFrom(module=str() as module, names=aliases, level=0):
                yield from ((name, module) for name in bound_by(aliases))


def definitions(source: str) -> frozenset[str]:
    """Give the names that a cell defines or assigns at its top level."""
    tree = parse_cell(source)
    return frozenset(
        name
        for node in (surely_run(tree) if tree else ())
        if isinstance(node, (*DEFINITIONS, ast.Assign, ast.AnnAssign))
        for name in bound_by(run_by(ast.Module([node], type_ignores=[])))
    )


def bound_names(source: str) -> frozenset[str]:
    """Give the names that a cell binds for the notebook, other than by an import."""
    return frozenset(name for name, _ in _places(parse_cell(source)))


def _places(tree: ast.Module | None) -> Iterator[tuple[str, int]]:
    """Give the names that a cell binds other than by an import, and the line of each."""
    for node in _run_by(tree):
        if not isinstance(node, ast.alias):
            yield from ((name, getattr(node, "lineno", 0)) for name in bound_by([node]))


def _run_by(tree: ast.Module | None) -> list[ast.AST]:
    return [] if tree is None else run_by(tree)


def defined_above(name: str, sources: Sequence[str]) -> frozenset[str]:
    """Give the names whose first definition stands above that of a name; all if it has none."""
    places = _places_of_definitions(tuple(sources))
    place = places.get(name)
    return frozenset(other for other, its in places.items() if place is None or its < place)


@functools.lru_cache(maxsize=1)
def _places_of_definitions(sources: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    """Give the cell and the line of the first definition of each name."""
    places: dict[str, tuple[int, int]] = {}
    for number, tree in enumerate(trees(sources)):
        for name, line in _places(tree):
            places.setdefault(name, (number, line))
    return places
