"""Where a cell failed, and whether by what this sandbox lacks and the student's machine has."""

from __future__ import annotations

import contextlib
import dis
import itertools
import os
import re
import subprocess
from collections import deque
from typing import TYPE_CHECKING, Any

from IPython.core.error import StdinNotImplementedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from types import TracebackType

_LACKING = (
    *(OSError, ImportError, subprocess.SubprocessError),
    *(StdinNotImplementedError, UsageError),
)
# What torch and torchvision raise without a GPU and without the network.
_TELLING = (RuntimeError, AssertionError, ValueError)
_WORDS = re.compile(
    r"\bcuda\b|nvidia|\bmps\b|error downloading|dataset not found|google.colab", re.IGNORECASE
)
_NO_SCRIPT = re.compile(r"File `.{1,300}` not found\.")  # `%run ../utils.py`
_IMPORTS = frozenset({"IMPORT_NAME", "IMPORT_FROM"})


def is_of_sandbox(
    error: BaseException, user_ns: dict[str, Any], withheld: Container[object] = ()
) -> bool:
    """Say whether an error tells of a file, a package, a device or the network that is not here.

    What the notebook itself has raised or asserted tells what its author thinks of the rest.

    Args:
        error: what a cell ended in.
        user_ns: the notebook's names.
        withheld: names that are not among them because of an earlier such error.
    """
    steps = [_operation(step) for step in _steps(error) if step.tb_frame.f_globals is user_ns]
    if not _IMPORTS.isdisjoint(steps):
        return True
    last = deque(_steps(error), maxlen=1)
    if last and last[0].tb_frame.f_globals is user_ns and steps[-1] == "RAISE_VARARGS":
        return False
    if isinstance(error, NameError):
        # Whatever is not here, a local variable without a value is the code's own mistake.
        return not isinstance(error, UnboundLocalError) and error.name in withheld
    if isinstance(error, KeyError):  # `os.environ["WANDB_API_KEY"]`
        return bool(last) and last[0].tb_frame.f_globals is vars(os)
    return isinstance(error, _LACKING) or _says_so(error)


def _says_so(error: BaseException) -> bool:
    with contextlib.suppress(BaseException):  # whatever it takes to read it
        if type(error) is Exception:
            return _NO_SCRIPT.match(str(error)) is not None
        return isinstance(error, _TELLING) and _WORDS.search(str(error)[:2000]) is not None
    return False


def failed_place(error: BaseException | None, user_ns: dict[str, Any]) -> tuple[int, int] | None:
    """Find the line and column of the cell's own code that an error came through.

    (0, 0) where nothing of it was run, and None where that cannot be told.
    """
    if error is None or isinstance(error, SyntaxError):
        return None
    if _is_unknown_cell_magic(error):
        return 0, 0
    places = [
        (step.tb_lineno, _column(step))
        for step in _steps(error)
        if step.tb_frame.f_globals is user_ns and step.tb_frame.f_code.co_name == "<module>"
    ]
    # The last such frame: under `%%time` the cell is run by a first line of its own.
    return places[-1] if places else None


def _is_unknown_cell_magic(error: BaseException) -> bool:
    return type(error) is UsageError and str(error).startswith("Cell magic ")


def _steps(error: BaseException) -> Iterator[TracebackType]:
    step = error.__traceback__
    while step is not None:
        yield step
        step = step.tb_next


def _column(step: TracebackType) -> int:
    positions = itertools.islice(step.tb_frame.f_code.co_positions(), step.tb_lasti // 2, None)
    return next(positions)[2] or 0


def _operation(step: TracebackType) -> str:
    return dis.opname[step.tb_frame.f_code.co_code[step.tb_lasti]]
