"""A small process that outlives ours and removes our containers if we are killed.

An agent leaves by itself when the host's end of its stdin closes, but a submission may have
stopped or replaced it. The reaper needs nobody's good will: it waits for the end of a pipe that
only we hold open, and the kernel closes that whatever kills us.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from typing import IO, TYPE_CHECKING

from zachetka.errors import InfrastructureError
from zachetka.sandbox.engine import OWNER_LABEL
from zachetka.sandbox.owner import owner

if TYPE_CHECKING:
    from zachetka.sandbox.engine import Engine

# Several rounds: a container may be in the making when we are killed.
_SCRIPT = """
read -r word
[ "$word" = done ] && exit 0
for pause in 0 1 2 4; do
    sleep "$pause"
    containers=$("$1" ps -aq --filter "label=$2") || continue
    [ -n "$containers" ] && "$1" rm --force --volumes $containers
done
"""

_reapers: dict[str, subprocess.Popen[bytes]] = {}


def ensure_reaper(engine: Engine) -> None:
    """Start the reaper of this process for this engine, if it does not run yet."""
    running = _reapers.get(engine.command)
    if running is not None and running.poll() is None:
        return
    try:
        _reapers[engine.command] = subprocess.Popen(
            [
                "/bin/sh",
                "-c",
                _SCRIPT,
                "zachetka-reaper",
                engine.command,
                f"{OWNER_LABEL}={owner()}",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        raise InfrastructureError(f"the reaper could not be started: {error}") from error


def dismiss_reapers() -> None:
    """Tell the reapers that everything was removed in order, and see them off."""
    while _reapers:
        _, reaper = _reapers.popitem()
        pipe: IO[bytes] | None = reaper.stdin
        assert pipe is not None
        with contextlib.suppress(OSError):
            pipe.write(b"done\n")
            pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            reaper.wait(timeout=10)


def _forget_in_child() -> None:
    # A forked child that kept the pipe open would keep the reaper from noticing our end.
    while _reapers:
        _, reaper = _reapers.popitem()
        reaper.returncode = 0  # it is no child of this process, which must not wait for it
        if reaper.stdin is not None:
            with contextlib.suppress(OSError):
                reaper.stdin.close()


os.register_at_fork(after_in_child=_forget_in_child)
