"""The command line of Docker or Podman: which one answers, and asking it.

Every container of ours carries the label `zachetka.owner`, so that the next run can clean up after
one that was killed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from zachetka.errors import InfrastructureError
from zachetka.sandbox.owner import is_dead

KNOWN_ENGINES = ("docker", "podman")
OWNER_LABEL = "zachetka.owner"
ASK_TIMEOUT_S = 30.0
_QUICK_TIMEOUT_S = 10.0  # a healthy one may need seconds where every core is busy


class EngineRefusedError(InfrastructureError):
    """The engine answered, and the answer was no."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine that is installed, by the path of its command."""

    command: str

    @property
    def name(self) -> str:
        """The word that a person knows it by."""
        return Path(self.command).name

    def ask(self, *arguments: str, timeout_s: float = ASK_TIMEOUT_S) -> str:
        """Run one command of the engine and give what it printed.

        Raises:
            EngineRefusedError: it said no; the message is its own last line.
            InfrastructureError: it gave no answer in time, or cannot be run.
        """
        try:
            done = subprocess.run(
                [self.command, *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout_s,
                check=False,
                cwd="/",
                # Ctrl-C in a terminal is ours to handle; half an answer helps nobody.
                start_new_session=True,
            )
        except subprocess.TimeoutExpired as error:
            raise InfrastructureError(
                f"{self.name} gave no answer to `{arguments[0]}` in {timeout_s:g} s"
            ) from error
        except OSError as error:
            raise InfrastructureError(f"{self.command} cannot be run: {error}") from error
        if done.returncode != 0:
            lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
            said = lines[-1] if lines else f"exit code {done.returncode}"
            raise EngineRefusedError(f"{self.name} {arguments[0]}: {said}")
        return done.stdout


def find_engine() -> Engine:
    """Give the first engine that answers; ZACHETKA_ENGINE names one and no other.

    Raises:
        InfrastructureError: none is installed or none answers; says what to do about it.
    """
    wanted = os.environ.get("ZACHETKA_ENGINE")
    complaints: list[str] = []
    for word in (wanted,) if wanted else KNOWN_ENGINES:
        command = shutil.which(word)
        if command is None:
            continue
        engine = Engine(command)
        try:
            engine.ask("version", timeout_s=_QUICK_TIMEOUT_S)
        except InfrastructureError as error:
            complaints.append(str(error))
        else:
            return engine
    if complaints:
        raise InfrastructureError(
            f"{'; '.join(complaints)}: start the engine, or ask to be allowed to use it"
        )
    raise InfrastructureError(
        f"no container engine is installed ({wanted or ' or '.join(KNOWN_ENGINES)} on PATH): "
        "install Docker or Podman, on Debian and Ubuntu with `apt-get install docker.io`"
    )


def sweep(engine: Engine) -> int:
    """Remove the containers of runs that were killed, and say how many those were."""
    found = engine.ask("ps", "-aq", "--no-trunc", "--filter", f"label={OWNER_LABEL}").split()
    removed = 0
    for container in found:
        template = f'{{{{index .Config.Labels "{OWNER_LABEL}"}}}}'
        try:
            label = engine.ask("inspect", "--type", "container", "--format", template, container)
            if is_dead(label.strip()):
                engine.ask("rm", "--force", "--volumes", container)
                removed += 1
        except EngineRefusedError:
            continue  # Another run that sweeps was faster.
    return removed


def runtime_name() -> str:
    """Give the runtime that was asked for, empty for the engine's own choice."""
    return os.environ.get("ZACHETKA_DOCKER_RUNTIME", "")
