"""The command line: `main` exits, `run` raises or gives the exit code.

Exit codes: 0 done, and every submission got a verdict, whatever the score; 1 what was looked for
is there: `verify` found a grader that is wrong, `doctor` a file beyond repair, `diff --exit-code` a
difference, `export --strict` a grade without a place; 2 the command was called wrongly; 3 something
of ours failed; 130 interrupted.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from zachetka.cli import (
    batch_command,
    course_commands,
    diff_command,
    doctor_command,
    export_command,
    grading_commands,
    machine_commands,
    similar_command,
)
from zachetka.errors import InfrastructureError, ZachetkaError
from zachetka.report.clean import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED: Final = 130
_PIPE_CLOSED: Final = 141
_COMPLAINT: Final = 4000

app = typer.Typer(
    name="zachetka",
    help="Grade notebooks of deep-learning courses with hidden checks, from outside a sandbox.",
    epilog="Exit codes: 0 done, every submission got a verdict, whatever the score; 1 `verify`, "
    "`doctor`, `diff --exit-code` or `export --strict` found something wrong; 2 wrong use; "
    "3 something other than a submission failed; 130 interrupted.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for commands in (
    grading_commands,
    batch_command,
    export_command,
    diff_command,
    similar_command,
    doctor_command,
    course_commands,
    machine_commands,
):
    commands.register(app)


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"zachetka {version('zachetka')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Grade notebooks of deep-learning courses with hidden checks, from outside a sandbox."""
    del version


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    _take_any_text()
    _interrupt_once()
    try:
        code = run(sys.argv[1:])
    except ZachetkaError as error:
        code = _complain(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        code = _complain("interrupted", INTERRUPTED)
    except BrokenPipeError:
        code = _PIPE_CLOSED
    except OSError as error:
        code = _complain(f"the machine failed: {error}", InfrastructureError.exit_code)
    except Exception as error:
        if os.environ.get("ZACHETKA_DEBUG"):
            raise
        said = f"{type(error).__name__}: {error}"
        code = _complain(
            f"a bug in Zachetka: {said} (ZACHETKA_DEBUG=1 shows more)",
            InfrastructureError.exit_code,
        )
    _leave(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Raises:
        ZachetkaError: it failed; the error knows its exit code.
        KeyboardInterrupt: it was interrupted and has cleaned up.
    """
    # Before torch loads: two jobs on two cores cost many times the CPU when each uses both.
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        code = app(list(arguments), standalone_mode=False)
    except Exception as error:
        # Typer brings a copy of click along, whose errors have no other name in common.
        describe = getattr(error, "format_message", None)
        if describe is None:
            raise
        message = describe().strip()
        if not message:  # no_args_is_help has printed the help
            return 2
        command = getattr(getattr(error, "ctx", None), "command_path", "") or "zachetka"
        stop = "" if message.endswith((".", "?", "!")) else "."
        return _complain(f"{message}{stop} Try `{command} --help`.", 2)
    if code == INTERRUPTED:  # what Typer makes of a KeyboardInterrupt
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0


def _complain(message: str, code: int) -> int:
    with contextlib.suppress(OSError):
        # It may name a file, and a student may have named the file.
        sys.stderr.write(f"zachetka: {clean_line(message, _COMPLAINT)}\n")
    return code


def _take_any_text() -> None:
    """Let no terminal's encoding stop a report from being printed, nor a stream that is closed."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]


def _interrupt_once() -> None:
    """Let the first request to end raise KeyboardInterrupt; the clean-up after it is not broken."""
    asked = False

    def interrupt(_signal_number: int, _frame: object) -> None:
        nonlocal asked
        if not asked:
            asked = True
            raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)


def _leave(code: int) -> NoReturn:
    try:
        sys.stdout.flush()
    except OSError as error:
        # The interpreter would flush again on its way out and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            code = code or _PIPE_CLOSED
        elif not code:
            code = _complain(f"the machine failed: {error}", InfrastructureError.exit_code)
    sys.exit(code)
