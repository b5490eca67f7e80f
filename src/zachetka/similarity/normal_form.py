"""Code without what a copier changes first: names, comments, types, layout, imports, prints.

A cell becomes a list of tokens with line numbers. The tokens come from its syntax tree; where
Python cannot parse a part of the cell, they come from its words.
"""

from __future__ import annotations

import ast
import keyword
import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CELL_CHARACTERS: Final = 100_000
NOTEBOOK_CHARACTERS: Final = 500_000

OWN: Final = "own"

# Nobody nests so deep, and some versions of Python need exponential time for it, or crash.
_BRACKETS: Final = 50
_LONG_NUMBER_BITS: Final = 64

_NEWLINE: Final = re.compile(r"\r\n|\r|\n")
_BRACKET: Final = re.compile(r"[(\[{]|[)\]}]")
_MAGIC: Final = re.compile(r"(\s*)[%!]")
# A line that goes on with the statement above it, though it is not indented.
_GOES_ON: Final = re.compile(r"(?:\s|[)\]}#]|$|(?:else|elif|except|finally)\b)")
_WORD: Final = re.compile(
    r"(?P<skip>#[^\n]*|[^\S\n]+|\\\n|\n)"
    r"|(?P<text>\"\"\".*?\"\"\"|'''.*?'''|\"[^\"\n]*\"?|'[^'\n]*'?)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<name>\w+)"
    r"|(?P<other>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A part of the normal form and the line of the cell, from 1, that it comes from."""

    text: str
    line: int


@dataclass(slots=True)
class Vocabulary:
    """The names that a notebook binds, and what those that it imports are called by their makers.

    Of a template, `attributes` are all that it mentions: a student cannot call them otherwise.
    """

    names: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    imported: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A token whose names are still to be judged; `chain` are attributes, the last one first."""

    line: int
    text: str = ""
    name: str | None = None
    chain: tuple[str, ...] = ()


def lines_of(source: str) -> list[str]:
    """Give the lines of a cell as Python counts them, at most as much as is compared."""
    return _NEWLINE.split(source[:CELL_CHARACTERS])


def normal_form(cells: Sequence[str], given: Vocabulary) -> list[list[Token]]:
    """Give the tokens of every cell of a notebook.

    Args:
        cells: the sources.
        given: the vocabulary of the template, whose own cells may be left out of `cells`.
    """
    vocabulary = Vocabulary(set(given.names), set(), dict(given.imported))
    drafts: list[list[_Draft]] = []
    left = NOTEBOOK_CHARACTERS
    for source in cells:
        drafts.append(list(_drafts(_trees_and_words(source[:left]), vocabulary)))
        left -= min(len(source), left, CELL_CHARACTERS)
    vocabulary.attributes -= given.attributes
    return [list(_judged(cell, vocabulary)) for cell in drafts]


def given_vocabulary(cells: Iterable[str]) -> Vocabulary:
    """Give the vocabulary of a template."""
    vocabulary = Vocabulary()
    for source in cells:
        for draft in _drafts(_trees_and_words(source), vocabulary):
            vocabulary.attributes.update(draft.chain)
    return vocabulary


def _trees_and_words(source: str) -> list[ast.AST | Token]:
    """Parse a cell as a whole, else without its magics, else one statement after the other."""
    lines = lines_of(source.replace("\0", " "))
    tree = _parse(lines)
    if tree is not None:
        return [tree]
    lines = [_without_magic(line) for line in lines]
    tree = _parse(lines)
    if tree is not None:
        return [tree]
    parts: list[ast.AST | Token] = []
    for first, end in pairwise(_statement_starts(lines)):
        tree = _parse(lines[first:end])
        if tree is None:
            parts.extend(_words("\n".join(lines[first:end]), first + 1))
        else:
            parts.append(ast.increment_lineno(tree, first))
    return parts


def _parse(lines: list[str]) -> ast.Module | None:
    text = "\n".join(lines)
    depth = deepest = 0
    for bracket in _BRACKET.finditer(text):
        depth += 1 if bracket[0] in "([{" else -1
        deepest = max(deepest, depth)
    if deepest > _BRACKETS:
        return None
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _without_magic(line: str) -> str:
    magic = _MAGIC.match(line)
    return f"{magic[1]}pass" if magic else line


def _statement_starts(lines: list[str]) -> list[int]:
    starts = [0]
    for number, line in enumerate(lines):
        if number and not _GOES_ON.match(line) and not lines[number - 1].startswith("@"):
            starts.append(number)
    return [*starts, len(lines)]


def _words(text: str, line: int) -> Iterator[Token]:
    """Give the tokens of what is no Python; all names that no dot precedes count as own ones."""
    after_dot = False
    for word in _WORD.finditer(text):
        kind = word.lastgroup
        if kind == "text":
            yield Token("text", line)
        elif kind == "name" and after_dot:
            yield Token(f".{word[0]}", line)
        elif kind == "name":
            yield Token(word[0] if keyword.iskeyword(word[0]) else OWN, line)
        elif kind != "skip":
            yield Token(word[0], line)
        if kind != "skip":
            after_dot = word[0] == "."
        line += word[0].count("\n")


def _drafts(parts: Iterable[ast.AST | Token], vocabulary: Vocabulary) -> Iterator[_Draft]:
    # A stack of its own: a sum of ten thousand terms is a tree as deep.
    for part in parts:
        if isinstance(part, Token):
            yield _Draft(part.line, part.text)
            continue
        pending: list[tuple[ast.AST, int]] = [(part, 1)]
        while pending:
            node, above = pending.pop()
            line = getattr(node, "lineno", above)
            _learn(node, vocabulary)
            if _says_nothing(node):
                continue
            draft, children = _taken_apart(node, line)
            if draft is not None:
                yield draft
            pending.extend((child, line) for child in reversed(children))


def _learn(node: ast.AST, vocabulary: Vocabulary) -> None:
    match node:
        case ast.Import(names=names):
            for alias in names:
                name = alias.asname or alias.name.partition(".")[0]
                vocabulary.imported[name] = alias.name.rpartition(".")[2]
        case ast.ImportFrom(names=names):
            for alias in names:
                vocabulary.imported[alias.asname or alias.name] = alias.name
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            vocabulary.names.add(name)
        case ast.Attribute(attr=name, ctx=ast.Store()):
            vocabulary.attributes.add(name)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            vocabulary.names.add(name)
            vocabulary.attributes.add(name)
        case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
            vocabulary.names.add(name)


def _says_nothing(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            return True
        case ast.AnnAssign(value=None):
            return True
    return isinstance(
        node, ast.Import | ast.ImportFrom | ast.Pass | ast.Global | ast.Nonlocal | ast.expr_context
    )


def _taken_apart(  # noqa: PLR0911 - one for each kind of node
    node: ast.AST, line: int
) -> tuple[_Draft | None, list[ast.AST]]:
    """Give what a node says itself, and the nodes that go on from there."""
    match node:
        case ast.Module() | ast.Expr():
            return None, list(ast.iter_child_nodes(node))
        case ast.Name(id=name):
            return _Draft(line, name=name), []
        case ast.Attribute():
            return _chain(node, line)
        case ast.Constant(value=value):
            return _Draft(line, _constant(value)), []
        case ast.arg():
            return _Draft(line, OWN), []
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return _Draft(line, "Assign"), [target, value]
        case ast.FormattedValue(value=value):
            return None, [value]
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            # Names that Python calls by itself cannot be changed.
            name = node.name if node.name.startswith("__") else ""
            return _Draft(line, f"def {name}"), [*node.decorator_list, node.args, *node.body]
    return _Draft(line, type(node).__name__), list(ast.iter_child_nodes(node))


def _chain(node: ast.Attribute, line: int) -> tuple[_Draft, list[ast.AST]]:
    attributes = [node.attr]
    value = node.value
    while isinstance(value, ast.Attribute):
        attributes.append(value.attr)
        value = value.value
    if isinstance(value, ast.Name):
        return _Draft(line, name=value.id, chain=tuple(attributes)), []
    return _Draft(line, chain=tuple(attributes)), [value]


def _constant(value: object) -> str:
    match value:
        case str() | bytes():
            return "text"
        case bool() | None:
            return repr(value)
        case int():
            long = value.bit_length() > _LONG_NUMBER_BITS
            return "long number" if long else repr(float(value))
    return repr(value)


def _judged(drafts: Iterable[_Draft], vocabulary: Vocabulary) -> Iterator[Token]:
    for draft in drafts:
        if draft.text:
            yield Token(draft.text, draft.line)
            continue
        # `torch.nn.Linear`, `nn.Linear` and an imported `Linear` are the same.
        chain, name = draft.chain, draft.name
        if name in vocabulary.imported:
            chain = chain[:1] or (vocabulary.imported[name],)
            yield Token(f".{chain[0]}", draft.line)
            continue
        for attribute in chain:
            own = attribute in vocabulary.attributes and not attribute.startswith("__")
            yield Token("." if own else f".{attribute}", draft.line)
        if name is not None:
            yield Token(OWN if name in vocabulary.names else name, draft.line)
