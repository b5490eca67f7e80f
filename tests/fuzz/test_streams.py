"""A whole session on whatever an agent may write, in whatever pieces."""

import contextlib
import os
from types import SimpleNamespace

import pytest
from fuzzing import KIB, fuzzed, outcome
from hypothesis import example, given
from hypothesis import strategies as st
from mutations import damaged, spliced, to_json

from zachetka import channel, session
from zachetka.errors import Cause, InfrastructureError, StudentFault
from zachetka.probe import Probe
from zachetka.protocol.frames import MAGIC, PREFIX, encode_frame
from zachetka.protocol.identity import agent_sha256
from zachetka.protocol.values import encode_value
from zachetka.sandbox.base import Death, Limits
from zachetka.submission import Cell

HELLO = {"type": "hello", "protocol": 1, "agent": agent_sha256(), "python": "3", "torch": "2"}
CELL = {
    "type": "cell",
    "index": 0,
    "status": "error",
    "duration_s": 0.1,
    "error": "NameError: x",
    "rescued": ["f", "Класс"],
    "truncated": False,
}
RAN = {"type": "ran", "cpu_s": 0.5, "peak_memory_bytes": 1 << 20}
VALUE = {"type": "value", "value": encode_value({"out": [1, 2.5]}, max_bytes=10)[0]}
FAULT = {"type": "fault", "cause": "error", "detail": "E: x", "function": "f", "line": 3}
STORIES = [
    [HELLO, {"type": "start", "index": 0}, CELL, {**CELL, "index": 3}, RAN, VALUE],
    [HELLO, RAN, FAULT],
    [HELLO, RAN, {"type": "lost"}],
]
KEYS = ("type", "index", "status", "error", "value", "cause", "detail", "line", "torch", "k", "v")
FRAMES = damaged(STORIES, KEYS).map(
    lambda story: b"".join(
        PREFIX.pack(MAGIC, len(body), 0) + body
        for body in map(to_json, story if isinstance(story, list) else [story])
    )
)
HELLO_FRAME = encode_frame(HELLO)
STREAMS = [b"".join(map(encode_frame, story[1:])) for story in STORIES]
BYTES = spliced(
    STREAMS,
    (
        MAGIC,
        PREFIX.pack(MAGIC, 2, 0),
        PREFIX.pack(MAGIC, 2, 1 << 20),
        PREFIX.pack(MAGIC, (4 << 20) - 1, 0),
        PREFIX.pack(MAGIC, 2, (1 << 64) - 1),
        *map(encode_frame, (CELL, RAN, VALUE, FAULT)),
    ),
).map(lambda rest: HELLO_FRAME + rest)
CELLS = (Cell(0, "x"), Cell(3, "y"))
LIMITS = Limits(reply_bytes=1 << 20)
MOST_LOOKS = 5000
PATIENT_LOOKS = 5


class Clock:
    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now


class FakeSandbox:
    """Writes the next piece whenever the session looks, then closes the pipe or says nothing."""

    def __init__(self, data, sizes, *, silent, clock):
        self.pieces = list(cut(data, sizes))
        self.silent = silent
        self.clock = clock
        self.looks = 0
        self.idle_looks = 0
        self.killed = False

    def start(self, _limits, *, rooms):
        assert not rooms
        self.stdout_fd, self._end = os.pipe()
        os.set_blocking(self._end, False)
        self.stdin_fd = os.open(os.devnull, os.O_WRONLY)
        return self

    def watch(self):
        self.looks += 1
        assert self.looks < MOST_LOOKS
        if self.pieces:
            self._write(self.pieces.pop(0))
        elif self.silent:
            # Sending looks as well; only who has nothing left to read goes on looking.
            self.idle_looks += 1
            self.clock.now += 1e6 * (self.idle_looks > PATIENT_LOOKS)
        elif self._end is not None:
            os.close(self._end)
            self._end = None

    def _write(self, piece):
        with contextlib.suppress(BlockingIOError):
            piece = piece[os.write(self._end, piece) :]
        if piece:
            self.pieces.insert(0, piece)  # the pipe is full, and nobody reads yet

    def kill(self):
        if self.killed:
            return
        self.killed = True
        for fd in (self.stdin_fd, self.stdout_fd, self._end):
            if fd is not None:
                os.close(fd)

    def host_out_of_memory(self):
        return False

    def death(self):
        return Death(exit_code=1)


