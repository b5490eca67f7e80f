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
_LINK: Final = Text(
    "The file is only a link to a notebook, not the notebook. Open the link, download the notebook "
    "(.ipynb; in Colab: File > Download) and hand that in.",
    "Это только ссылка на ноутбук, а не сам ноутбук. Откройте её, скачайте ноутбук (.ipynb; в "
    "Colab: Файл > Скачать) и сдайте его.",
)
_CODE: Final = r"(?:(?:import|from|def|class) \w|# ?%%|# In\[)"
_OF_A_SHORTCUT: Final = frozenset({"doc_id", "resource_id", "url"})
# What students hand in under the name of a notebook, and Jupyter would open no better.
NO_NOTEBOOKS: Final = (
    (
        re.compile(r"\A\s*<(?:!doctype|!--|html|head|body|\?xml)", re.IGNORECASE),
        Text(
            "The file is a web page, not a notebook: perhaps the page was saved, or a page to "
            "log in. Download the notebook itself (.ipynb) and hand that in.",
            "Это веб-страница, а не ноутбук: возможно, сохранилась сама страница или страница "
            "входа. Скачайте сам ноутбук (.ipynb) и сдайте его.",
        ),
    ),
    (
        re.compile(r"\Aversion https://git-lfs"),
        Text(
            "The file is only a pointer of Git LFS, not the notebook: fetch it with `git lfs pull` "
            "and hand in the .ipynb file.",
            "Это только указатель Git LFS, а не сам ноутбук: получите его командой `git lfs pull` "
            "и сдайте файл .ipynb.",
        ),
    ),
    (
        re.compile(r"^(?:<{7}|>{7})(?: |$)", re.MULTILINE),
        Text(
            "The file holds marks of a merge conflict of git (<<<<<<< and >>>>>>>), so it is no "
            "notebook: choose one of the two versions, open it in Jupyter and hand it in again.",
            "В файле остались метки конфликта слияния git (<<<<<<< и >>>>>>>), поэтому это не "
            "ноутбук: выберите одну из двух версий, откройте её в Jupyter и сдайте ещё раз.",
        ),
    ),
    (
        # A line that leads elsewhere, or a shortcut of Windows.
        re.compile(
            r"\A\s{0,9}(?:\[InternetShortcut\]"
            r"|[^{}\n]{0,200}\bhttps?://\S{1,2000}[^{}\n]{0,200}\s{0,9}\Z)"
        ),
        _LINK,
    ),
    (
        re.compile(rf"\A(?:---\s*$|(?:(?!{_CODE})[^\n]*\n){{0,1000}}(?:```|~~~))", re.MULTILINE),
        Text(
            "The file is text with pieces of code (Markdown, MyST or Quarto) with the name of a "
            "notebook. Hand in the notebook itself (.ipynb).",
            "Это текст с кусками кода (Markdown, MyST или Quarto) с именем ноутбука. Сдайте сам "
            "ноутбук (.ipynb).",
        ),
    ),
    (
        re.compile(rf"^{_CODE}", re.MULTILINE),
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


def not_a_notebook(untrusted_value: object = None) -> SubmissionRejectedError:
    """Say that JSON is no notebook; what Google Drive leaves on a disk is a link to one."""
    if isinstance(untrusted_value, dict) and untrusted_value.keys() & _OF_A_SHORTCUT:
        return SubmissionRejectedError(_LINK)
    return SubmissionRejectedError(
        Text(
            "The file is JSON but not a notebook: it has no cells. Hand in the .ipynb file.",
            "Файл не является ноутбуком: в нём нет ячеек. Сдайте файл .ipynb.",
        )
    )
