"""Live progress on stderr for people, and now and then a line of it for logs."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from zachetka.report.clean import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LOG_EVERY_S: Final = 30.0
# Submissions differ in length by far, so the estimate looks a long way back.
_ESTIMATE_OVER_S: Final = 600.0
_NAME_LIMIT: Final = 40


@contextmanager
def progress(total: int, what: str) -> Iterator[Callable[[str], None]]:
    """Show how far a run of `total` steps is; the function given tells of one finished step."""
    console = Console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal:
        yield _logged(total, what, console)
        return
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[last]}", style="dim", markup=False),
        console=console,
        transient=True,
        speed_estimate_period=_ESTIMATE_OVER_S,
        refresh_per_second=4,
    )
    with bar:
        task = bar.add_task(what, total=total, last="")
        yield lambda name: bar.update(task, advance=1, last=clean_line(name, _NAME_LIMIT))


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show on a terminal that something takes a moment."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(Text(what)):
        yield


def _logged(total: int, what: str, console: Console) -> Callable[[str], None]:
    done = 0
    started = told = time.monotonic()

    def advance(_name: str) -> None:
        nonlocal done, told
        done += 1
        now = time.monotonic()
        if now - told < _LOG_EVERY_S:
            return
        told = now
        left = (now - started) / done * (total - done)
        console.print(f"{what}: {done} of {total}, about {left:.0f} s left", markup=False)

    return advance
