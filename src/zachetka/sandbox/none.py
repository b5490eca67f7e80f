"""No sandbox: the agent as a plain child process. For one's own code and for students at home."""

from __future__ import annotations

import shutil
import sys
import tempfile
from typing import TYPE_CHECKING

from zachetka.protocol.identity import PACKAGE
from zachetka.sandbox.base import Death
from zachetka.sandbox.process_tree import ProcessTree
from zachetka.sandbox.rlimits import apply_rlimits
from zachetka.sandbox.runtime import agent_command, agent_environment
from zachetka.sandbox.stream import ChildProcess

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zachetka.sandbox.base import Limits


class NoneSandbox:
    """Runs the agent with this interpreter, as this user. Limits hold only by courtesy."""

    name = "none"

    def unavailable(self) -> str | None:
        """Say why it cannot be used; it needs what Linux tells of processes."""
        if sys.platform.startswith("linux"):
            return None
        return f"{sys.platform} is not Linux: use that, or WSL on Windows"

    def image(self) -> str | None:
        """Give None: there is no image."""
        return None

    def enforcement(self, limits: Limits) -> Mapping[str, str]:
        """Say what is bounded, which is little."""
        return {
            "network": "not enforced",
            "memory": f"watched: {limits.memory_bytes >> 20} MiB over the process tree",
            "processes": "not enforced",
            "disk": "not enforced",
            "time": "deadlines on the host's monotonic clock",
            "system calls": "a seccomp filter of the agent's",
        }

    def holds_memory(self) -> bool:
        """Give False: it is only watched."""
        return False

    def no_rooms(self) -> str | None:
        """Say that nothing would part them."""
        return "without a sandbox nothing parts one submission from the next"

    def start(self, limits: Limits, *, rooms: bool = False) -> NoneProcess:
        """Start an agent."""
        assert not rooms
        return NoneProcess(limits)


class NoneProcess:
    """An agent that is an ordinary child of this process."""

    def __init__(self, limits: Limits) -> None:
        self._home = tempfile.mkdtemp(prefix="zachetka-")
        env = agent_environment(self._home, str(PACKAGE.parent))
        # When we are killed, nobody else can.
        env["ZACHETKA_REMOVE"] = self._home
        try:
            self._child = ChildProcess(
                agent_command(), env=env, preexec=lambda: apply_rlimits(limits, data=False)
            )
        except BaseException:
            self._remove_home()
            raise
        self._tree = ProcessTree(self._child.pid, limits.memory_bytes)
        self.stdin_fd, self.stdout_fd = self._child.stdin_fd, self._child.stdout_fd

    def watch(self) -> None:
        """Hold the memory limit."""
        self._child.drain_stderr()
        self._tree.check(self.kill)

    def kill(self) -> None:
        """Kill the agent and all its descendants; idempotent."""
        try:
            if not self._child.closed:
                self._tree.kill()
                self._child.kill()
        finally:
            self._remove_home()

    def _remove_home(self) -> None:
        """Remove its folder, also when an interrupt comes now: nobody else would."""
        try:
            shutil.rmtree(self._home, ignore_errors=True)
        except KeyboardInterrupt:
            shutil.rmtree(self._home, ignore_errors=True)
            raise

    def host_out_of_memory(self) -> bool:
        """Give False: nobody counts."""
        return False

    def death(self) -> Death:
        """Say how it ended."""
        code = self._child.wait(timeout_s=5)
        return Death(
            exit_code=code,
            out_of_memory=self._tree.over_limit,
            stderr_tail=self._child.stderr_tail(),
        )

    def peak_memory_bytes(self) -> int | None:
        """Give the largest sum over the tree that was seen."""
        return self._tree.peak_bytes or None

    def start_anew(self) -> bool:
        """Give False: each serves one submission."""
        return False
