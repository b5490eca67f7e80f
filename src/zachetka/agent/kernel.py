"""The real ipykernel, with three changes.

It answers probes, it cannot be left by `exit()`, and what one cell may print is capped where it
is printed.
"""

from __future__ import annotations

import contextlib
import itertools
import linecache
import os
import sys
import traceback
from collections import deque
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell

from zachetka.agent import courtesy, declarations, probing

DEFAULT_OUTPUT_BYTES = 1 << 20
_FRAMES = 5
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

    def ask_exit(self) -> None:
        """Stay: later cells define what is graded."""

    def magic(self, line: str) -> Any:
        """Run a line magic, as notebooks exported by older programs ask for it."""
        name, _, rest = line.removeprefix("%").partition(" ")
        return self.run_line_magic(name, rest, _stack_depth=2)


class NotebookKernel(IPythonKernel):  # type: ignore[misc]
    """An IPython kernel that also answers `probes_request`."""

    shell_class = NotebookShell

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
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
        content, names = parent["content"], []
        frames = [] if content["from_start"] else self._frames()
        place = (0, 0) if content["from_start"] else self._failed_place()
        # Whatever the cell is, the answer is waited for.
        with contextlib.suppress(Exception):
            if place is not None:
                names = self._rescue(content["source"], place)
        self.session.send(stream, "rescue_reply", {"names": names, "frames": frames}, parent, ident)

    def _rescue(self, source: str, place: tuple[int, int]) -> list[str]:
        source = self.shell.transform_cell(declarations.without_magic(source))
        file = self.shell.compile.cache(source, self.shell.execution_count)
        return declarations.run(declarations.left_behind(source, place), self.shell.user_ns, file)

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
                declarations.run(statements, self.shell.user_ns, "<imports>")

    def _frames(self) -> list[str]:
        """Give where in cells the last error came through: the last few places, the latest last."""
        error = getattr(sys, "last_value", None)
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

    def _failed_place(self) -> tuple[int, int] | None:
        """Find the line and column of the cell's own code that the last error came through."""
        error = getattr(sys, "last_value", None)
        if error is None or isinstance(error, SyntaxError):
            return None
        place = None
        step = error.__traceback__
        while step is not None:
            code = step.tb_frame.f_code
            # The last such frame: under `%%time` the cell is run by a first line of its own.
            if step.tb_frame.f_globals is self.shell.user_ns and code.co_name == "<module>":
                positions = itertools.islice(code.co_positions(), step.tb_lasti // 2, None)
                place = step.tb_lineno, next(positions)[2] or 0
            step = step.tb_next
        return place


def forget_error(*_: Any) -> None:
    """Let no cell be taken for the one that raised the last error."""
    sys.last_value = None


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
    shell.events.register("pre_run_cell", forget_error)
    shell.events.register("post_run_cell", app.kernel.finish_imports)
    shell.events.register("post_run_cell", MendedStreams().mend)
    courtesy.install(shell)
    app.start()
