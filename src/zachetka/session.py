"""One submission in one sandbox: run the cells, then ask probes, all under deadlines.

Everything that arrives is untrusted until it has passed through `protocol` and the models of
`replies`. What goes wrong is told apart here: a `StudentFault` is a verdict, an
`InfrastructureError` is ours.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any, Self

from pydantic import ValidationError

from zachetka.agent.patience import WALL_FACTOR
from zachetka.channel import Channel
from zachetka.errors import Cause, InfrastructureError, StudentFault
from zachetka.protocol.frames import VERSION, FrameTooLargeError, ProtocolError
from zachetka.protocol.identity import agent_sha256
from zachetka.protocol.values import decode_value, encode_value
from zachetka.replies import (
    CellReply,
    Fault,
    Hello,
    KernelLostError,
    Ran,
    Start,
    student_fault,
    validated,
)
from zachetka.sandbox.base import ROOMS_BYTES
from zachetka.sandbox.failure import Phase, broken, host_out_of_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from zachetka.probe import Probe
    from zachetka.sandbox.base import Limits, Sandbox
    from zachetka.submission import Cell

START_TIMEOUT_S = 120.0
GRACE_S = 60.0
END_ROOM_TIMEOUT_S = 10.0
MAX_INPUT_BYTES = 128 << 20


class Session:
    """An open sandbox with one notebook at a time in it. Use it as a context manager.

    With `rooms` it may be vacated and renewed: each notebook gets a room of its own in it.
    What there is to do `meanwhile` is done on another core while the sandbox loads.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        limits: Limits,
        *,
        rooms: bool = False,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        self.limits = limits
        self._token = ""
        self._rooms = rooms
        self._harmed = False
        self._process = sandbox.start(limits, rooms=rooms)
        try:
            self._channel = Channel(self._process, limits)
            if meanwhile is not None:
                meanwhile()
            self._begin()
        except BaseException:
            self._process.kill()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the sandbox; idempotent."""
        self._channel.close()

    @property
    def closed(self) -> bool:
        """Whether the sandbox has ended, or nobody may talk to it any more."""
        return self._channel.closed

    def peak_memory_bytes(self) -> int:
        """Give the largest memory use seen from outside, else what the agent claims."""
        return self._process.peak_memory_bytes() or self.agent_peak_memory_bytes

    def is_unharmed(self) -> bool:
        """Say whether no cell and no probe has passed a limit or taken its process down."""
        cells = {cell.status for cell in self.cells}
        whole = self._channel.is_drained() and not (self.closed or self._harmed)
        return whole and cells <= {"ok", "error", "skipped"}

    def vacate(self) -> bool:
        """End the room of this notebook, so that another one may have a room in the sandbox.

        Everything of it is gone then; whatever looks otherwise ends the sandbox.

        Returns:
            whether it worked; if not, the session is closed.
        """
        try:
            is_empty = self._rooms and self.is_unharmed() and self._end_room()
            if is_empty and self._process.start_anew():
                return True
        except (StudentFault, InfrastructureError):
            pass
        self.close()
        return False

    def renew(self) -> bool:
        """Open a room for another notebook in an empty sandbox.

        Returns:
            whether it worked; if not, the session is closed.
        """
        try:
            self._begin()
        except (StudentFault, InfrastructureError):
            self.close()
            return False
        return True

    def _begin(self) -> None:
        self.cells: list[CellReply] = []
        self.cpu_s = 0.0
        self.agent_peak_memory_bytes = 0
        self.running_cell: int | None = None
        self.kept = False
        self._channel.start_anew()
        if self._rooms:
            last, self._token = self._token, secrets.token_hex(16)
            self._channel.send(
                {"type": "open", "token": self._token, "after": last},
                deadline=time.monotonic() + START_TIMEOUT_S,
            )
        self._greet()

    def _end_room(self) -> bool:
        """Ask for the room's end, and say whether its keeper says that nothing of it is left."""
        deadline = time.monotonic() + END_ROOM_TIMEOUT_S
        self._channel.send({"type": "end"}, deadline=deadline)
        header, _ = self._channel.receive(deadline=deadline)
        closed = {"type": "closed", "token": self._token, "status": 0, "clean": True}
        return header == closed and self._channel.is_drained()

    def execute(self, cells: Sequence[Cell], lost: Mapping[int, str] | None = None) -> None:
        """Run the cells top to bottom; how each ended stands in `self.cells`.

        Args:
            cells: the code cells.
            lost: cells that brought an earlier sandbox down, with the status to report: only
                what they declare is run.

        Raises:
            StudentFault: the notebook as a whole could not be run to its end.
            InfrastructureError: the sandbox was lost by our fault.
        """
        limits = self.limits
        # What a cell declared that was lost earlier is run without further notice.
        self._channel.phase = Phase.RUNNING if lost else Phase.WAITING
        self._channel.send(
            {
                "type": "run",
                "cells": [{"index": cell.index, "source": cell.source} for cell in cells],
                "limits": {
                    "cell_s": limits.cell_s,
                    "total_s": limits.total_s,
                    "output_bytes": limits.output_bytes,
                    "processes": limits.processes,
                    # Of each process: what a room was born with counts, too.
                    "memory_bytes": limits.memory_bytes + (ROOMS_BYTES if self._rooms else 0),
                },
                "lost": [{"index": key, "status": value} for key, value in (lost or {}).items()],
            },
            deadline=time.monotonic() + START_TIMEOUT_S,
        )
        known = {cell.index for cell in cells}
        deadline = time.monotonic() + limits.total_s + START_TIMEOUT_S + GRACE_S
        while True:
            header, _ = self._receive(deadline)
            if header["type"] in {"start", "cell", "ran"}:
                self._channel.phase = Phase.RUNNING
            if header["type"] == "start":
                self.running_cell = validated(Start, header).index
            elif header["type"] == "cell":
                reply = validated(CellReply, header)
                if reply.index not in known:
                    raise broken("a cell that was not asked for")
                known.remove(reply.index)
                self.cells.append(reply)
            elif header["type"] == "ran":
                ran = validated(Ran, header)
                self.cpu_s, self.agent_peak_memory_bytes = ran.cpu_s, ran.peak_memory_bytes
                self.running_cell = None
                self._distrust_memory()
                return
            else:
                raise broken(f"a frame of type {header['type'][:20]!r}")

    def probe(
        self,
        probe: Probe,
        inputs: dict[str, Any],
        *,
        seed: int,
        timeout_s: float,
        fresh: bool = True,
        keep: bool = False,
    ) -> Any:
        """Run one probe against the notebook and give what it returned, still a claim.

        Args:
            probe: what to run.
            inputs: its keyword arguments.
            seed: what the random generators start from.
            timeout_s: seconds of its own computing.
            fresh: in a new copy of the notebook, not in the one that the last probe left.
            keep: leave the copy for the next probe if it gave a value, or asked first of all for
                a name that is not there, and nothing has changed in it; `kept` says afterwards
                whether it did.

        Raises:
            StudentFault: it did not return, or not in time.
            KernelLostError: an earlier probe took the kernel down; this one was not run.
            InfrastructureError: the sandbox was lost by our fault.
        """
        try:
            tree, blob = encode_value(inputs, max_bytes=MAX_INPUT_BYTES)
        except FrameTooLargeError as error:
            raise InfrastructureError(f"the inputs of {probe.name} are too large") from error
        header = {
            "type": "probe",
            "name": probe.name,
            "source": probe.source,
            "inputs": tree,
            "seed": seed,
            "timeout_s": timeout_s,
            "reply_bytes": self.limits.reply_bytes,
            "fresh": fresh,
            "keep": keep,
        }
        deadline = time.monotonic() + WALL_FACTOR * timeout_s + GRACE_S
        self._channel.send(header, blob, deadline=deadline)
        self.kept = False
        answer, out = self._receive(deadline, max_blob_bytes=self.limits.reply_bytes + (1 << 20))
        if answer["type"] == "fault":
            self._distrust_memory()
            fault = student_fault(validated(Fault, answer), timeout_s, self.limits)
            self._harmed |= fault.cause not in {Cause.ERROR, Cause.MISSING}
            self.kept = keep and answer.get("kept") is True
            raise fault
        if answer["type"] == "lost":
            self._distrust_memory()
            self.close()
            raise KernelLostError
        if answer["type"] != "value":
            raise broken(f"a frame of type {answer['type'][:20]!r}")
        try:
            value = decode_value(answer.get("value"), out)
        except ProtocolError as error:
            raise broken(str(error)) from error
        self.kept = keep and answer.get("kept") is True
        return value

    def _distrust_memory(self) -> None:
        """Believe no end of a process here if the machine has killed one for its own want.

        Raises:
            InfrastructureError: it has.
        """
        if self._process.host_out_of_memory():
            self.close()
            raise host_out_of_memory()

    def _greet(self) -> None:
        header, _ = self._receive(time.monotonic() + START_TIMEOUT_S)
        try:
            hello = Hello.model_validate(header)
        except ValidationError as error:
            raise InfrastructureError("the sandbox's agent does not say hello") from error
        if hello.protocol != VERSION or hello.agent != agent_sha256():
            raise InfrastructureError(
                "the agent in the sandbox is of another version of Zachetka: its image is old "
                "(`zachetka sandbox --build`), or the sources changed during this run"
            )

    def _receive(self, deadline: float, *, max_blob_bytes: int = 0) -> tuple[dict[str, Any], bytes]:
        header, blob = self._channel.receive(deadline=deadline, max_blob_bytes=max_blob_bytes)
        if header["type"] == "closed" and header.get("token") == self._token != "":
            # What only the keeper knows: the room has ended, and with it the notebook.
            status = header.get("status")
            raise self._channel.lost(status if isinstance(status, int) else None)
        return header, blob
