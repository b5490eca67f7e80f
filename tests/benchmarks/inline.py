"""The checks of a grader in the notebook's own process: as other tools run theirs.

What it makes of a right notebook is what the grader makes of it, at the price of the checks alone.
It keeps nothing apart: one monkeypatch, and everything passes.
"""

from __future__ import annotations

import copy
import importlib.util
import inspect
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import torch

from zachetka.agent.probing import NameMissingError, Namespace, reset_globals, seed_generators
from zachetka.errors import Cause, StudentFault
from zachetka.language import Text
from zachetka.pytest_plugin.check import MARK
from zachetka.pytest_plugin.rng import Rng
from zachetka.pytest_plugin.student import Student

SECRET = b"0123456789abcdef"
SHA256 = "ab" * 32


class InlineExamination:
    """Runs probes on the names of this process."""

    def __init__(self, user_ns):
        self.user_ns = user_ns
        self.submission = SimpleNamespace(sha256=SHA256, cells=())
        self.replies = {}
        self._codes = {}

    def flag(self, text):
        """Point nothing out to anybody."""

    def probe(self, probe, inputs, *, seed, timeout_s):
        del timeout_s
        if probe.source not in self._codes:
            self._codes[probe.source] = compile(probe.source, "<probe>", "exec")
        module = {}
        exec(self._codes[probe.source], module)  # noqa: S102 - our own source
        names = dict(self.user_ns)
        seed_generators(seed)
        try:
            value = module[probe.name](Namespace(self.user_ns), **copy.deepcopy(inputs))
        except NameMissingError as error:
            text = Text(en=f"{error} is missing", ru=f"нет {error}")
            raise StudentFault(Cause.MISSING, text, name=str(error)) from error
        except Exception as error:
            raise StudentFault(Cause.ERROR, Text(en=repr(error), ru=repr(error))) from error
        finally:
            for name in set(self.user_ns) - set(names):
                del self.user_ns[name]
            self.user_ns.update(names)
        return _detached(value)


def _detached(value):
    """Give values as they would have come through a pipe."""
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {key: _detached(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_detached, value))
    return value


def load_checks(grader):
    """Give the checks of a grader: the name of each, what it says of itself, and its function."""
    checks = []
    for file in sorted(Path(grader).glob("test_*.py")):
        name = f"inline_{file.parent.name}_{file.stem}".replace("-", "_")
        if name not in sys.modules:
            spec = importlib.util.spec_from_file_location(name, file)
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            spec.loader.exec_module(module)
        for owner in _owners(sys.modules[name]):
            for attribute in dir(owner):
                function = getattr(owner, attribute)
                for mark in getattr(function, "pytestmark", ()):
                    if mark.name == MARK:
                        (info,) = mark.args
                        check_id = f"{info.task}.{attribute.removeprefix('test_')}"
                        checks.append((check_id, info, function))
    return checks


def _owners(module):
    """Give what holds checks: a module and its classes of tests, as pytest finds them."""
    yield module
    for name, value in vars(module).items():
        if inspect.isclass(value) and name.startswith("Test"):
            yield value()


def failures(grader, user_ns, tasks=None):
    """Give the checks that fail, by name, with the reason."""
    examination = InlineExamination(user_ns)
    failed = {}
    reset_globals()
    for check_id, info, function in load_checks(grader):
        if tasks is not None and info.task not in tasks:
            continue
        given = {
            "rng": Rng(SECRET, SHA256, f"{check_id}\0inputs"),
            "student": Student(examination, Rng(SECRET, SHA256, f"{check_id}\0probes")),
        }
        try:
            function(**{name: given[name] for name in inspect.signature(function).parameters})
        except (StudentFault, AssertionError) as error:
            failed[check_id] = repr(error)
    return failed


def passes(task, user_ns):
    """Say whether a task of the notebook in this kernel is right; for a cell of another tool."""
    failed = failures(os.environ["ZACHETKA_BENCH_GRADER"], user_ns, {task})
    for check, reason in failed.items():
        print(check, reason)  # noqa: T201 - what the cell has to say
    return not failed
