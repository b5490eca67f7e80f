"""Stands in for the engine in tests of what is around it; travels to worker processes."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from zachetka.errors import UsageError
from zachetka.report import model


@dataclass(frozen=True)
class FakeJob:
    assignment: str
    notebook: Path
    student: str
    file: str = ""


def report(job, **changes):
    fields = {
        "assignment": job.assignment,
        "student": job.student,
        "submission": model.SubmissionInfo(file=job.notebook.name, sha256=None, bytes=None),
        "status": "graded",
        "score": 1.0,
        "max_score": 1.0,
        "checks": (),
        "execution": None,
        "flags": (),
        "sandbox": None,
        "grader": None,
        "graded_at": datetime.now(UTC),
    } | changes
    return model.Report(**fields)


def grade(job):
    """Do what the file says: the content of a fake notebook is an order."""
    order, _, argument = job.notebook.read_text().partition(" ")
    if order == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if order == "die_once" and not Path(argument).exists():
        Path(argument).touch()
        os._exit(1)
    if order in {"raise", "refuse"}:
        raise RuntimeError(argument) if order == "raise" else UsageError(argument)
    if order == "sleep":
        time.sleep(float(argument))
    if order == "drops":
        # As an interrupt that falls into a callback of the interpreter's: nobody hears of it.
        class Dropping:
            def __del__(self):
                Path(argument).write_text(str(os.getpid()))
                time.sleep(1000)

        Dropping()
        time.sleep(1000)
    if order == "child":
        child = subprocess.Popen(["sleep", "1000"])
        Path(argument).write_text(str(child.pid))
        try:
            child.wait()
        finally:
            child.kill()
            child.wait()
    if order == "swallow":
        Path(argument).write_text(str(os.getpid()))
        try:
            time.sleep(1000)
        except KeyboardInterrupt:
            time.sleep(0)
    return report(job)


def is_loaded(module):
    return module in sys.modules
