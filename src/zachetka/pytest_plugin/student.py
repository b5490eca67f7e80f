"""What a grader sees of a submission: a way to run probes against it, and its sources."""

from __future__ import annotations

import difflib
import functools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zachetka.errors import Cause, StudentFault
from zachetka.language import Text
from zachetka.probe import load_probe
from zachetka.pytest_plugin.sources import defined_above, definitions, parse_cell, readable
from zachetka.pytest_plugin.specs import validate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zachetka.pytest_plugin.examination import Examination
    from zachetka.pytest_plugin.rng import Rng
    from zachetka.pytest_plugin.specs import Spec
    from zachetka.replies import CellReply
    from zachetka.submission import Cell


class Student:
    """The submission as one check sees it."""

    def __init__(self, examination: Examination, rng: Rng) -> None:
        self._examination = examination
        self._rng = rng

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The code cells of the notebook, as handed in."""
        return self._examination.submission.cells

    def defined_above(self, name: str) -> list[str]:
        """Give the names defined above the first definition of a name; all if it has none.

        What is tried again among right companions gets them for these only. Of two definitions
        that lean on each other one stands above, and must do without: a circle earns nothing.
        """
        return sorted(defined_above(name, tuple(cell.source for cell in self.cells)))

    def flag(self, text: str) -> None:
        """Point something out to the teaching assistant; it costs no points."""
        self._examination.flag(text)

    def run(
        self,
        probe: Callable[..., Any],
        *,
        returns: Spec | Mapping[str, Any],
        timeout_s: float | None = None,
        **inputs: Any,
    ) -> Any:
        """Run a probe beside the student's code, in a copy of the notebook as it ended.

        Other checks that passed may have used that copy before; see `Examination`.

        Args:
            probe: a module-level function `probe(nb, *, ...)` that imports what it uses.
            returns: the declared type of what it returns, or a dict of them.
            timeout_s: wall seconds; the assignment's `probe_s` unless given.
            **inputs: tensors, numbers, strings and lists or dicts of them, passed by value.

        Raises:
            StudentFault: the code failed, or returned something of another type.
        """
        untrusted_value = self._examination.probe(
            load_probe(probe), inputs, seed=self._rng.seed(), timeout_s=timeout_s
        )
        return validate(returns, untrusted_value, "value")

    def attempt(
        self,
        probe: Callable[..., Any],
        *,
        returns: Spec | Mapping[str, Any],
        timeout_s: float | None = None,
        **inputs: Any,
    ) -> Any:
        """Do as `run`, but give the fault instead of raising it."""
        try:
            return self.run(probe, returns=returns, timeout_s=timeout_s, **inputs)
        except StudentFault as fault:
            return fault


def explain_missing(
    name: str, cells: tuple[Cell, ...], replies: Mapping[int, CellReply]
) -> Text | None:
    """Say why a name that a check needs is not there, as far as the notebook tells."""
    texts = readable(cell.source for cell in cells)
    cells = tuple(replace(cell, source=text) for cell, text in zip(cells, texts, strict=True))
    for cell in cells:
        if name in _defined_names(cell.source):
            reply = replies.get(cell.index)
            if reply is not None and reply.status != "ok":
                return _failed_cell(cell.index, reply)
    broken = [cell.index for cell in cells if _is_broken(cell.source) and name in cell.source]
    if broken:
        return Text(
            en=f"cell {broken[0] + 1}, where `{name}` stands, has a syntax error",
            ru=f"в ячейке {broken[0] + 1}, где стоит `{name}`, синтаксическая ошибка",
        )
    resets = [cell.index for cell in cells if _has_reset(cell.source)]
    if resets:
        return Text(
            en=f"cell {resets[-1] + 1} deletes all names (`%reset`): remove that line",
            ru=f"ячейка {resets[-1] + 1} удаляет все имена (`%reset`): уберите эту строку",
        )
    defined = {known for cell in cells for known in _defined_names(cell.source)}
    if name in defined:
        return Text(
            en=f"`{name}` is defined in the notebook, but a later line deletes it",
            ru=f"`{name}` определяется в ноутбуке, но позже удаляется",
        )
    close = difflib.get_close_matches(name, sorted(defined), n=1, cutoff=0.7)
    if close:
        return Text(
            en=f"there is `{close[0]}`: is it the same thing under another name?",
            ru=f"есть имя `{close[0]}`: не оно ли это под другим именем?",
        )
    return None


def _failed_cell(index: int, reply: CellReply) -> Text:
    number = index + 1
    why = (reply.error or reply.status).strip()[:200]
    return Text(
        en=f"cell {number}, which defines it, did not finish: {why}",
        ru=f"ячейка {number}, где оно определяется, не выполнилась: {why}",
    )


@functools.cache
def _is_broken(source: str) -> bool:
    return not source.lstrip().startswith("%%") and parse_cell(source) is None


def _has_reset(source: str) -> bool:
    return any(line.strip().startswith("%reset") for line in source.split("\n"))


@functools.cache
def _defined_names(source: str) -> frozenset[str]:
    return frozenset(name for name, _ in definitions(source))


def missing_fault(fault: StudentFault, hint: Text | None) -> StudentFault:
    """Add to a missing name why it is missing."""
    if fault.cause is not Cause.MISSING or hint is None:
        return fault
    return StudentFault(fault.cause, fault.text, hint)
