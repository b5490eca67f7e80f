"""Runs the cells of one notebook, top to bottom, through nbclient and a real kernel.

A cell that raises does not stop the next one. A cell that outlasts its time is interrupted, and
killed if it does not listen; a cell that took the kernel down is left out of a rerun.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn

from nbclient.exceptions import DeadKernelError

from zachetka.agent import declarations
from zachetka.agent.cells import CellLimits, CellResult
from zachetka.agent.declarations import Extent
from zachetka.agent.kernel_process import TICK_S, KernelProcess
from zachetka.agent.patience import WALL_FACTOR, Patience
from zachetka.agent.usage import data_bytes_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from zachetka.agent.forkserver import Client

INTERRUPT_GRACE_S = 3.0
RESCUES_S = 90.0  # wall seconds of all rescues together, of whatever they run
COMPUTING_S = 15.0  # and of what computes there, as in `patience`
_RESCUE_S = declarations.DECLARING_S + declarations.COMPUTING_S + 1.0
SPARE_PROCESSES = 16  # what the kernel's copies need to start and to answer
MAX_RERUNS = 5
_CROWD_PATIENCE_S = 2.0
# What a list or a tensor that did not fit leaves free is of no use to the cells below.
_FULL = 0.9
_OUT_OF_MEMORY = re.compile(r"MemoryError\b|RuntimeError: .*can't allocate memory", re.DOTALL)
_MAX_ERROR_CHARS = 2000
_MAX_TRACEBACK_CHARS = 4000
_PLACE = re.compile(r" \((?:/[^()\n]{1,500}\.(?:py|so)|unknown location)\)")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CELL_FRAME = re.compile(r" *Cell In ?\[(\d{1,9})\]")


class KernelLostError(Exception):
    """The kernel died under a cell; `index` is the cell's."""

    def __init__(self, result: CellResult) -> None:
        super().__init__(f"cell {result.index} took the kernel down")
        self.result = result


class RescueLostError(Exception):
    """The kernel died under the declarations of a cell, or is stuck in them."""

    def __init__(self, index: int) -> None:
        super().__init__(f"the declarations of cell {index} took the kernel down")
        self.index = index


