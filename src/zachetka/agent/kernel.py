"""The real ipykernel, with three changes.

It answers probes, it cannot be left by `exit()`, and what one cell may print is capped where it
is printed.
"""

from __future__ import annotations

import contextlib
import gc
import linecache
import os
import sys
import traceback
from collections import deque
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell

from zachetka.agent import blame, courtesy, declarations, newer_strings, probing
from zachetka.agent.declarations import Budget, Extent
from zachetka.agent.withheld import Withheld

DEFAULT_OUTPUT_BYTES = 1 << 20
_FRAMES = 5
_ERRORS = 5
_FRAME_CHARS = 400


class CappedStream:
    """Wraps a stream's `write` so that one cell prints at most `limit` characters."""

    limit = DEFAULT_OUTPUT_BYTES
    written = 0

    def __init__(self, stream: Any) -> None:
        self._write = stream.write
        stream.write = self.write

    def write(self, text: str) -> int:
        """Pass on what still fits and drop the rest."""
        if not isinstance(text, str):
            return int(self._write(text))  # raises the error that the real stream has for it
        room = max(0, CappedStream.limit - CappedStream.written)
        CappedStream.written += len(text)
        if room:
            self._write(text[:room])
        return len(text)

    @staticmethod
    def start_cell(*_: Any) -> None:
        """Give the next cell its whole share."""
        CappedStream.written = 0


