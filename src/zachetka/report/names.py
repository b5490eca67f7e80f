"""Names of report files: one per student, whatever the students are called."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from typing import TYPE_CHECKING, Final

from zachetka.report.clean import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable

SUFFIX: Final = ".json"

_NAME_BYTES: Final = 255
_MARK_LETTERS: Final = 8
_FORBIDDEN: Final = frozenset('<>:"/\\|?*\N{REPLACEMENT CHARACTER}')
# `summary` is ours; the others are devices wherever the reports may be unpacked on Windows.
_RESERVED: Final = frozenset(
    {"summary", "con", "prn", "aux", "nul"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}
)


def same_name(name: str) -> str:
    """Give a name in the form in which names that some file system takes for the same are equal."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def report_names(students: Iterable[str]) -> dict[str, str]:
    """Give every student the name of the report: the student's key, where that is safe and unique.

    Where it is not, a mark made from the key follows, so that the same class has the same
    reports in every run. Keys that differ in case or in the composition of their letters only
    are the same name to some file systems, and so they are here.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    later: list[tuple[str, str]] = []
    for student in sorted(students, key=os.fsencode):
        stem = _safe(student)
        is_short = len(os.fsencode(stem + SUFFIX)) <= _NAME_BYTES
        if (
            stem != student
            or not is_short
            or same_name(stem) in _RESERVED
            or same_name(stem) in taken
        ):
            later.append((student, stem))
            continue
        taken.add(same_name(stem))
        names[student] = stem + SUFFIX
    for student, stem in later:
        names[student] = _marked(student, stem, taken) + SUFFIX
    return names


def _marked(student: str, stem: str, taken: set[str]) -> str:
    digest = hashlib.sha256(os.fsencode(student)).hexdigest()
    for length in range(_MARK_LETTERS, len(digest) + 1):
        room = _NAME_BYTES - len(SUFFIX) - length - 1
        name = f"{_cut(stem, room)}-{digest[:length]}"
        if same_name(name) not in taken:
            break
    taken.add(same_name(name))
    return name


def _safe(stem: str) -> str:
    # Bytes of a file name that are no UTF-8 arrive as lone surrogates, which cleaning replaces.
    cleaned = clean_line(stem, _NAME_BYTES)
    safe = "".join("_" if letter in _FORBIDDEN else letter for letter in cleaned)
    return safe.rstrip(" .").lstrip(" .-") or "unnamed"


def _cut(text: str, size: int) -> str:
    return text.encode("utf-8")[:size].decode("utf-8", errors="ignore")
