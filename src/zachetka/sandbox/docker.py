"""A container per submission, by the command line of Docker or Podman.

A container is created first, which names every mistake of ours at once and gives an id that can be
killed at any moment, and then started with its stdin and stdout attached to our pipes. Nothing is
told about the agent but the limits. The container is not removed by the engine on its own, because
its state says what ended it; it is removed by us, by the reaper if we are killed, or by the next
run if the reaper was killed as well.

The agent is PID 1. No process of the sandbox can kill or stop it, and when it ends the kernel ends
all others. It ends when the host's end of its stdin is gone.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import secrets
import signal
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zachetka.errors import InfrastructureError
from zachetka.protocol.identity import agent_sha256
from zachetka.sandbox.base import MIB, Death, Limits, limits_with_rooms
from zachetka.sandbox.engine import (
    OWNER_LABEL,
    Engine,
    EngineRefusedError,
    find_engine,
    sweep,
)
from zachetka.sandbox.gauge import MemoryGauge, container_folder
from zachetka.sandbox.image import AGENT_LABEL, image_name
from zachetka.sandbox.owner import owner
from zachetka.sandbox.reaper import dismiss_reapers, ensure_reaper
from zachetka.sandbox.runtime import agent_environment
from zachetka.sandbox.stream import ChildProcess

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

log = logging.getLogger(__name__)

RUN_LABEL = "zachetka.run"
USER = "64999:64999"
# Of rooms, one after another: above what systems usually hand out.
FIRST_UID = 1_800_000_000
_KEPT_PROCESSES = 2
HOME = "/tmp"  # noqa: S108 - a path inside the container, in a tmpfs of its own
PACKAGE_ROOT = "/opt/zachetka"
PATH = "/opt/venv/bin:/usr/local/bin:/usr/bin:/bin"

_SHM_BYTES = 64 * MIB
_INODES_PER_MIB = 64
_OPEN_FILES = 1024
_END_TIMEOUT_S = 5.0
_SIGNAL_BASE = 128
# gVisor's kernel is a Go program, and these leave so; our agent never does.
_PANIC = 2
# It serves each process of a container with several of its own, and dies when it gets no more.
_PROCESSES_PER_GUEST = 32


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


class DockerProcess:
    """One container, from its start to its removal."""

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


class DockerSandbox:
    """Containers of one image, by whichever engine answers.

    `command` replaces the agent, for tests of the container itself.
    """

    name = "docker"

    def __init__(self, image: str | None = None, command: Sequence[str] = ()) -> None:
        self._image = image or image_name()
        self._command = list(command)

    def unavailable(self) -> str | None:
        """Ask for an engine and for the image; a yes is remembered, a no is asked again."""
        if self._image in _ready:
            return None
        try:
            engine = find_engine()
        except InfrastructureError as error:
            return str(error)
        try:
            answer = engine.ask(
                "image", "inspect", "--format", "{{.Id}} {{json .Config.Labels}}", self._image
            )
        except InfrastructureError:
            return (
                f"{engine.name} has no image {self._image}: build it with "
                "`zachetka sandbox --build`"
            )
        image_id, _, labels_json = answer.strip().partition(" ")
        labels = json.loads(labels_json or "null") or {}
        # An image built without Zachetka carries no label; then the agent's own word has to do.
        if labels.get(AGENT_LABEL, agent_sha256()) != agent_sha256():
            return (
                f"the image {self._image} holds the agent of another version of Zachetka: "
                "build it again with `zachetka sandbox --build`"
            )
        _ready[self._image] = (engine, image_id)
        return None

    def image(self) -> str | None:
        """Give the image's id."""
        return None if self.unavailable() else _ready[self._image][1]

    def enforcement(self, limits: Limits) -> Mapping[str, str]:
        """Say what the engine is told to bound, and how."""
        return {
            "network": "no interface but loopback (network none)",
            "memory": f"{limits.memory_bytes // MIB} MiB by control group, no swap",
            "processes": (
                "not enforced: what they take of the memory bounds them"
                if runtime_name()
                else f"{limits.processes} by control group"
            ),
            "disk": (
                f"read-only root; in memory, /tmp of {limits.disk_bytes // MIB} MiB "
                f"and /dev/shm of {_shm_bytes(limits) // MIB} MiB"
            ),
            "time": (
                f"{limits.cpus:g} CPUs by control group; "
                f"the whole container is killed after {limits.total_s:g} s"
            ),
            "system calls": " and ".join(
                ("a seccomp filter of the agent's", runtime_name() or "one of the engine's")
            ),
        }

    def holds_memory(self) -> bool:
        """Give True: a container has a control group."""
        return True

    def no_rooms(self) -> str | None:
        """Give None, for each room is a user of its own, but with a runtime other than usual."""
        runtime = runtime_name()
        return f"nobody has tried rooms with the runtime {runtime}" if runtime else None

    def start(self, limits: Limits, *, rooms: bool = False) -> DockerProcess:
        """Create a container and start it with its streams attached.

        Raises:
            InfrastructureError: no engine, no image, or the engine refused.
        """
        reason = self.unavailable()
        if reason is not None:
            raise InfrastructureError(reason)
        engine, image_id = _ready[self._image]
        ensure_reaper(engine)
        if engine not in _swept:
            sweep(engine)
            _swept.add(engine)
        if rooms:
            limits = limits_with_rooms(limits, kept_processes=_KEPT_PROCESSES)
        answer = engine.ask(
            "create",
            *container_options(limits, rooms=rooms),
            image_id,
            *self._command,
        ).split()
        if not answer:
            raise InfrastructureError(f"{engine.name} create gave no container")
        return DockerProcess(engine, answer[-1])