class NotebookShell(ZMQInteractiveShell):  # type: ignore[misc]
    """IPython's shell, in which `exit()` ends the cell's work but not the kernel."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._errors: deque[BaseException | None] = deque(maxlen=_ERRORS)

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """Show an error, and remember it: one that cannot be shown ends in another."""
        self._errors.append(sys.exc_info()[1])
        super().showtraceback(*args, **kwargs)

    def last_error(self) -> BaseException | None:
        """Give the error that the last cell ended in: the last one that came through its code."""
        last: BaseException | None = getattr(sys, "last_value", None)
        for error in (last, *reversed(self._errors)):
            if blame.failed_place(error, self.user_ns) is not None:
                return error
        return last

    def forget_errors(self, *_: Any) -> None:
        """Let no cell be taken for the one that raised the last error, nor its values be kept."""
        sys.last_value = sys.last_traceback = self.InteractiveTB.tb = None
        self._errors.clear()

    def ask_exit(self) -> None:
        """Stay: later cells define what is graded."""

    def magic(self, line: str) -> Any:
        """Run a line magic, as notebooks exported by older programs ask for it."""
        name, _, rest = line.removeprefix("%").partition(" ")
        return self.run_line_magic(name, rest, _stack_depth=2)


# By this name notebooks ask whether they are one.
NotebookShell.__name__ = ZMQInteractiveShell.__name__


class NotebookKernel(IPythonKernel):  # type: ignore[misc]
    """An IPython kernel that also answers `probes_request`."""

    shell_class = NotebookShell

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._withheld = Withheld()
        self.shell_handlers["probes_request"] = self.probes_request
        self.shell_handlers["settings_request"] = self.settings_request
        self.shell_handlers["rescue_request"] = self.rescue_request

    def probes_request(self, stream: Any, ident: Any, parent: Any) -> None:
        """Fork the copy of this process that serves probes."""
        try:
            pid = probing.patient_fork()
        except OSError:
            # A notebook that lets nothing be started. Nothing more can be asked of it, and the
            # driver, which would wait for the copy, sees this process go.
            os._exit(1)
        if pid == 0:
            probing.serve(parent["content"]["socket"], self.shell.user_ns)
        self.session.send(stream, "probes_reply", {"pid": pid}, parent, ident)

    def do_shutdown(self, restart: bool) -> dict[str, Any]:
        """Stay, as for `exit()`: notebooks made for Colab restart their runtime."""
        return {"status": "ok", "restart": restart}

    def settings_request(self, stream: Any, ident: Any, parent: Any) -> None:
        """Take over the limits of this run."""
        CappedStream.limit = int(parent["content"]["output_bytes"])
        self.session.send(stream, "settings_reply", {}, parent, ident)

    def rescue_request(self, stream: Any, ident: Any, parent: Any) -> None:
        """Run the declarations that the last cell, or a cell left out, did not get to."""
        content = parent["content"]
        error = None if content["from_start"] else self.shell.last_error()
        budget = Budget(computing_s=content["computing_s"])
        names, frames = [], []
        # Whatever the cell is, the answer is waited for.
        with contextlib.suppress(Exception):
            frames = self._frames(error)
        with contextlib.suppress(Exception):
            names = self._rescue(content, error, budget)
        if isinstance(error, MemoryError):
            # The frames that it came through may hold all the memory there is.
            error = None
            self.shell.forget_errors()
            self.shell.last_execution_result = None
            gc.collect()
        computed_s = content["computing_s"] - budget.computing_s
        reply = {"names": names, "frames": frames, "computed_s": computed_s}
        self.session.send(stream, "rescue_reply", reply, parent, ident)

    def _rescue(
        self, content: dict[str, Any], error: BaseException | None, budget: Budget
    ) -> list[str]:
        source, extent, place = content["source"], Extent[content["extent"]], (0, 0)
        user_ns = self.shell.user_ns
        is_of_sandbox = False
        if not content["from_start"]:
            found = blame.failed_place(error, user_ns)
            if found is None or error is None:
                return []
            place = found
            is_of_sandbox = blame.is_of_sandbox(error, user_ns, self._withheld)
            if extent is Extent.ALL and not is_of_sandbox:
                extent = Extent.CONSTANTS
        if extent is not Extent.ALL:
            budget = Budget(computing_s=0.0)
        source = self.shell.transform_cell(declarations.without_magic(source))
        if is_of_sandbox:
            self._withheld.take(source, user_ns)
        return declarations.run(
            declarations.left_behind(source, place, extent),
            user_ns,
            self.shell.compile.cache(source, self.shell.execution_count),
            budget=budget,
            flags=self.shell.compile.flags,
            withheld=self._withheld if extent is Extent.ALL else (),
        )

    def finish_imports(self, result: Any) -> None:
        """Try the imports of a cell that a `try` has skipped: its first may not exist here."""
        source = getattr(getattr(result, "info", None), "raw_cell", None)
        if not result.success or not isinstance(source, str):
            return
        if "import" not in source or "except" not in source:
            return
        with contextlib.suppress(Exception):
            source = self.shell.transform_cell(declarations.without_magic(source))
            if statements := declarations.swallowed(source, self.shell.user_ns):
                flags = self.shell.compile.flags
                declarations.run(statements, self.shell.user_ns, "<imports>", flags=flags)

    def _frames(self, error: BaseException | None) -> list[str]:
        """Give where in cells an error came through: the last few places, the latest last."""
        if error is None:
            return []
        own = deque(
            (
                (frame.f_code, line)
                for frame, line in traceback.walk_tb(error.__traceback__)
                if frame.f_globals is self.shell.user_ns
            ),
            maxlen=_FRAMES,
        )
        shown = []
        for code, line in own:
            place = self.shell.compile.format_code_name(code.co_filename)
            if place is not None:
                where = "" if code.co_name == "<module>" else f" in {code.co_name}"
                text = linecache.getline(code.co_filename, line).strip()
                shown.append(f"{' '.join(place)}, line {line}{where}\n    {text}"[:_FRAME_CHARS])
        return shown


class MendedStreams:
    """Puts the kernel's streams back where a cell leaves some that cannot be flushed.

    The kernel flushes them before it answers, and without its answer the cell would never end.
    """

    def __init__(self) -> None:
        self._own = {"stdout": sys.stdout, "stderr": sys.stderr}

    def mend(self, *_: Any) -> None:
        """Look after a cell."""
        for name, stream in self._own.items():
            try:
                getattr(sys, name).flush()
            except Exception:  # noqa: BLE001 - None, a closed file, an object of the student's
                setattr(sys, name, stream)


def run_kernel(connection_file: str) -> None:
    """Serve on a connection file until killed."""
    folder = probing.notebook_folder()
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    sys.path.insert(0, "")  # as in Jupyter: a notebook may import what it wrote beside itself
    app = IPKernelApp.instance(kernel_class=NotebookKernel)
    app.initialize(["-f", connection_file, "--HistoryManager.enabled=False"])
    shell = app.kernel.shell
    CappedStream(sys.stdout)
    CappedStream(sys.stderr)
    shell.events.register("pre_run_cell", CappedStream.start_cell)
    shell.events.register("pre_run_cell", shell.forget_errors)
    shell.events.register("post_run_cell", app.kernel.finish_imports)
    shell.events.register("post_run_cell", MendedStreams().mend)
    shell.input_transformers_post.append(newer_strings.rewrite_lines)
    courtesy.install(shell)
    app.start()
