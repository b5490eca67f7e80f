"""What the student's page and mail say around a report, in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zachetka.errors import Cause
from zachetka.language import Language, Text
from zachetka.report.model import CellStatus, ReportStatus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_POINT_DIGITS: Final = 4
_MINUTE_S: Final = 60
_TEENS: Final = range(11, 15)
_FEW: Final = range(2, 5)

WORDS: Final = {
    "score": Text("Score", "Баллы"),
    "of": Text("of", "из"),
    "tasks": Text("Tasks", "Задачи"),
    "checks": Text("Checks", "Проверки"),
    "checks_passed": Text("checks passed", "проверок пройдено"),
    "hint": Text("Hint", "Подсказка"),
    "same": Text("The same as above.", "То же, что и выше."),
    "passed": Text("passed", "пройдена"),
    "failed": Text("not passed", "не пройдена"),
    "group": Text("group", "группа"),
    "file": Text("file", "файл"),
    "handed_in": Text("handed in", "сдано"),
    "others": Text("Other notebooks, not graded", "Другие ноутбуки, не проверялись"),
    "no_score": Text("No score yet", "Оценки пока нет"),
    "ours": Text(
        "Something failed on our side while the work was graded. This is not your fault, and it "
        "is not a zero: the work will be graded again.",
        "При проверке произошёл сбой на нашей стороне. Вы ни при чём, и это не ноль: "
        "работа будет проверена ещё раз.",
    ),
    "deadline": Text("Deadline", "Срок"),
    "handed_in_at": Text("Handed in", "Сдано"),
    "late": Text("Late", "Опоздание"),
    "on_time": Text("no", "нет"),
    "before_late": Text("it would be", "без него было бы"),
    "extension": Text("Deadline moved", "Срок перенесён"),
    "repairs": Text("What had to be mended in the file", "Что пришлось исправить в файле"),
    "repairs_note": Text(
        "A copy was mended so that it could be run; your file is as you handed it in.",
        "Исправлена только копия для запуска, ваш файл остался как был.",
    ),
    "cells": Text("Cells that failed", "Ячейки с ошибками"),
    "cells_note": Text(
        "The notebook was run from top to bottom in a fresh kernel. Cells are counted from 1, "
        "cells with text included.",
        "Ноутбук выполнялся сверху вниз в новом ядре. Ячейки считаются с 1, вместе с текстовыми.",
    ),
    "cell": Text("Cell", "Ячейка"),
    "code": Text("Code", "Код"),
    "error": Text("Error", "Ошибка"),
    "not_reached": Text(
        "Not run, since the time was over or the kernel had ended",
        "Не выполнены, так как время вышло или ядро остановилось",
    ),
    "more_cells": Text("More cells that failed", "Ещё ячеек с ошибками"),
    "plots": Text("Your plots", "Ваши графики"),
    "plots_note": Text(
        "As they are stored in the file handed in; they are not drawn anew.",
        "Так они сохранены в сданном файле; заново они не строились.",
    ),
    "plot_of": Text("Plot of cell", "График из ячейки"),
    "plots_left_out": Text(
        "Images that could not be shown (broken, too large or too many)",
        "Изображений не показано (повреждены, слишком велики или их слишком много)",
    ),
    "graded_at": Text("Graded", "Проверено"),
    "version": Text("version", "версия"),
    "assignment": Text("assignment", "задание"),
    "fingerprint": Text("SHA-256 of the file", "SHA-256 файла"),
}

STATUS: Final = {
    ReportStatus.GRADED: Text("graded", "проверено"),
    ReportStatus.REJECTED: Text("not accepted", "не принято"),
    ReportStatus.ERROR: Text("to be graded again", "будет проверено ещё раз"),
}

CAUSE: Final = {
    Cause.ASSERTION: Text("wrong result", "неверный результат"),
    Cause.WRONG_TYPE: Text("wrong type or shape", "не тот тип или форма"),
    Cause.MISSING: Text("missing", "не найдено"),
    Cause.ERROR: Text("error", "ошибка"),
    Cause.TIME_LIMIT: Text("too slow", "слишком долго"),
    Cause.MEMORY_LIMIT: Text("too much memory", "слишком много памяти"),
    Cause.OUTPUT_LIMIT: Text("too much output", "слишком большой вывод"),
    Cause.CRASH: Text("crash", "сбой ядра"),
    Cause.FORBIDDEN: Text("not allowed", "запрещено"),
}

CELL_STATUS: Final = {
    CellStatus.FAILED: Text("error", "ошибка"),
    CellStatus.TIME_LIMIT: Text("too slow", "слишком долго"),
    CellStatus.MEMORY_LIMIT: Text("too much memory", "слишком много памяти"),
    CellStatus.CRASH: Text("ended the kernel", "остановила ядро"),
}

# A report says in English what was mended; each of these sentences has its like in Russian.
_REPAIRS: Final = (
    (r"zeros at the end of the file were left out", "нули в конце файла отброшены"),
    (r"read as ([\w-]+)", r"прочитано в кодировке \1"),
    (r"(\d+) broken bytes of UTF-8 were replaced", r"заменено повреждённых байтов UTF-8: \1"),
    (r"what is not a cell was left out: (\d+) times", r"отброшено то, что не ячейка: \1"),
    (r"the notebook does not name its format", "в ноутбуке не указан его формат"),
    (r"upgraded from nbformat 3", "преобразовано из формата nbformat 3"),
    (r"what is no text was left out of cell (\d+)", r"в ячейке \1 отброшено то, что не текст"),
    (r"cell (\d+) has no source", r"в ячейке \1 нет кода"),
    (
        r"characters that no file can hold were replaced in cell (\d+)",
        r"в ячейке \1 заменены недопустимые символы",
    ),
    (
        r"the kernel is another machine's: python3 was taken",
        "ядро указано с другого компьютера: взято python3",
    ),
    (
        r"the metadata of widgets has no state, which other tools need",
        "в метаданных виджетов нет их состояния, которое нужно другим программам",
    ),
    (r"several cells have the same id", "у нескольких ячеек одинаковый id"),
    (
        r"(\d+) MB of stored outputs and other data were left out",
        r"сохранённые выводы и прочие данные отброшены: \1 МБ",
    ),
    (
        r"an archive with the name of a notebook: the one notebook in it was read",
        "архив с именем ноутбука: прочитан единственный ноутбук в нём",
    ),
    (
        r"lines of cells had no line ends: they were put back",
        "у строк в ячейках не было концов строк: они возвращены",
    ),
    (
        r"what follows the notebook in its file was left out",
        "то, что стоит в файле после ноутбука, отброшено",
    ),
    (r"and more was mended", "и другие исправления"),
)


@dataclass(frozen=True, slots=True)
class Speech:
    """One language: its words and its way to write numbers and times."""

    language: Language

    def __call__(self, name: str) -> str:
        """Give a word or sentence of `WORDS`."""
        return WORDS[name].in_language(self.language)

    def say(self, text: Text) -> str:
        """Give a text in the language."""
        return text.in_language(self.language)

    def number(self, value: float) -> str:
        """Write a number without needless zeros: 0.75 in English, 0,75 in Russian."""
        digits = f"{value:.{_POINT_DIGITS}f}".rstrip("0").rstrip(".")
        return digits.replace(".", ",") if self.language is Language.RU else digits

    def moment(self, when: datetime) -> str:
        """Write a time to the minute, in the zone that it came in."""
        style = "%d.%m.%Y %H:%M" if self.language is Language.RU else "%Y-%m-%d %H:%M"
        return f"{when.strftime(style)} {_zone(when)}"

    def days(self, count: int) -> str:
        """Write how many days."""
        if self.language is Language.EN:
            return f"{count} day" if count == 1 else f"{count} days"
        return f"{count} {_plural(count, 'день', 'дня', 'дней')}"

    def repair(self, said: str) -> str:
        """Say what was mended; a sentence that is not known stays in English."""
        if self.language is Language.EN:
            return said
        for pattern, russian in _REPAIRS:
            found = re.fullmatch(pattern, said)
            if found:
                return found.expand(russian)
        return said


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Split a message into prose and the `code` in it; True marks code.

    A backtick without its partner on the same line is prose.
    """
    end = 0
    for found in re.finditer(r"`([^`\n]+)`", text):
        if found.start() > end:
            yield text[end : found.start()], False
        yield found[1], True
        end = found.end()
    if end < len(text):
        yield text[end:], False


def _plural(count: int, one: str, few: str, many: str) -> str:
    if count % 100 in _TEENS:
        return many
    if count % 10 == 1:
        return one
    return few if count % 10 in _FEW else many


def _zone(when: datetime) -> str:
    offset = when.utcoffset()
    minutes = 0 if offset is None else round(offset.total_seconds() / _MINUTE_S)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "-"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
