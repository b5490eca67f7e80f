"""A container per submission, by the command line of Docker or Podman.

A container is created first, which names every mistake of ours at once and gives an id that can be
killed at any moment, and then started (see `container`). Nothing is told about the agent but the
limits.

The agent is PID 1. No process of the sandbox can kill or stop it, and when it ends the kernel ends
all others. It ends when the host's end of its stdin is gone.
"""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING

from zachetka.errors import InfrastructureError
from zachetka.protocol.identity import agent_sha256
from zachetka.sandbox.base import MIB, Limits, limits_with_rooms
from zachetka.sandbox.container import Container
from zachetka.sandbox.engine import (
    OWNER_LABEL,
    Engine,
    EngineRefusedError,
    find_engine,
    runtime_name,
    sweep,
)
from zachetka.sandbox.image import AGENT_LABEL, image_name
from zachetka.sandbox.owner import owner
from zachetka.sandbox.reaper import ensure_reaper
from zachetka.sandbox.runtime import AGENT_ROOT, agent_environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RUN_LABEL = "zachetka.run"
USER = "64999:64999"
# Of rooms, one after another: above what systems usually hand out.
FIRST_UID = 1_800_000_000
_KEPT_PROCESSES = 2
# What mends an image that is missing or old.
BUILD = "`zachetka sandbox --build`"
HOME = "/tmp"  # noqa: S108 - a path inside the container, in a tmpfs of its own
PATH = "/opt/venv/bin:/usr/local/bin:/usr/bin:/bin"

_SHM_BYTES = 64 * MIB
_INODES_PER_MIB = 256
_OPEN_FILES = 1024
# gVisor serves each process of a container with several, and dies when it gets no more.
_PROCESSES_PER_GUEST = 32


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
            answer = engine.ask(
                "image", "inspect", "--format", "{{.Id}} {{json .Config.Labels}}", self._image
            )
        except EngineRefusedError:
            return f"{engine.name} has no image {self._image}: build it with {BUILD}"
        except InfrastructureError as error:
            return str(error)
        image_id, _, labels_json = answer.strip().partition(" ")
        labels = json.loads(labels_json or "null") or {}
        # An image built without Zachetka carries no label; then the agent's own word has to do.
        if labels.get(AGENT_LABEL, agent_sha256()) != agent_sha256():
            return (
                f"the image {self._image} holds the agent of another version of Zachetka: "
                f"build it again with {BUILD}"
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
            "time": f"{limits.cpus:g} CPUs by control group, deadlines on the host's clock",
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

    def start(self, limits: Limits, *, rooms: bool = False) -> Container:
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
        return Container(engine, answer[-1])


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
    environment = agent_environment(HOME, AGENT_ROOT) | {"PATH": PATH}
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


# What this process has found out already, by the image's name; and whom it has swept after.
_ready: dict[str, tuple[Engine, str]] = {}
_swept: set[Engine] = set()
