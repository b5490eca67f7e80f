"""Whatever a student's code makes of the replies to probes, a grader has a verdict on it.

Every hidden check is run on the replies of the reference solution, with a few of their parts
replaced, dropped or doubled. It may pass or fail; any other error would be the grader's own, and
would be reported as a fault of ours that a student has caused.
"""

import functools
import importlib.util
import inspect
import random
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from fuzzing import INPUTS

from zachetka.agent.probing import Namespace, seed_generators
from zachetka.errors import Cause, StudentFault
from zachetka.language import Text
from zachetka.manifest import assignment_names
from zachetka.protocol.values import Other, decode_value, encode_value
from zachetka.pytest_plugin.check import MARK
from zachetka.pytest_plugin.examination import Examination, SeveralProbesError
from zachetka.pytest_plugin.rng import Rng
from zachetka.pytest_plugin.student import Student
from zachetka.sandbox.base import Limits
from zachetka.submission import read_submission

ROOT = Path(__file__).resolve().parents[2]
SECRET = b"forged" * 8
# Of every check. Each takes a hundred times as long as an input of other targets.
REPLIES = INPUTS // 100 or 60
FILES = [
    pytest.param(assignment, file, id=f"{assignment}-{file.stem}")
    for assignment in assignment_names(ROOT)
    for file in sorted((ROOT / "graders" / assignment).glob("test_*.py"))
]
# All items of a list, where other paths have a key or an index.
EACH = slice(None)
LARGEST = 2**63 - 1
ODD = (
    *(None, True, 0, -1, LARGEST, 0.5, float("nan"), 1e308, "", "x", [], [[]], [None], {}, ()),
    *({"a": 1}, Other("Figure"), np.zeros(3), torch.zeros(()), torch.empty(0), torch.ones(2, 2)),
    torch.ones(3, dtype=torch.bool),
)
NUMBERS = (
    *(lambda v: v + 1, lambda v: -v, lambda _: 0, lambda _: LARGEST, lambda _: -LARGEST - 1),
    *(lambda _: 0.0, lambda _: float("nan"), lambda _: float("inf"), lambda _: 1e308),
    lambda _: 1e-320,
)
WORDS = (
    *(lambda _: "", lambda v: v + "z", lambda _: "<b>\0", lambda _: "network", lambda _: "class"),
    lambda _: "z" * 5000,
)
LISTS = (
    *(lambda v: v[:0], lambda v: v[:-1], lambda v: v[1:], lambda v: v + v[-1:], lambda v: v[::-1]),
    *(lambda v: v[: len(v) // 2], lambda v: (v * 300)[:300], lambda v: v[:1] * len(v)),
    lambda v: v + type(v)([None]),
)
TENSORS = (
    *(lambda t: t[:0], lambda t: t[:-1], lambda t: torch.cat([t, t]), lambda t: t[None]),
    *(lambda t: t[..., :0], torch.zeros_like, torch.ones_like, torch.flatten, lambda t: -t),
    *(lambda t: t.flatten()[0], lambda t: t.transpose(0, 1), lambda t: t * 1000),
    *(torch.Tensor.double, torch.Tensor.half, torch.Tensor.long, torch.Tensor.bool),
    *(lambda t: t.to(torch.complex64), lambda t: t * float("nan"), lambda t: t / 0),
    *(lambda t: t.float() * 3e38, lambda t: t * 1e-30, lambda t: t + torch.rand(t.shape)),
    lambda t: torch.where(torch.arange(t.numel()).view(t.shape) > 0, t, float("nan")),
)


class Replies:
    """Stands for a session: answers probes as the reference solution does, but for a change."""

    closed = kept = False
    cells = ()

    def __init__(self, names):
        self.change = lambda value: value
        self.right = []
        self._names = names
        self._known = {}

    def probe(self, probe, inputs, *, seed, **_):
        tree, blob = encode_value(inputs, max_bytes=1 << 30)
        asked = (probe.name, repr(tree), bytes(blob), seed)
        if asked not in self._known:
            self._known[asked] = self._answer(probe, tree, blob, seed)
        answer = self._known[asked]
        if isinstance(answer, Exception):
            raise StudentFault(Cause.ERROR, Text(str(answer), str(answer)))
        value = decode_value(*answer)
        self.right.append(value)
        return self.change(value)

    def _answer(self, probe, tree, blob, seed):
        seed_generators(seed)
        module = {"__name__": "probe"}
        exec(compile(probe.source, "probe", "exec"), module)  # noqa: S102 - of our own
        try:
            value = module[probe.name](Namespace(dict(self._names)), **decode_value(tree, blob))
            return encode_value(value, max_bytes=64 << 20)
        except Exception as error:  # noqa: BLE001 - a notebook is asked for what it may not have
            return error


@functools.cache
def solved(assignment):
    """Give the reference solution, and the names that it leaves when it is run."""
    path = ROOT / "reference_solutions" / assignment / "solution.ipynb"
    submission = read_submission(path)
    names = {"__name__": "__main__"}
    for cell in submission.cells:
        exec(compile(cell.source, f"cell {cell.index}", "exec"), names)  # noqa: S102 - of our own
    return submission, names


def checks_of(file):
    spec = importlib.util.spec_from_file_location(f"forged_{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    shared = [vars(module)[name]() for name in vars(module) if name.startswith("Test")]
    for owner in (module, *shared):
        for name in dir(owner):
            function = getattr(owner, name)
            if any(mark.name == MARK for mark in getattr(function, "pytestmark", ())):
                yield f"{name} of {inspect.getdoc(owner)}", function


def run(check, name, submission, replies):
    """Run a check; give back nothing, whether it passes or fails."""
    examination = Examination(
        submission, Limits(), SECRET, session=replies, lost=None, reopen=lambda: replies
    )
    examination.attempt(alone=True)
    rngs = {use: Rng(SECRET, submission.sha256, f"{name} {use}") for use in ("inputs", "probes")}
    given = {"rng": rngs["inputs"], "student": Student(examination, rngs["probes"])}
    with suppress(StudentFault, AssertionError, SeveralProbesError):
        check(**{each: given[each] for each in inspect.signature(check).parameters})


def paths(value, path=()):
    """Give the way to every part of a reply, but of lists to their ends and to all items only."""
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*path, key))
    elif isinstance(value, list | tuple) and value:
        for place in (0, -1, EACH):
            yield from paths(value[0 if place == EACH else place], (*path, place))


def changed(value, path, change):
    """Give a reply with one part changed, or all items of one list."""
    if not path:
        return change(value)
    place, *rest = path
    if isinstance(place, str):
        is_there = isinstance(value, dict) and place in value
        return {**value, place: changed(value[place], rest, change)} if is_there else value
    if isinstance(value, list | tuple) and value:
        items = list(value)
        if place == EACH:
            items = [changed(item, rest, change) for item in items]
        else:
            items[place] = changed(items[place], rest, change)
        return type(value)(items)
    return value


def forge(value, rng):
    """Give something in place of a value: mostly something like it, which goes further."""
    kinds = {
        bool: (lambda v: not v,),
        (int, float): NUMBERS,
        str: WORDS,
        (list, tuple): LISTS,
        torch.Tensor: TENSORS,
        np.ndarray: [lambda a, c=c: c(torch.from_numpy(a)).numpy() for c in TENSORS],
    }
    fitting = next((changes for kind, changes in kinds.items() if isinstance(value, kind)), ())
    if fitting and rng.random() < 0.8:
        # Not every change goes with every shape and dtype.
        with suppress(RuntimeError, IndexError, TypeError, OverflowError):
            return rng.choice(fitting)(value)
    return rng.choice(ODD)


def seeded(*what):
    return random.Random(repr(what))  # noqa: S311 - the same ones in every run


@pytest.mark.parametrize(("assignment", "file"), FILES)
def test_a_grader_has_a_verdict_on_any_reply(assignment, file):
    submission, names = solved(assignment)
    for name, check in checks_of(file):
        replies = Replies(names)
        run(check, name, submission, replies)
        parts = [path for value in replies.right for path in paths(value)]
        for number in range(REPLIES):
            chosen = seeded(name, number).sample(parts, min(len(parts), 1 + number % 3))

            # The same forgery in every reply to a check that asks more than once.
            def forged(value, chosen=chosen, number=number):
                for path in chosen:
                    rng = seeded(path, number)
                    value = changed(value, path, lambda part, rng=rng: forge(part, rng))
                return value

            replies.change = forged
            try:
                run(check, name, submission, replies)
            except Exception as error:
                error.add_note(f"{file.stem}: {name}, forged reply {number} at {chosen}")
                raise
