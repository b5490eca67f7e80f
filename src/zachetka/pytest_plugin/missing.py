"""Why a name is not there, as far as the cells of a notebook and how they ended tell."""

from __future__ import annotations

import ast
import builtins
import difflib
import functools
import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from zachetka.agent.scopes import DEFINITIONS
from zachetka.errors import Cause
from zachetka.language import Text
from zachetka.pytest_plugin.cells import (
    bound_names,
    definitions,
    foreign_magic,
    imports,
    parse_cell,
    readable,
)
from zachetka.pytest_plugin.syntax import describe_syntax_error
from zachetka.replies import UNBOUND, UnreachedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from zachetka.errors import StudentFault
    from zachetka.replies import CellReply
    from zachetka.submission import Cell, Submission
    from zachetka.submission.notebook import TextCell

_NO_MODULE: Final = re.compile(r"ModuleNotFoundError: No module named '([\w.]{1,100})'")
_CALLED: Final = re.compile(r"(?<![\w.])([^\W\d]\w{0,100})\(")
# How many definitions of one name are looked at in a text, and how far each may go.
_DEFINED_AGAIN: Final = 20
_HEADER_CHARS: Final = 2000
_BLOCKS: Final = {
    ast.If: "if",
    ast.Try: "try",
    ast.With: "with",
    ast.For: "for",
    ast.While: "while",
    ast.Match: "match",
}
_LOOKALIKES: Final = str.maketrans(
    "авекмнорстухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅ", "abekmhopctyxijshdqwABEKMHOPCTYXIJS"
)
_CYRILLIC: Final = re.compile(r"[\u0400-\u052f]")
_SIMILAR: Final = 0.7
_ERROR_CHARS: Final = 200
# How cells end whose own error says nothing, or that have none.
_ENDS: Final = {
    "time_limit": Text("it took too long", "она выполнялась слишком долго"),
    "memory_limit": Text("it took too much memory", "ей потребовалось слишком много памяти"),
    "skipped": Text("it was not run", "она не запускалась"),
    "crash": Text("it ended the kernel", "она остановила ядро"),
}


def explain(
    fault: StudentFault, submission: Submission, replies: Mapping[int, CellReply]
) -> Text | None:
    """Say why a name is not there that a probe, or the student's own code, has asked for."""
    if isinstance(fault, UnreachedError) and fault.calling:
        return explain_not_callable(fault.calling, submission.cells)
    if fault.name is None:
        return None
    if fault.cause is not Cause.MISSING:
        return explain_unbound(fault.name, submission.cells, replies)
    hint = explain_missing(fault.name, submission.cells, replies)
    return hint if hint is not None else explain_absent(fault.name, submission)


def explain_missing(
    name: str, cells: tuple[Cell, ...], replies: Mapping[int, CellReply]
) -> Text | None:
    """Say what became of a name that a code cell defines or should define."""
    return next(_explanations(name, _readable(cells), replies), None)


def _explanations(
    name: str, cells: tuple[Cell, ...], replies: Mapping[int, CellReply]
) -> Iterator[Text]:
    """Give what explains it, the likeliest first."""
    defining = [cell for cell in cells if name in _defined_names(cell.source)]
    for cell in defining:
        if _has_failed(replies.get(cell.index)):
            yield _failed_cell(cell.index, cells, replies)
    broken = [cell for cell in cells if _is_broken(cell, replies)]
    for cell in broken:
        if _is_written(name, cell.source):
            yield describe_syntax_error(name, cell, replies.get(cell.index))
    resets = [_reset(cell.index) for cell in reversed(cells) if _has_reset(cell.source)]
    if defining:
        yield from resets
        yield Text(
            en=f"`{name}` is defined in the notebook, but a later line deletes it",
            ru=f"`{name}` определяется в ноутбуке, но позже удаляется",
        )
    yield from _misplaced_in_code(name, cells, replies)
    yield from resets
    word = re.compile(rf"\b{re.escape(name)}\b")
    for cell in broken:
        if word.search(cell.source):
            yield describe_syntax_error(name, cell, replies.get(cell.index))


def explain_absent(name: str, submission: Submission) -> Text | None:
    """Say what there is instead of a name that no code cell defines."""
    for cell in submission.texts:
        if _stands_in_text(name, cell):
            kind = cell.kind.capitalize()
            where = Text(f", which is a {kind} cell", f", а это ячейка {kind}")
            return _misplaced(name, cell.index, where)
    defined = sorted(
        {known for cell in _readable(submission.cells) for known in _defined_names(cell.source)}
    )
    twins = [known for known in defined if _looks(known) == _looks(name)]
    similar = twins or difflib.get_close_matches(name, defined, n=1, cutoff=_SIMILAR)
    return _similar(similar[0]) if similar else None


