"""What a student is told whose file is no notebook that could be run."""

from __future__ import annotations

import re
from typing import Final

from zachetka.errors import SubmissionRejectedError
from zachetka.language import Text

BROKEN: Final = Text(
    "The file is not a notebook: its JSON is broken. Open it in Jupyter; if it does "
    "not open, download it again (.ipynb) and hand that in.",
    "Файл не является ноутбуком: JSON в нём повреждён. Откройте его в Jupyter; если "
    "он не открывается, скачайте его заново (.ipynb) и сдайте снова.",
)
NO_CODE: Final = Text(
    "The notebook holds no code: it has no code cells, or they are empty. Open the file that was "
    "handed in; if your code stands in cells of the type Raw or Markdown, make them Code.",
    "В ноутбуке нет кода: ячеек с кодом нет или они пустые. Откройте файл, который был сдан; если "
    "код стоит в ячейках типа Raw или Markdown, сделайте их ячейками Code.",
)
# What students hand in under the name of a notebook, and Jupyter would open no better.
NO_NOTEBOOKS: Final = (
    (
        re.compile(r"\A(?:PK\x03\x04|\x1f|Rar!|7z)"),
        Text(
            "The file is an archive with the name of a notebook. Unpack it and hand in the "
            ".ipynb file itself.",
            "Это архив с именем ноутбука. Распакуйте его и сдайте сам файл .ipynb.",
        ),
    ),
    (
        re.compile(r"\A\s*<(?:!doctype|html|\?xml)", re.IGNORECASE),
        Text(
            "The file is a web page, not a notebook: perhaps the page was saved, or a page to "
            "log in. Download the notebook itself (.ipynb) and hand that in.",
            "Это веб-страница, а не ноутбук: возможно, сохранилась сама страница или страница "
            "входа. Скачайте сам ноутбук (.ipynb) и сдайте его.",
        ),
    ),
    (
        re.compile(r"\Aversion https://git-lfs|^(?:<{7}|>{7})(?: |$)", re.MULTILINE),
        Text(
            "The file is not as git should have left it: it holds marks of a conflict, or only "
            "a pointer of Git LFS. Mend that (`git lfs pull` for a pointer) and hand it in again.",
            "Файл остался от git неготовым: в нём метки конфликта или только указатель Git LFS. "
            "Исправьте это (для указателя: `git lfs pull`) и сдайте файл ещё раз.",
        ),
    ),
    (
        re.compile(r"^(?:(?:import|from|def|class) \w|# ?%%|# In\[)", re.MULTILINE),
        Text(
            "The file is a Python script with the name of a notebook. Hand in the notebook "
            "itself (.ipynb).",
            "Это скрипт на Python с именем ноутбука. Сдайте сам ноутбук (.ipynb).",
        ),
    ),
)


def too_much_data() -> SubmissionRejectedError:
    """Say that a notebook holds more than honest outputs do."""
    return SubmissionRejectedError(
        Text(
            "The notebook holds too much data. Clear its outputs and hand it in again.",
            "В ноутбуке слишком много данных. Очистите выводы ячеек и сдайте его ещё раз.",
        )
    )


def not_a_notebook() -> SubmissionRejectedError:
    """Say that JSON is no notebook."""
    return SubmissionRejectedError(
        Text(
            "The file is JSON but not a notebook: it has no cells. Hand in the .ipynb file.",
            "Файл не является ноутбуком: в нём нет ячеек. Сдайте файл .ipynb.",
        )
    )
