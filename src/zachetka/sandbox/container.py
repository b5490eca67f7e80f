"""One container: started with its streams attached to our pipes, watched, and removed.

The container is not removed by the engine on its own, because its state says what ended it; it is
removed by us, by the reaper if we are killed, or by the next run if the reaper was killed as well.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import signal
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zachetka.errors import InfrastructureError
from zachetka.sandbox.base import Death
from zachetka.sandbox.engine import OWNER_LABEL, EngineRefusedError, runtime_name
from zachetka.sandbox.gauge import MemoryGauge, container_folder
from zachetka.sandbox.owner import owner
from zachetka.sandbox.reaper import dismiss_reapers
from zachetka.sandbox.stream import ChildProcess

if TYPE_CHECKING:
    from zachetka.sandbox.engine import Engine

log = logging.getLogger(__name__)

_END_TIMEOUT_S = 5.0
_SIGNAL_BASE = 128
# gVisor's kernel is a Go program, and these leave so; our agent never does.
_PANIC = 2


@dataclass(frozen=True, slots=True)
class _State:
    """What the engine says of a container."""

    status: str
    exit_code: int
    out_of_memory: bool
    error: str

    @property
    def has_run(self) -> bool:
        return self.status not in {"created", "configured", "initialized"}

    @property
    def has_ended(self) -> bool:
        return self.status in {"exited", "stopped", "dead"}


class Container:
    """One container that exists already, from its start to its removal."""

    def __init__(self, engine: Engine, container_id: str) -> None:
        self._engine = engine
        self._id = container_id
        self._gauge = MemoryGauge(lambda: container_folder(container_id))
        self._lock = threading.RLock()
        self._state: _State | None = None
        self._state_error: str | None = None
        self._killed_by_us = False
        self._removed = False
        self._client_code: int | None = None
        _alive.add(self)
        try:
            self._client = ChildProcess(
                [engine.command, "start", "--attach", "--interactive", container_id]
            )
        except InfrastructureError:
            self._remove()
            raise
        self.stdin_fd = self._client.stdin_fd
        self.stdout_fd = self._client.stdout_fd

    @property
    def container_id(self) -> str:
        """The engine's id of the container."""
        return self._id

    def watch(self) -> None:
        """Keep the client's stderr flowing and read the memory files while they exist."""
        with self._lock:
            if not self._removed:
                self._client.drain_stderr()
                self._gauge.read()

    def memory_kills(self) -> int:
        """Count the processes that the memory limit has killed so far, where that can be seen."""
        self.watch()
        return self._gauge.kills

    def kill(self) -> None:
        """Remove the container with everything in it, and see that it is gone; idempotent."""
        with self._lock:
            if self._removed:
                return
            self._gauge.read()
            self._client_code = self._client.poll()
            self._look()
            if self._state is None or not self._state.has_ended:
                self._killed_by_us = True
            self._remove()
            self._client.kill()

    def death(self) -> Death:
        """Wait a moment for the end, remove the container and say what is known."""
        with self._lock:
            if not self._removed:
                deadline = time.monotonic() + _END_TIMEOUT_S
                while self._client.poll() is None and time.monotonic() < deadline:
                    self.watch()
                    time.sleep(0.01)
                self.kill()
        return self._describe()

    def host_out_of_memory(self) -> bool:
        """Say whether the machine had no memory left for it, as far as its files are seen."""
        self.watch()
        return self._gauge.host_has_killed

    def peak_memory_bytes(self) -> int | None:
        """Give the control group's own maximum, None where the host cannot see it."""
        return self._gauge.peak_bytes

    def start_anew(self) -> bool:
        """Forget the peak; memory must be measured here, and never have been short."""
        self.watch()
        is_seen = self._gauge.peak_bytes is not None
        self._gauge.forget_peak()
        return is_seen and not self._gauge.was_short

    def _describe(self) -> Death:
        state = self._state
        tail = self._client.stderr_tail()
        engine_error: str | None = None
        panicked = (
            "runsc" in runtime_name()
            and state is not None
            and state.has_ended
            and state.exit_code == _PANIC
        )
        # Without memory it may panic as well as be killed; what took the memory is to blame.
        starved = panicked and self._gauge.own_limit_reached
        if state is None:
            engine_error = self._state_error or "the engine no longer knows the container"
        elif state.error or (not state.has_run and self._client_code is not None):
            engine_error = state.error or tail.strip() or "the container was never started"
        elif panicked and not starved:
            engine_error = f"the runtime {runtime_name()} ended in a panic of its own"
        elif not state.has_ended and self._client_code is not None:
            # It was still running, so its client left because the engine or somebody made it.
            engine_error = f"the engine's client left with {self._client_code}: {tail.strip()}"
        elif self._client_code is not None and self._client_code < 0 and not self._killed_by_us:
            engine_error = f"the engine's client was killed by signal {-self._client_code}"
        exit_code: int | None = None
        if state is not None and state.has_ended:
            # The engine adds 128 to the number of a signal, as a shell does.
            past_signals = state.exit_code > _SIGNAL_BASE
            exit_code = _SIGNAL_BASE - state.exit_code if past_signals else state.exit_code
        elif self._killed_by_us and self._removed:
            exit_code = -signal.SIGKILL
        return Death(
            exit_code=exit_code,
            out_of_memory=starved
            or self._gauge.limit_has_killed
            or (state is not None and state.out_of_memory and not self._gauge.host_has_killed),
            host_out_of_memory=self._gauge.host_has_killed,
            engine_error=engine_error,
            stderr_tail=tail,
        )

    def _look(self) -> None:
        try:
            answer = self._engine.ask(
                "inspect", "--type", "container", "--format", "{{json .State}}", self._id
            )
            fields = json.loads(answer)
            self._state = _State(
                status=str(fields["Status"]),
                exit_code=int(fields["ExitCode"]),
                out_of_memory=bool(fields["OOMKilled"]),
                error=str(fields.get("Error") or ""),
            )
        except (InfrastructureError, ValueError, KeyError, TypeError) as error:
            self._state_error = str(error)

    def _remove(self) -> None:
        for attempt in range(3):
            try:
                with contextlib.suppress(EngineRefusedError):  # "no such container" is fine
                    self._engine.ask("rm", "--force", "--volumes", self._id)
                left = self._engine.ask(
                    "ps", "-aq", "--no-trunc", "--filter", f"label={OWNER_LABEL}={owner()}"
                )
                if self._id not in left.split():
                    self._removed = True
                    _alive.discard(self)
                    return
            except InfrastructureError as error:
                self._state_error = self._state_error or str(error)
            time.sleep(0.2 * (attempt + 1))
        log.error("container %s could not be removed; the next run will try", self._id[:12])


# Those of this process, which are removed when it ends.
_alive: set[Container] = set()


def _kill_all() -> None:
    for process in list(_alive):
        process.kill()
    dismiss_reapers()  # last: where that above fails, they have work to do


atexit.register(_kill_all)
os.register_at_fork(after_in_child=_alive.clear)
