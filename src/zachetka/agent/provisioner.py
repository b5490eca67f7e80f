"""How `jupyter_client` gets its kernels here: forked by the fork server, reached over ipc."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import signal
import time
from typing import TYPE_CHECKING, Any

from jupyter_client import AsyncKernelClient
from jupyter_client.provisioning import KernelProvisionerBase

if TYPE_CHECKING:
    from zachetka.agent.forkserver import Client

_POLL_S = 0.02
_REPLY_TIMEOUT_S = 1.0
_SAYING_TIMEOUT_S = 0.2


class PromptClient(AsyncKernelClient):  # type: ignore[misc]
    """A client that starts as soon as the kernel is heard, not after a moment of silence."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - its name
        """Ask until the kernel answers on both channels that cells need.

        Raises:
            RuntimeError: it is dead, or does not answer in time.
        """
        deadline = time.monotonic() + (timeout or float("inf"))
        while not await self._answers():
            if not await self.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the kernel does not answer")

    async def _answers(self) -> bool:
        request = self.kernel_info()
        try:
            while not _belongs(await self.get_shell_msg(timeout=_REPLY_TIMEOUT_S), request):
                pass
            while True:
                said = await self.get_iopub_msg(timeout=_SAYING_TIMEOUT_S)
                if _belongs(said, request) and said["content"].get("execution_state") == "idle":
                    return True
        except queue.Empty:
            return False


def _belongs(message: dict[str, Any], request: str) -> bool:
    return bool(message["parent_header"].get("msg_id") == request)


class ForkProvisioner(KernelProvisionerBase):  # type: ignore[misc]
    """A kernel that is a fork of the fork server."""

    forkserver: Client
    memory_bytes: int
    pid: int | None = None
    status: int | None = None

    @property
    def has_process(self) -> bool:
        """Whether a kernel was started and not yet cleaned up."""
        return self.pid is not None

    async def poll(self) -> int | None:
        """Give None while the kernel runs, else its exit code."""
        if self.pid is None:
            return 0
        if self.status is None:
            self.status = self.forkserver.exit_status(self.pid)
        return self.status

    async def wait(self) -> int | None:
        """Wait until the kernel has ended."""
        while await self.poll() is None:  # noqa: ASYNC110 - it is another process that ends
            await asyncio.sleep(_POLL_S)
        return self.status

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel."""
        if self.pid is not None and await self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signum)

    async def kill(self, restart: bool = False) -> None:  # noqa: ARG002
        """Kill the kernel and everything in its process group."""
        if self.pid is not None:
            for kill in (os.killpg, os.kill):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    kill(self.pid, signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        """Kill it all the same: asking politely costs seconds and decides nothing."""
        await self.kill(restart)

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Write the connection file; there is no command line to prepare."""
        self.parent.write_connection_file()
        return {**kwargs, "cmd": []}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:  # noqa: ARG002
        """Fork the kernel."""
        self.status = None
        self.pid = self.forkserver.fork_kernel(self.parent.connection_file, self.memory_bytes)
        info: dict[str, Any] = self.parent.get_connection_info()
        return info

    async def cleanup(self, restart: bool = False) -> None:  # noqa: ARG002
        """Forget the kernel; its files die with the sandbox."""
        self.pid = None
