"""What nbformat 4.5 allows to stand in a notebook, a cell and their metadata."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from zachetka.submission.metadata import mapping

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

METADATA_LEFT_OUT: Final = "metadata that does not fit the format was left out"
_ID: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def fitting(
    untrusted_metadata: dict[str, Any],
    rules: dict[str, Callable[[Any], bool]],
    mended: Counter[str],
) -> dict[str, Any]:
    """Keep of metadata what the format allows: most keys are free, a few have a form."""
    fitting = {
        key: value
        for key, value in untrusted_metadata.items()
        if key not in rules or rules[key](value)
    }
    mended[METADATA_LEFT_OUT] += len(untrusted_metadata) - len(fitting)
    return fitting


def is_count(untrusted_value: object) -> TypeGuard[int]:
    """Say whether a value is a whole number from 0."""
    return type(untrusted_value) is int and untrusted_value >= 0


def is_id(untrusted_value: object) -> TypeGuard[str]:
    """Say whether a value can be the id of a cell."""
    return isinstance(untrusted_value, str) and _ID.fullmatch(untrusted_value) is not None


def is_text(untrusted_value: object) -> bool:
    """Say whether a value is text, or text line by line."""
    if isinstance(untrusted_value, list):
        return all(isinstance(line, str) for line in untrusted_value)
    return isinstance(untrusted_value, str)


def is_kernel(untrusted_value: object) -> bool:
    """Say whether a value describes a kernel."""
    kernel = mapping(untrusted_value)
    return all(isinstance(kernel.get(key), str) for key in ("name", "display_name"))


def _is_language(untrusted_value: object) -> bool:
    language = mapping(untrusted_value)
    texts = ("name", "file_extension", "mimetype", "pygments_lexer")
    return "name" in language and (
        all(isinstance(language.get(key, ""), str) for key in texts)
        and isinstance(language.get("codemirror_mode", ""), str | dict)
    )


def _is_name(untrusted_value: object) -> bool:
    return isinstance(untrusted_value, str) and re.fullmatch(".+", untrusted_value) is not None


def _are_tags(untrusted_value: object) -> bool:
    if not isinstance(untrusted_value, list):
        return False
    tags = [tag for tag in untrusted_value if isinstance(tag, str) and tag and "," not in tag]
    return len(set(tags)) == len(untrusted_value)


def _are_times(untrusted_value: object) -> bool:
    return isinstance(untrusted_value, dict) and all(
        isinstance(time, str) for time in untrusted_value.values()
    )


def string_or(untrusted_value: object, otherwise: str) -> str:
    """Give a value if it is a string."""
    return untrusted_value if isinstance(untrusted_value, str) else otherwise


NOTEBOOK_METADATA: Final[dict[str, Callable[[Any], bool]]] = {
    "language_info": _is_language,
    "orig_nbformat": lambda number: is_count(number) and number > 0,
    "title": lambda title: isinstance(title, str),
    "authors": lambda authors: isinstance(authors, list),
}
_OF_EVERY_CELL: Final[dict[str, Callable[[Any], bool]]] = {
    "name": _is_name,
    "tags": _are_tags,
    "jupyter": lambda settings: isinstance(settings, dict),
}
CELL_METADATA: Final[dict[str, dict[str, Callable[[Any], bool]]]] = {
    "markdown": _OF_EVERY_CELL,
    "raw": {**_OF_EVERY_CELL, "format": lambda mime: isinstance(mime, str)},
    "code": {
        **_OF_EVERY_CELL,
        "execution": _are_times,
        "collapsed": lambda collapsed: isinstance(collapsed, bool),
        "scrolled": lambda scrolled: isinstance(scrolled, bool) or scrolled == "auto",
    },
}