class NotebookRun:
    """One notebook's kernel, from its start to the end of the session."""

    def __init__(self, forkserver: Client) -> None:
        self.kernel = KernelProcess(forkserver)
        self.probes: socket.socket | None = None
        self.copy: tuple[socket.socket, int] | None = None
        self._report: Callable[[dict[str, Any]], None] = lambda _: None
        self._reply: dict[str, Any] = {}
        self._executed: dict[int, int] = {}
        self._stop_at = float("inf")
        self._rescue_left_s = RESCUES_S
        self._computing_left_s = COMPUTING_S
        self._rescues_lost: Counter[int] = Counter()

    async def execute(
        self,
        cells: list[dict[str, Any]],
        limits: CellLimits,
        lost: dict[int, CellResult],
        report: Callable[[dict[str, Any]], None],
    ) -> None:
        """Run all cells and leave the kernel alive behind them, ready for probes.

        `lost` are cells that took an earlier sandbox down; only what they declare is run.
        """
        self._stop_at = time.monotonic() + limits.total_s
        self._rescue_left_s, self._computing_left_s = RESCUES_S, COMPUTING_S
        self._report = report
        end: int | None = None
        for number in range(2 * MAX_RERUNS + 2):
            if number == MAX_RERUNS + 1:
                # Cell after cell takes the kernel down: what stands below the last is not run.
                end = max({*lost, *self._rescues_lost})
            if number == 2 * MAX_RERUNS + 1:
                self._rescue_left_s = 0.0
            sources = [cell["source"] for cell in cells]
            await self.kernel.start(sources, limits, self._note_reply)
            try:
                results = await self._run_all(cells, limits, lost, end)
            except KernelLostError as error:
                lost[error.result.index] = error.result
                await self.kernel.stop()
                continue
            except RescueLostError as error:
                # What computes has had its chance; a second loss is of what only declares.
                self._rescues_lost[error.index] += 2 if error.index in lost else 1
                await self.kernel.stop()
                continue
            for result in results:
                report(result.as_header())
            return
        for cell in cells:
            result = lost.get(cell["index"], CellResult(cell["index"], "skipped"))
            report(result.as_header())

    async def _run_all(
        self,
        cells: list[dict[str, Any]],
        limits: CellLimits,
        lost: dict[int, CellResult],
        end: int | None,
    ) -> list[CellResult]:
        results = []
        crowding: CellResult | None = None
        is_counted = self._has_room(limits)  # not where the others of our user are strangers
        for position, cell in enumerate(cells):
            index = cell["index"]
            if index in lost:
                await self._rescue(lost[index], cell["source"], from_start=True)
                results.append(lost[index])
            elif time.monotonic() > self._stop_at or (end is not None and index >= end):
                result = CellResult(index, "skipped")
                await self._rescue(result, cell["source"], from_start=True)
                results.append(result)
            else:
                results.append(await self._run_one(position, cell, limits))
                if is_counted and crowding is None and not self._has_room(limits):
                    crowding = results[-1]
        if crowding is not None:
            await self._make_room(limits, crowding)
        return results

    def _has_room(self, limits: CellLimits) -> bool:
        running = self.kernel.threads_running()
        return 0 < running <= limits.processes - SPARE_PROCESSES

    async def _make_room(self, limits: CellLimits, crowding: CellResult) -> None:
        """Wait until copies of the kernel can be made, and give up the cell that prevents them.

        Raises:
            KernelLostError: it does, to the end of the notebook.
        """
        deadline = time.monotonic() + _CROWD_PATIENCE_S
        while not self._has_room(limits):
            if time.monotonic() > deadline:
                await self.kernel.kill()
                crowding.status = "crash"
                crowding.error = "it left too many processes and threads running"
                raise KernelLostError(crowding)
            await asyncio.sleep(TICK_S / 10)

    async def _run_one(self, position: int, cell: dict[str, Any], limits: CellLimits) -> CellResult:
        result = CellResult(cell["index"], "ok")
        # Should the whole sandbox go down now, the host knows which cell did it.
        self._report({"type": "start", "index": cell["index"]})
        self._reply = {}
        started = time.monotonic()
        notebook_cell = self.kernel.cell(position)
        task = asyncio.ensure_future(self.kernel.run_cell(position))
        patience = Patience(self.kernel.pid, limits.cell_s)
        while not task.done() and not patience.is_over() and time.monotonic() < self._stop_at:
            await asyncio.wait({task}, timeout=TICK_S)
        if not task.done():
            result.status = "time_limit"
            await self.kernel.interrupt()
            await asyncio.wait({task}, timeout=INTERRUPT_GRACE_S)
        result.duration_s = time.monotonic() - started
        if not task.done():
            # It does not listen to the interrupt: only a rerun without it can go on.
            await self.kernel.kill()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, DeadKernelError, Exception):
                await task
            raise KernelLostError(result)
        try:
            task.result()
        except Exception as error:  # whatever nbclient makes of a dying kernel
            if await self.kernel.has_ended():
                if result.status == "ok":
                    result.status = await self._how_it_died(cell["source"])
                raise KernelLostError(result) from error
            result.status, result.error = "error", f"{type(error).__name__}: {error}"[:500]
            return result
        printed = sum(
            len(output["text"])
            for output in notebook_cell.get("outputs", ())
            if output.get("output_type") == "stream"
        )
        result.truncated = printed >= limits.output_bytes
        count = self._reply.get("execution_count")
        if isinstance(count, int):
            self._executed[count] = cell["index"]
        await self._note_error(result, notebook_cell, cell["source"], limits)
        notebook_cell.outputs = []
        return result

    def _note_reply(self, execute_reply: dict[str, Any], **_: Any) -> None:
        self._reply = execute_reply["content"]

    async def _note_error(
        self, result: CellResult, notebook_cell: Any, source: str, limits: CellLimits
    ) -> None:
        # An unknown magic ends a cell and shows no error; an error under `%%capture` is shown by a
        # cell that says that all is well. Of the two, what is shown names the error better.
        errors = [self._reply] if self._reply.get("status") == "error" else []
        errors += [
            output
            for output in notebook_cell.get("outputs", ())
            if output.get("output_type") == "error"
        ]
        if errors:
            if result.status == "ok":
                result.status = "error"
            name, value = errors[-1].get("ename", ""), errors[-1].get("evalue", "")
            result.error = _without_place(f"{name}: {value}"[:_MAX_ERROR_CHARS])
            tracebacks = [_last_of(error.get("traceback")) for error in reversed(errors)]
            result.traceback = next(filter(None, tracebacks), None)
        if result.status not in {"error", "time_limit"}:
            return
        is_out_of_memory = _OUT_OF_MEMORY.match(result.error or "") is not None
        try:
            await self._rescue(result, source, from_start=False)
        except RescueLostError:
            if not is_out_of_memory:
                raise
            await self._give_up_for_memory(result)
        if is_out_of_memory and data_bytes_of(self.kernel.pid) > _FULL * limits.memory_bytes:
            await self._give_up_for_memory(result)

    async def _give_up_for_memory(self, result: CellResult) -> NoReturn:
        await self.kernel.kill()
        result.status, result.traceback = "memory_limit", None
        raise KernelLostError(result)

    def _cell_named(self, frame: re.Match[str]) -> str:
        # IPython counts what it executes; people count the cells of the file.
        index = self._executed.get(int(frame[1]))
        return frame[0] if index is None else f"Cell {index + 1}"

    async def _rescue(self, result: CellResult, source: str, *, from_start: bool) -> None:
        """Run the imports and definitions of a cell that the cell itself did not get to."""
        result.rescued = []
        losses = self._rescues_lost[result.index]
        if losses > 1 or self._rescue_left_s <= 0:
            return
        # What took the kernel down would do so again, if all of its cell were run.
        is_fatal = losses > 0 or (from_start and result.status != "skipped")
        content = {
            "source": source,
            "from_start": from_start,
            "extent": (Extent.DECLARATIONS if is_fatal else Extent.ALL).name,
            "computing_s": min(declarations.COMPUTING_S, max(0.0, self._computing_left_s)),
        }
        patience = Patience(self.kernel.pid, min(_RESCUE_S, self._rescue_left_s / WALL_FACTOR))
        reply = await self.kernel.ask("rescue_request", content, patience)
        self._rescue_left_s -= patience.elapsed_s()
        computed_s = reply.get("computed_s", content["computing_s"])
        if isinstance(computed_s, float) and computed_s > 0:
            self._computing_left_s -= computed_s
        if not reply:
            raise RescueLostError(result.index)
        result.rescued = [str(name) for name in reply.get("names", ())]
        if result.traceback is not None:
            shown = "\n".join([*map(str, reply.get("frames", ())), result.traceback])
            result.traceback = _CELL_FRAME.sub(self._cell_named, shown)[:_MAX_TRACEBACK_CHARS]

    async def _how_it_died(self, source: str) -> str:
        # Nobody here sends SIGKILL to a kernel that is within its time; the memory limit does, and
        # a cell for Colab that starts its runtime anew.
        killed = await self.kernel.was_killed()
        return "memory_limit" if killed and "os.kill" not in source else "crash"


def _last_of(traceback: object) -> str | None:
    """Give the last part of an error as a kernel shows it, which names the error."""
    if not isinstance(traceback, list) or not traceback:
        return None
    return _without_place(_COLOUR.sub("", str(traceback[-1])[:_MAX_ERROR_CHARS]).strip("\n"))


def _without_place(error: str) -> str:
    """Take from an error of `from x import y` where x lies, which may be a folder of the host."""
    return _PLACE.sub("", error)