def cut(data, sizes):
    """Cut into pieces of the given sizes, over and over; none is larger than a pipe."""
    at, turn = 0, 0
    while at < len(data):
        # After so many pieces the rest may come at once: the loop has seen enough of them.
        size = max(1, sizes[turn % len(sizes)]) if sizes and turn < 500 else 60_000
        yield data[at : at + size]
        at, turn = at + size, turn + 1


def hold(sandbox, answers):
    with session.Session(sandbox, LIMITS) as open_session:
        answers.append(open_session)
        open_session.execute(CELLS)
        probe = Probe("probe", "def probe(nb): ...")
        answers.append(open_session.probe(probe, {}, seed=1, timeout_s=1.0))


def told(*headers):
    return b"".join(map(encode_frame, (HELLO, *headers)))


@fuzzed
@given(FRAMES | BYTES, st.binary(max_size=6), st.booleans())
@example(told(*STORIES[0][1:]), b"\x01", False)
@example(told(CELL, CELL, RAN), b"", False)
@example(told({**CELL, "index": 1}, RAN), b"", False)
@example(told({**CELL, "rescued": ["x" * 5000] * 50}, RAN), b"", False)
@example(told(RAN, {"type": "value", "value": {"k": "x", "v": 1}}), b"", False)
@example(told(RAN, {**FAULT, "detail": "\ud800"}), b"", False)
@example(told() + PREFIX.pack(MAGIC, 4 << 20, 0) + b"{", b"", True)
@example(told() + PREFIX.pack(MAGIC, 20, 1 << 20) + b'{"type": "value"}   ', b"", True)
def test_any_stream_is_a_verdict_or_an_error_of_ours(data, sizes, silent):
    clock, answers = Clock(), []
    sandbox = FakeSandbox(data, sizes, silent=silent, clock=clock)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(channel, "TICK_S", 0.0)
        for module in (channel, session):
            patch.setattr(module, "time", SimpleNamespace(monotonic=clock.monotonic))
        ended = outcome(
            lambda: hold(sandbox, answers),
            errors=(StudentFault, InfrastructureError),
            # A read asks for a mebibyte at most, whatever length was announced.
            at_most_bytes=(1 << 20) + 128 * KIB + 60 * len(data),
        )
    assert sandbox.killed
    if not answers:
        # No student code has run yet: nothing here may cost a student points.
        assert isinstance(ended, InfrastructureError)
        return
    if isinstance(ended, StudentFault):
        assert ended.text.en
        assert ended.text.ru
    else:
        assert ended is None or not answers[0].cells
    replies = answers[0].cells
    assert {reply.index for reply in replies} <= {cell.index for cell in CELLS}
    assert len({reply.index for reply in replies}) == len(replies)
    for reply in replies:
        assert 0 <= reply.duration_s < float("inf")
        assert all(len(name) <= 200 for name in reply.rescued)
    assert 0 <= answers[0].cpu_s < float("inf")


def test_an_honest_stream_is_read_to_its_end_in_single_bytes():
    answers = []
    data = told(*STORIES[0][1:])
    hold(FakeSandbox(data, b"\x01", silent=False, clock=Clock()), answers)
    assert answers[1:] == [{"out": [1, 2.5]}]


def test_of_one_notebook_so_many_bytes_are_taken_in_and_no_more(monkeypatch):
    monkeypatch.setattr(channel, "MAX_NOTEBOOK_BYTES", 10_000)
    data = told(*[{"type": "start", "index": 0}] * 1000, RAN, VALUE)
    with pytest.raises(StudentFault) as caught:
        hold(FakeSandbox(data, b"", silent=False, clock=Clock()), [])
    assert caught.value.cause is Cause.OUTPUT_LIMIT
