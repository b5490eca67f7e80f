"""What a notebook's metadata say: the language, the kernel, the widgets."""

from __future__ import annotations

import re
from typing import Any, Final

from zachetka.errors import SubmissionRejectedError
from zachetka.language import Text

WIDGET_STATE: Final = "application/vnd.jupyter.widget-state+json"
FOREIGN_KERNEL: Final = "the kernel is another machine's: python3 was taken"
STATELESS_WIDGETS: Final = "the metadata of widgets has no state, which other tools need"
_NATIVE_KERNELS: Final = frozenset({"python3", "python"})
_OTHER_KERNELS: Final = {
    "ir": "R",
    "r": "R",
    "julia": "Julia",
    "octave": "Octave",
    "scala": "Scala",
    "sql": "SQL",
    "bash": "Bash",
    "javascript": "JavaScript",
    "c++": "C++",
    "xcpp": "C++",
    "rust": "Rust",
}


def has_foreign_kernel(untrusted_metadata: dict[str, Any]) -> bool:
    """Say whether a notebook asks for a kernel that only its author's machine has."""
    if "kernelspec" not in untrusted_metadata:
        return False
    untrusted_name = mapping(untrusted_metadata["kernelspec"]).get("name")
    return not (isinstance(untrusted_name, str) and untrusted_name in _NATIVE_KERNELS)


def has_stateless_widgets(untrusted_metadata: dict[str, Any]) -> bool:
    """Say whether the metadata of widgets is there without what shows them, as Colab writes it."""
    untrusted_widgets = untrusted_metadata.get("widgets", {})
    if untrusted_widgets == {}:
        return False
    untrusted_models = mapping(mapping(untrusted_widgets).get(WIDGET_STATE))
    return not isinstance(untrusted_models.get("state"), dict)


def reject_other_languages(untrusted_metadata: dict[str, Any]) -> None:
    """Refuse a notebook that is surely not in Python.

    Raises:
        SubmissionRejectedError: it is not.
    """
    language = other_language(untrusted_metadata)
    if language is not None:
        raise SubmissionRejectedError(
            Text(
                f"The notebook is written in {language}; this assignment is in Python.",
                f"Ноутбук написан на {language}, а задание выполняется на Python.",
            )
        )


def other_language(untrusted_metadata: dict[str, Any]) -> str | None:
    """Give the language of a notebook that is surely not in Python."""
    untrusted_kernel = mapping(untrusted_metadata.get("kernelspec"))
    untrusted_words = (
        mapping(untrusted_metadata.get("language_info")).get("name"),
        untrusted_kernel.get("language"),
        untrusted_kernel.get("name"),
    )
    words = [word.lower() for word in untrusted_words if isinstance(word, str)]
    # An environment may be called anything, and is shown as "Python (sql-course)".
    untrusted_shown = untrusted_kernel.get("display_name")
    shown = untrusted_shown.lower() if isinstance(untrusted_shown, str) else ""
    if any("python" in word for word in (shown, *words)):
        return None
    for word in words:
        language = _OTHER_KERNELS.get(re.split(r"[-\d]", word, maxsplit=1)[0])
        if language is not None:
            return language
    return None


def mapping(untrusted_value: object) -> dict[str, Any]:
    """Give an object of JSON; what is none is empty."""
    return untrusted_value if isinstance(untrusted_value, dict) else {}