def _shm_bytes(limits: Limits) -> int:
    return min(_SHM_BYTES, limits.disk_bytes)


def container_options(limits: Limits, *, rooms: bool = False) -> list[str]:
    """Give the options of a container that holds these limits."""
    tmp = ",".join(
        (
            "rw,nosuid,nodev,noexec,mode=1777",
            f"size={limits.disk_bytes}",
            # Empty files cost no byte of the size; without a bound they could use up the memory.
            f"nr_inodes={max(1024, limits.disk_bytes // MIB * _INODES_PER_MIB)}",
        )
    )
    options = [
        *("--name", f"zachetka-{os.getpid()}-{secrets.token_hex(6)}"),
        *("--label", f"{OWNER_LABEL}={owner()}"),
        *("--label", f"{RUN_LABEL}={os.environ.get('ZACHETKA_RUN', '')}"),
        "--interactive",
        *("--pull", "never"),
        *("--log-driver", "none"),
        *("--network", "none"),
        *("--hostname", "sandbox"),
        *("--ipc", "private"),
        *("--cgroupns", "private"),
        *("--user", "0:0" if rooms else USER),
        *("--cap-drop", "ALL"),
        *("--security-opt", "no-new-privileges"),
        "--read-only",
        *("--tmpfs", f"/tmp:{tmp}"),  # noqa: S108 - the container's
        *("--shm-size", str(_shm_bytes(limits))),
        *("--memory", str(limits.memory_bytes)),
        *("--memory-swap", str(limits.memory_bytes)),
        *("--cpus", f"{limits.cpus:g}"),
        *("--pids-limit", str(limits.processes * (_PROCESSES_PER_GUEST if runtime_name() else 1))),
        *("--ulimit", "core=0:0"),
        # /dev/mqueue is the one folder left that anybody may write to.
        *("--ulimit", "msgqueue=0:0"),
        *("--ulimit", f"nofile={_OPEN_FILES}:{_OPEN_FILES}"),
    ]
    environment = agent_environment(HOME, PACKAGE_ROOT) | {"PATH": PATH}
    if rooms:
        environment["ZACHETKA_ROOMS"] = f"users:{FIRST_UID}"
        environment["USER"] = "student"  # no list of users knows those of rooms
        # For the processes that make rooms and clear them; a room has none of these.
        for capability in ("SETUID", "SETGID", "SETPCAP", "KILL", "DAC_OVERRIDE", "FOWNER"):
            options += ["--cap-add", capability]
    if runtime_name():
        options += ["--runtime", runtime_name()]
    for name, value in sorted(environment.items()):
        options += ["--env", f"{name}={value}"]
    return options


def runtime_name() -> str:
    """Give the runtime that was asked for, empty for the engine's own choice."""
    return os.environ.get("ZACHETKA_DOCKER_RUNTIME", "")


# What this process has found out already, by the image's name; and whom it has swept after.
_ready: dict[str, tuple[Engine, str]] = {}
_swept: set[Engine] = set()
_alive: set[DockerProcess] = set()


def _kill_all() -> None:
    for process in list(_alive):
        process.kill()
    dismiss_reapers()


def _forget_in_child() -> None:
    _alive.clear()


atexit.register(_kill_all)
os.register_at_fork(after_in_child=_forget_in_child)