def _looks(name: str) -> str:
    """Give what names share that differ in nothing but capitals and Cyrillic letters."""
    same = name.translate(_LOOKALIKES)
    # `F` is hardly ever `f`.
    return same.casefold() if len(same) > 1 else same


def explain_unbound(
    name: str, cells: tuple[Cell, ...], replies: Mapping[int, CellReply]
) -> Text | None:
    """Say which cell should have given a name that the student's code uses."""
    readable_cells = _readable(cells)
    return (
        _lost_import(name, readable_cells, replies)
        or _lost_value(name, readable_cells, replies)
        or _lost_import("*", readable_cells, replies)
    )


def explain_not_callable(line: str, cells: tuple[Cell, ...]) -> Text | None:
    """Say which cell has given the name of a built-in function that the line calls to a value."""
    built_in = [name for name in _CALLED.findall(line) if hasattr(builtins, name)]
    for cell in reversed(_readable(cells)):
        for name in built_in:
            # A function or class of that name can be called: something else in the line cannot.
            if name in _bound_names(cell.source) and not _is_written(name, cell.source):
                number = cell.index + 1
                return Text(
                    en=f"`{name}` is Python's own function, and cell {number} gives its name to "
                    "something else: take another name there",
                    ru=f"`{name}` — встроенная функция Python, а ячейка {number} занимает её имя: "
                    "возьмите там другое",
                )
    return None


def _lost_import(
    name: str, cells: tuple[Cell, ...], replies: Mapping[int, CellReply]
) -> Text | None:
    for cell in cells:
        reply = replies.get(cell.index)
        if reply is None or not _has_failed(reply):
            continue
        modules = [module for known, module in imports(cell.source) if known == name]
        if not modules:
            continue
        number = cell.index + 1
        absent = _NO_MODULE.match(reply.error or "")
        if absent is not None and any(
            _package(module) == _package(absent[1]) for module in modules
        ):
            package = _package(absent[1])
            return Text(
                en=f"cell {number} imports `{package}`, which is not installed where notebooks "
                "are graded",
                ru=f"ячейка {number} импортирует `{package}`, а там, где проверяются ноутбуки, "
                "этого пакета нет",
            )
        if name == "*":  # it may have brought the name, and nobody knows
            continue
        return Text(
            en=f"cell {number}, which imports `{name}`, did not finish: ",
            ru=f"ячейка {number}, где импортируется `{name}`, не выполнилась: ",
        ) + _why(reply)
    return None


def _lost_value(
    name: str, cells: tuple[Cell, ...], replies: Mapping[int, CellReply]
) -> Text | None:
    for cell in cells:
        reply = replies.get(cell.index)
        if reply is None or not _has_failed(reply) or name in reply.rescued:
            continue
        unbound = UNBOUND.match(reply.error or "")
        # A cell that could not do without the name does not say why it is not there.
        if (unbound is not None and unbound[1] == name) or name not in _bound_names(cell.source):
            continue
        number = cell.index + 1
        return Text(
            en=f"cell {number}, which sets `{name}`, did not finish: ",
            ru=f"ячейка {number}, где задаётся `{name}`, не выполнилась: ",
        ) + _why(reply)
    return None


def written(names: Iterable[str], submission: Submission) -> frozenset[str]:
    """Give those of the names that a cell of any kind defines, wherever in it."""
    cells = _readable(submission.cells)
    return frozenset(
        name
        for name in names
        if any(
            name in _defined_names(cell.source) or _is_written(name, cell.source) for cell in cells
        )
        or any(_stands_in_text(name, cell) for cell in submission.texts)
    )


