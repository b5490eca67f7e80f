"""Runs a grader's checks in a forked child of this process.

The child inherits torch, pytest and the session's pipes; what it says of each check comes back as
JSON. A grader that crashes or hangs is then our fault and nobody's zero.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NoReturn

from zachetka.errors import InfrastructureError

if TYPE_CHECKING:
    from pathlib import Path

    from zachetka.language import Text
    from zachetka.pytest_plugin.examination import Examination, Outcome
    from zachetka.sandbox.base import Limits

MAX_RESULT_BYTES = 32 << 20
MAX_TEXT_CHARS = 8000  # the report shortens it further, with a mark where it was cut
_PR_SET_PDEATHSIG = 1


def load() -> None:
    """Load torch and pytest; what cannot be imported will be said where it is needed."""
    with contextlib.suppress(Exception):
        importlib.import_module("zachetka.pytest_plugin.run")


def examine_in_child(examination: Examination, grader: Path, limits: Limits) -> dict[str, Any]:
    """Run pytest in a forked child, which inherits torch, pytest and the session's pipes.

    Returns:
        `outcomes` of the checks, `flags`, and `left_as_found`: whether the session lives on.

    Raises:
        InfrastructureError: the grader is broken, or its process died or hung.
    """
    from zachetka.pytest_plugin import run  # torch and pytest load once, before the fork

    read_fd, write_fd = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        os.close(read_fd)
        os.close(write_fd)
        raise
    if pid == 0:
        os.close(read_fd)
        _examine_and_exit(run.examine, examination, grader, write_fd)
    os.close(write_fd)
    try:
        data = _read_all(read_fd, deadline=time.monotonic() + 20 * limits.total_s)
    finally:
        os.close(read_fd)
        _reap(pid)
    if not data:
        raise InfrastructureError("the grader's process died")
    result: dict[str, Any] = json.loads(data)
    if "error" in result:
        raise InfrastructureError(result["error"])
    return result


def _examine_and_exit(
    examine: Any, examination: Examination, grader: Path, write_fd: int
) -> NoReturn:
    status = 1
    try:
        import torch

        _end_with_parent()
        # The threads of the parent's pools do not exist in this copy: it would wait for them.
        torch.set_num_threads(1)
        # What was inherited is not looked through again: each page of it would be copied.
        gc.freeze()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        silence = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(silence, fd)
        # Whoever calls us may have put something else in their place.
        sys.stdout = sys.stderr = os.fdopen(silence, "w")
        try:
            examine(examination, grader)
            result: dict[str, Any] = {
                "outcomes": [_as_json(outcome) for outcome in examination.outcomes],
                "flags": examination.flags,
                "left_as_found": examination.left_as_found,
            }
        except InfrastructureError as error:
            result = {"error": str(error)}
        except BaseException as error:  # noqa: BLE001 - told to the parent, then we end
            result = {"error": f"the grader failed: {type(error).__name__}: {error}"}
        examination.close()
        with os.fdopen(write_fd, "wb") as pipe:
            pipe.write(json.dumps(result).encode())
        status = 0
    finally:
        os._exit(status)  # an interpreter with torch takes a second to leave politely


def _end_with_parent() -> None:
    """Ask the kernel to end this process with its parent: it holds a sandbox's pipes open."""
    import ctypes

    with contextlib.suppress(AttributeError):  # only Linux has it
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.id,
        "task": outcome.info.task,
        "points": outcome.info.points,
        "title": asdict(outcome.info.title),
        "cause": outcome.cause,
        "text": _bounded(outcome.text),
        "hint": _bounded(outcome.hint),
        "duration_s": outcome.duration_s,
    }


def _bounded(text: Text | None) -> dict[str, str] | None:
    """Give a text that may name what a submission returned, however much that was."""
    if text is None:
        return None
    return {language: words[:MAX_TEXT_CHARS] for language, words in asdict(text).items()}


def _read_all(fd: int, deadline: float) -> bytes:
    data = bytearray()
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not poller.poll(1000 * left):
            raise InfrastructureError("the grader's process hangs")
        chunk = os.read(fd, 1 << 16)
        if not chunk:
            return bytes(data)
        data += chunk
        if len(data) > MAX_RESULT_BYTES:
            raise InfrastructureError("the grader's process says too much")


def _reap(pid: int) -> None:
    for _ in range(50):
        if os.waitpid(pid, os.WNOHANG)[0]:
            return
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
