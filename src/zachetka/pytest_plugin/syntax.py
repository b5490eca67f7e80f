"""What is wrong with a cell that Python cannot read, said so that a student can mend it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from zachetka.language import Text

if TYPE_CHECKING:
    from zachetka.replies import CellReply
    from zachetka.submission import Cell

_ERROR: Final = re.compile(
    r"(?:SyntaxError|IndentationError|TabError): ([^\n]{1,300}?)"
    r"(?: \([^()\n]{1,100}, line (\d{1,7})\))?(?:\n|\Z)"
)
_CODE_POINT: Final = re.compile(r"\bU\+([0-9A-F]{4,6})\b")
_LAST_CODE_POINT: Final = 0x10FFFF
# What Python 3.11 does not read. An `except A, B:` is mended by its own message.
_OF_3_12: Final = re.compile(
    r"(?m)^[ \t]*+(?:(?:async[ \t]+)?(?:def|class)[ \t]+\w+[ \t]*\[|type[ \t]+\w+[^\n=]{0,100}=)"
)
_NUMBERED: Final = re.compile(r"[ \t]*\d{1,5}[.:)]?(?:[ \t]|\Z)")
_FEWEST_NUMBERED: Final = 3
_NUMBERED_SHARE: Final = 0.8


def describe_syntax_error(name: str, cell: Cell, reply: CellReply | None) -> Text:
    """Say that a cell in which a name stands cannot be read, and why as far as it is known."""
    number = cell.index + 1
    text = Text(
        en=f"cell {number}, where `{name}` stands, has a syntax error",
        ru=f"в ячейке {number}, где стоит `{name}`, синтаксическая ошибка",
    )
    error = _ERROR.match(reply.error or "") if reply is not None else None
    message, line = (error[1], error[2]) if error is not None else ("", None)
    if line is not None:
        text += Text(f" in line {line}", f" в строке {line}")
    if message:
        text += Text(f": {message}", f": {message}")
    advice = _advice(cell.source, message, line, is_tabs="TabError" in (error[0] if error else ""))
    return text if advice is None else text + Text(". ", ". ") + advice


def _advice(source: str, message: str, line: str | None, *, is_tabs: bool) -> Text | None:
    lines = source.split("\n")
    if any(each.startswith("<<<<<<<") for each in lines):
        return Text(
            en="The cell holds the marks of a merge conflict (`<<<<<<<`, `>>>>>>>`): keep one of "
            "the two versions and delete the marks",
            ru="В ячейке остались метки конфликта слияния (`<<<<<<<`, `>>>>>>>`): оставьте одну "
            "из двух версий и удалите метки",
        )
    code_point = _CODE_POINT.search(message)
    if code_point is not None:
        return _odd_character(int(code_point[1], 16), line)
    if is_tabs:
        return Text(
            en="Some lines are indented with tabs, others with spaces: use spaces only",
            ru="Часть строк с отступом из табуляций, часть из пробелов: оставьте только пробелы",
        )
    if _OF_3_12.search(source) is not None:
        return Text(
            en="Such type parameters and `type X =` are of Python 3.12, and notebooks are graded "
            "with Python 3.11",
            ru="Такие параметры типов и `type X =` есть только с Python 3.12, а ноутбуки "
            "проверяются на Python 3.11",
        )
    full = [each for each in lines if each.strip()]
    numbered = sum(_NUMBERED.match(each) is not None for each in full)
    if numbered >= max(_FEWEST_NUMBERED, _NUMBERED_SHARE * len(full)):
        return Text(
            en="The lines begin with their numbers, which were copied too: delete the numbers",
            ru="Строки начинаются с номеров, которые попали сюда при копировании: удалите номера",
        )
    return None


def _odd_character(code_point: int, line: str | None) -> Text:
    name = f"U+{code_point:04X}"
    place = Text(f" in line {line}", f" в строке {line}") if line is not None else Text("", "")
    retype = Text(": retype the line", ": наберите строку заново")
    character = chr(code_point) if code_point <= _LAST_CODE_POINT else ""
    if not character or unicodedata.category(character)[0] in "ZC":
        invisible = Text(f"There is an invisible character {name}", f"Невидимый символ {name}")
        return invisible + place + retype
    odd = Text(
        en=f"There is `{character}` ({name}), which is no sign of Python,",
        ru=f"Знака `{character}` ({name}) в языке Python нет, а он стоит",
    )
    return odd + (place if line is not None else Text(" there", " в ячейке")) + retype