def _readable(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    texts = readable(cell.source for cell in cells)
    return tuple(replace(cell, source=text) for cell, text in zip(cells, texts, strict=True))


def _package(module: str) -> str:
    return module.partition(".")[0]


def _has_failed(reply: CellReply | None) -> bool:
    return reply is not None and reply.status != "ok"


def _why(reply: CellReply) -> Text:
    error = (reply.error or "").strip()[:_ERROR_CHARS]
    if error and reply.status in {"error", "crash"}:
        return Text(error, error)
    return _ENDS.get(reply.status, Text("nobody knows why", "причина неизвестна"))


def _failed_cell(index: int, cells: tuple[Cell, ...], replies: Mapping[int, CellReply]) -> Text:
    reply = replies[index]
    number = index + 1
    text = Text(
        en=f"cell {number}, which defines it, did not finish: ",
        ru=f"ячейка {number}, где оно определяется, не выполнилась: ",
    ) + _why(reply)
    unbound = UNBOUND.match(reply.error or "")
    reason = explain_unbound(unbound[1], cells, replies) if unbound else None
    return text if reason is None else text + Text("; ", "; ") + reason


def _reset(index: int) -> Text:
    return Text(
        en=f"cell {index + 1} deletes all names (`%reset`): remove that line",
        ru=f"ячейка {index + 1} удаляет все имена (`%reset`): уберите эту строку",
    )


def _is_broken(cell: Cell, replies: Mapping[int, CellReply]) -> bool:
    reply = replies.get(cell.index)
    # What has run can be read, whatever this Python makes of it.
    return not (reply is not None and reply.status == "ok") and _is_unreadable(cell.source)


@functools.lru_cache(maxsize=1024)
def _is_unreadable(source: str) -> bool:
    return foreign_magic(source) is None and parse_cell(source) is None


def _has_reset(source: str) -> bool:
    return any(line.strip().startswith("%reset") for line in source.split("\n"))


@functools.lru_cache(maxsize=1024)
def _defined_names(source: str) -> frozenset[str]:
    # `definitions` reads `%%timeit`, too, so that nothing hides there; but that keeps no name.
    if foreign_magic(source) is not None:
        return frozenset()
    return definitions(source)


@functools.lru_cache(maxsize=1024)
def _bound_names(source: str) -> frozenset[str]:
    return frozenset() if foreign_magic(source) is not None else bound_names(source)


def _definition(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:def|class)[ \t]+{re.escape(name)}\b")


def _is_written(name: str, source: str) -> bool:
    return _definition(name).search(source) is not None


def _stands_in_text(name: str, cell: TextCell) -> bool:
    """Say whether a text holds a definition with a body, not only words about it."""
    for match in islice(_definition(name).finditer(cell.source), _DEFINED_AGAIN):
        line = cell.source.rfind("\n", 0, match.start()) + 1
        before = cell.source[line : match.start()].strip()
        after = cell.source[match.end() : match.end() + _HEADER_CHARS]
        if before in {"", "async"} and _has_body(after):
            return True
    return False


def _has_body(after: str) -> bool:
    """Say whether an indented line follows the line that ends the head of a definition."""
    lines = after.split("\n")
    for number, line in enumerate(lines, start=1):
        if line.partition("#")[0].rstrip().endswith(":"):
            return next(filter(str.strip, lines[number:]), "")[:1].isspace()
    return False


def _misplaced_in_code(
    name: str, cells: tuple[Cell, ...], replies: Mapping[int, CellReply]
) -> Iterator[Text]:
    for cell in cells:
        magic = foreign_magic(cell.source)
        if magic is not None:
            if _is_written(name, cell.source):
                where = Text(f", which is a `%%{magic}` cell", f", а это ячейка `%%{magic}`")
                yield _misplaced(name, cell.index, where)
            continue
        owner = _inner_definitions(cell.source).get(name)
        if owner in _BLOCKS.values() and _has_failed(replies.get(cell.index)):
            yield _failed_cell(cell.index, cells, replies)
        elif owner is not None:
            where = Text(f" inside `{owner}`", f" внутри `{owner}`")
            yield _misplaced(name, cell.index, where)


def _misplaced(name: str, index: int, where: Text) -> Text:
    start = Text(f"`{name}` stands in cell {index + 1}", f"`{name}` стоит в ячейке {index + 1}")
    return (
        start
        + where
        + Text(
            en=": it must be in a code cell at the top level",
            ru=": нужно на верхнем уровне ячейки с кодом",
        )
    )


@functools.lru_cache(maxsize=1024)
def _inner_definitions(source: str) -> Mapping[str, str]:
    """Give the classes and functions that stand inside something, and what that is."""
    return dict(_walk_inner(parse_cell(source)))


def _walk_inner(tree: ast.Module | None) -> Iterator[tuple[str, str]]:
    # Not by recursion: Python reads deeper code than it can call functions.
    waiting: list[tuple[ast.AST, str]] = [(tree, "")] if tree is not None else []
    while waiting:
        node, owner = waiting.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                continue
            inner = owner
            if isinstance(child, DEFINITIONS):
                if owner:
                    yield child.name, owner
                inner = child.name
            elif not owner:
                inner = _BLOCKS.get(type(child), "")
            waiting.append((child, inner))


def _similar(name: str) -> Text:
    letters = sorted(set(_CYRILLIC.findall(name)))
    if not letters:
        return Text(
            en=f"there is `{name}`: is it the same thing under another name?",
            ru=f"есть имя `{name}`: не оно ли это под другим именем?",
        )
    shown = ", ".join(f"`{letter}`" for letter in letters)
    if len(letters) == 1:
        return Text(
            en=f"there is `{name}`, but its letter {shown} is Cyrillic: type the name in Latin "
            "letters",
            ru=f"есть имя `{name}`, но в нём буква {shown} русская: наберите имя латиницей",
        )
    return Text(
        en=f"there is `{name}`, but its letters {shown} are Cyrillic: type the name in Latin "
        "letters",
        ru=f"есть имя `{name}`, но в нём буквы {shown} русские: наберите имя латиницей",
    )
