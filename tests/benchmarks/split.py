"""Where our own cost of a submission goes: CPU seconds of the whole machine, step by step.

Usage: split.py ASSIGNMENT SANDBOX ISOLATION NOTEBOOK...; prints a JSON object.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import COURSE, busy_s, idle_cpu

from zachetka import grading, reuse
from zachetka.grading import Grading, Job
from zachetka.sandbox.base import Isolation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SPENT: dict[str, float] = defaultdict(float)


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Count what the machine does meanwhile."""
    idle = IDLE
    before, started = busy_s(), time.monotonic()
    yield
    SPENT[name] += busy_s() - before - idle * (time.monotonic() - started)


def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Count what the machine does while a function runs."""

    def run(*arguments):
        with step(name):
            return function(*arguments)

    return run


class Timed(Grading):
    """Grades as ever, step by step."""

    def _run_cells(self, submission):
        opened = SPENT["sandbox or room"]
        with step("kernel and cells"):
            ran = super()._run_cells(submission)
        SPENT["kernel and cells"] -= SPENT["sandbox or room"] - opened
        return ran

    def _examined(self, *arguments):
        with step("probes, checks, report"):
            return super()._examined(*arguments)


def main() -> None:
    """Grade what the command line names, one after the other."""
    assignment, sandbox, isolation, *notebooks = sys.argv[1:]
    grading.Grading = Timed
    grading.open_session = timed("sandbox or room", grading.open_session)
    grading.release = timed("end", grading.release)
    for number, notebook in enumerate([notebooks[0], *notebooks]):
        if number == 1:
            SPENT.clear()  # the first one has paid for everybody
        report = grading.grade(
            Job(
                course=COURSE,
                assignment=assignment,
                notebook=Path(notebook),
                student=Path(notebook).stem,
                sandbox=sandbox,
                isolation=Isolation(isolation),
            )
        )
        assert report.score is not None, report.message
    reuse.end_idle_sandbox()
    print(json.dumps({key: value / len(notebooks) for key, value in SPENT.items()}))  # noqa: T201


if __name__ == "__main__":
    IDLE = idle_cpu()
    main()
