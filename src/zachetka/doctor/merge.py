"""Two notebooks in one: what both have stays once, and each keeps its order."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final

from zachetka.doctor.repair import Repaired, bound_outputs, give_ids, read_document, written
from zachetka.report.clean import some_of
from zachetka.submission import CELL_COUNT
from zachetka.submission.refusals import too_much_data

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMES: Final = 10
_DEFINITION: Final = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w{1,80})", re.MULTILINE)


def merged(first: bytes, second: bytes) -> Repaired:
    """Give one notebook with the cells of both, each in its order, and the metadata of the first.

    A cell of the second that also stands in the first is left out. What stands between two cells
    that both have stays between them, the first notebook's part before the second's.

    Raises:
        SubmissionRejectedError: one is no notebook, or they are too much together.
    """
    documents: list[dict[str, Any]] = []
    repairs: list[str] = []
    for which, data in (("first", first), ("second", second)):
        own: list[str] = []
        documents.append(read_document(data, own))
        repairs += [f"the {which} notebook: {what}" for what in dict.fromkeys(own)]
    document, other = documents
    cells = _interleaved(document["cells"], other["cells"], repairs)
    if len(cells) > CELL_COUNT:
        raise too_much_data()
    if document["metadata"] != other["metadata"]:
        repairs.append("the metadata of the second notebook was left out")
    bound_outputs(cells, repairs)
    give_ids(cells)
    return Repaired(written({**document, "cells": cells}), tuple(repairs))


def _interleaved(
    first: Sequence[dict[str, Any]], second: Sequence[dict[str, Any]], repairs: list[str]
) -> list[dict[str, Any]]:
    in_first = {_content(cell) for cell in first}
    # With every occurrence told from the others, what is compared is unique and costs little.
    matcher = SequenceMatcher(None, _occurrences(first), _occurrences(second), autojunk=False)
    cells: list[dict[str, Any]] = []
    added: list[dict[str, Any]] = []
    in_place = 0
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        cells += first[start:end]
        if tag == "equal":
            in_place += end - start
            continue
        new = [cell for cell in second[other_start:other_end] if _content(cell) not in in_first]
        cells += new
        added += new
    shared = len(second) - len(added)
    if added:
        repairs.append(f"cells of the second notebook that were added: {len(added)}")
    if shared:
        repairs.append(f"cells that are in both and stay once: {shared}")
    if shared > in_place:
        repairs.append(
            "cells that stand elsewhere, or more often, in the second notebook and stay as in "
            f"the first: {shared - in_place}"
        )
    in_second = {_content(cell) for cell in second}
    _note_clashes([cell for cell in first if _content(cell) not in in_second], added, repairs)
    return cells


def _content(cell: dict[str, Any]) -> tuple[str, str]:
    return cell["cell_type"], cell["source"].rstrip()


def _occurrences(cells: Sequence[dict[str, Any]]) -> list[tuple[tuple[str, str], int]]:
    seen: Counter[tuple[str, str]] = Counter()
    occurrences = []
    for cell in cells:
        content = _content(cell)
        occurrences.append((content, seen[content]))
        seen[content] += 1
    return occurrences


def _note_clashes(
    own: Sequence[dict[str, Any]], added: Sequence[dict[str, Any]], repairs: list[str]
) -> None:
    """Note what both define, each in its own way: only the last of the two will count."""
    twice = sorted(_definitions(own) & _definitions(added))
    if twice:
        repairs.append(f"defined differently in both: {some_of(twice, _NAMES)}")


def _definitions(cells: Sequence[dict[str, Any]]) -> set[str]:
    codes = (cell["source"] for cell in cells if cell["cell_type"] == "code")
    return {name for code in codes for name in _DEFINITION.findall(code)}
