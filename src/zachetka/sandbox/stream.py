"""A sandbox that is a child process of ours: pipes, the tail of its stderr, and its end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import TYPE_CHECKING

from zachetka.errors import InfrastructureError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

STDERR_TAIL_BYTES = 4096


class ChildProcess:
    """A command in a session of its own, with raw pipes and a bounded memory of its stderr."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        preexec: Callable[[], None] | None = None,
    ) -> None:
        try:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                env=None if env is None else dict(env),
                cwd="/",
                start_new_session=True,
                preexec_fn=preexec,  # noqa: PLW1509 - limits and a control group, no locks
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise InfrastructureError(f"{command[0]} could not be started: {error}") from error
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        assert self._popen.stderr is not None
        self.stdin_fd = self._popen.stdin.fileno()
        self.stdout_fd = self._popen.stdout.fileno()
        self._stderr_fd = self._popen.stderr.fileno()
        os.set_blocking(self._stderr_fd, False)
        self._stderr = b""
        self.closed = False

    @property
    def pid(self) -> int:
        """The process id of the command."""
        return self._popen.pid

    def drain_stderr(self) -> None:
        """Read what stands in the pipe, so that a talkative sandbox neither blocks nor grows."""
        if self.closed:
            return
        with contextlib.suppress(OSError, ValueError):
            for _ in range(64):
                chunk = os.read(self._stderr_fd, 65536)
                if not chunk:
                    return
                self._stderr = (self._stderr + chunk)[-STDERR_TAIL_BYTES:]

    def stderr_tail(self) -> str:
        """Give the last few kilobytes of stderr."""
        self.drain_stderr()
        return self._stderr.decode(errors="replace")

    def kill(self) -> None:
        """Kill the process group, wait for the command and close the pipes; idempotent."""
        if self.closed:
            return  # by now the numbers of the process and of its pipes may be somebody else's
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(self._popen.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout=10)
        self.drain_stderr()
        for pipe in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self.closed = True

    def poll(self) -> int | None:
        """Give the exit code if the command has ended, negative for a signal."""
        return self._popen.poll()

    def wait(self, timeout_s: float) -> int | None:
        """Wait for the end; None if it does not come in time."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._popen.wait(timeout=timeout_s)
        return None
