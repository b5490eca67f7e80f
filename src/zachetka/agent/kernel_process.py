"""The kernel of one notebook: started, asked, listened to and ended, through jupyter_client."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec

from zachetka.agent.cells import CellLimits, CellReader
from zachetka.agent.patience import Patience
from zachetka.agent.provisioner import ForkProvisioner, PromptClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from zachetka.agent.forkserver import Client

START_TIMEOUT_S = 60.0
TICK_S = 0.5
_ANSWER_S = 4.0


class KernelProcess:
    """A kernel, which may die at any moment; started anew, it is another process.

    nbclient runs its cells; what else is asked goes over a channel beside that.
    """

    def __init__(self, forkserver: Client) -> None:
        self._forkserver = forkserver
        self._client: Any = None
        self._manager: Any = None
        self._channels: Any = None
        self._asked_for_copy = ""

    @property
    def pid(self) -> int | None:
        """The process id while there is one."""
        return self._manager.provisioner.pid if self._manager is not None else None

    async def start(
        self, sources: list[str], limits: CellLimits, on_cell_executed: Callable[..., None]
    ) -> None:
        """Start a process for a notebook of these cells, none of which has run."""
        folder = Path(tempfile.mkdtemp(prefix="k"))
        manager = AsyncKernelManager(
            transport="ipc", ip=str(folder / "k"), connection_file=str(folder / "c.json")
        )
        spec = KernelSpec(argv=[], display_name="Python 3", language="python")
        manager._kernel_spec = spec  # noqa: SLF001 - there is no spec directory to search
        manager.client_factory = PromptClient
        manager.provisioner = ForkProvisioner(
            kernel_id="notebook", kernel_spec=spec, parent=manager
        )
        manager.provisioner.forkserver = self._forkserver
        manager.provisioner.memory_bytes = limits.memory_bytes
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in sources]
        )
        self._manager = manager
        self._client = CellReader(
            notebook,
            km=manager,
            timeout=None,
            startup_timeout=START_TIMEOUT_S,
            allow_errors=True,
            raise_on_iopub_timeout=False,
            iopub_timeout=2,
            store_widget_state=False,
            record_timing=False,
            skip_cells_with_tag="",
            on_cell_executed=on_cell_executed,
        )
        await self._client.async_start_new_kernel()
        self._channels = await self._client.async_start_new_kernel_client()
        await self.ask("settings_request", {"output_bytes": limits.output_bytes})

    def cell(self, position: int) -> Any:
        """Give a cell with its outputs as far as they are read."""
        return self._client.nb.cells[position]

    async def run_cell(self, position: int) -> None:
        """Run a cell to its end, and read its outputs; a dying kernel raises anything."""
        await self._client.async_execute_cell(self.cell(position), position)

    def threads_running(self) -> int:
        """Count what the limit on processes counts; 0 where others of this user are strangers."""
        return self._forkserver.threads_running()

    async def stop(self) -> None:
        """End the process and what it has left behind, for another one in its place."""
        await self.kill()
        self._channels.stop_channels()
        # What a lost cell has started and written would take from the cells that run again.
        self._forkserver.start_over()

    async def kill(self) -> None:
        """End the process."""
        await self._manager.provisioner.kill()

    async def interrupt(self) -> None:
        """Do what Ctrl-C does."""
        await self._manager.provisioner.send_signal(signal.SIGINT)

    async def alive(self) -> bool:
        """Whether the kernel is still there to be asked."""
        return await self._manager.provisioner.poll() is None

    async def has_ended(self) -> bool:
        """Say whether it has ended, or does so within a second."""
        for _ in range(20):
            if not await self.alive():
                return True
            await asyncio.sleep(0.05)
        return False

    async def was_killed(self) -> bool:
        """Say whether SIGKILL has ended it."""
        return bool(await self._manager.provisioner.poll() == -signal.SIGKILL)

    async def ask(
        self, message_type: str, content: dict[str, Any], patience: Patience | None = None
    ) -> dict[str, Any]:
        """Give the answer to a request of ours, or nothing of a kernel that does not answer."""
        channel = self._channels.shell_channel
        request = self._send(message_type, content)
        patience = patience or Patience(self.pid, _ANSWER_S)
        while not patience.is_over() and await self.alive():
            try:
                reply = await channel.get_msg(timeout=TICK_S)
            except queue.Empty:
                continue
            except Exception:  # noqa: BLE001 - a dead socket, or what is no message
                return {}
            if reply["parent_header"].get("msg_id") == request:
                content_of_reply: dict[str, Any] = reply["content"]
                return content_of_reply
        return {}

    async def request_probes(self, socket_path: str) -> None:
        """Ask for the fork of the kernel that serves probes, which will connect to the socket."""
        self._asked_for_copy = self._send("probes_request", {"socket": socket_path})

    async def pid_of_copy(self) -> int | None:
        """Give the process of the copy that was asked for, if the kernel has told it by now."""
        with contextlib.suppress(Exception):  # nothing yet, or what is no message
            reply = await self._channels.shell_channel.get_msg(timeout=0)
            if reply["parent_header"].get("msg_id") == self._asked_for_copy:
                return int(reply["content"]["pid"])
        return None

    def _send(self, message_type: str, content: dict[str, Any]) -> str:
        message = self._channels.session.msg(message_type, content)
        self._channels.shell_channel.send(message)
        return str(message["header"]["msg_id"])


def warm_up() -> None:
    """Make the check of a notebook's form once, which would otherwise be made for each."""
    nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell()])
