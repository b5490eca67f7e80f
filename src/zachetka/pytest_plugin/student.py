"""What a grader sees of a submission: a way to run probes against it, and its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zachetka.errors import StudentFault
from zachetka.probe import load_probe
from zachetka.pytest_plugin.cells import defined_above
from zachetka.pytest_plugin.missing import explain
from zachetka.pytest_plugin.sources import is_back_door, paths_used_by
from zachetka.pytest_plugin.specs import validate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zachetka.pytest_plugin.examination import Examination
    from zachetka.pytest_plugin.rng import Rng
    from zachetka.pytest_plugin.specs import Spec
    from zachetka.submission import Cell

MAX_FLAG_CHARS = 300


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

    def flag_back_doors(self, name: str) -> None:
        """Point out if a definition uses what leads past those who watch torch at work."""
        sources = [cell.source for cell in self.cells]
        doors = sorted(filter(is_back_door, paths_used_by(name, sources, values=True)))
        if doors:
            self.flag(f"{name} may go past what is watched: {', '.join(doors)[:MAX_FLAG_CHARS]}")

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
            timeout_s: CPU seconds, thrice that by the clock; the assignment's `probe_s` unless
                given.
            **inputs: tensors, numbers, strings and lists or dicts of them, passed by value.

        Raises:
            StudentFault: the code failed, or returned something of another type.
        """
        loaded = load_probe(probe)
        try:
            untrusted_value = self._examination.probe(
                loaded, inputs, seed=self._rng.seed(), timeout_s=timeout_s
            )
        except StudentFault as fault:
            if fault.hint is None:
                fault.hint = explain(fault, self._examination.submission, self._examination.replies)
            raise
        return validate(returns, untrusted_value, "value")

    def attempt(
        self,
        probe: Callable[..., Any],
        *,
        returns: Spec | Mapping[str, Any],
        **inputs: Any,
    ) -> Any:
        """Do as `run`, but give the fault instead of raising it."""
        try:
            return self.run(probe, returns=returns, **inputs)
        except StudentFault as fault:
            return fault
