"""The command that mends notebooks: doctor."""

from __future__ import annotations

import json
import stat
from dataclasses import asdict, dataclass
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Final

import typer

from zachetka.cli.options import JsonOption, check_output
from zachetka.errors import UsageError, ZachetkaError
from zachetka.report.clean import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_SCHEMA: Final = "zachetka.doctor/1"
_NOT_MENDED: Final = 1
_LINE: Final = 1000
_PAIR: Final = 2
# By whether notebooks are merged, and whether this file was written.
_VERDICTS: Final = {
    (False, False): "to mend (--write does it)",
    (False, True): "mended",
    (True, False): "mended for the merged notebook only",
    (True, True): "merged",
}


@dataclass(frozen=True, slots=True)
class _Visit:
    """What became of one file; `error` says why it could not be mended."""

    file: str
    repairs: tuple[str, ...] = ()
    written: bool = False
    error: str | None = None


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog="Example: `zachetka doctor --write submissions/*.ipynb`")(doctor)


def doctor(
    notebooks: Annotated[
        list[Path], typer.Argument(metavar="NOTEBOOK", help="Notebooks that give trouble.")
    ],
    *,
    write: Annotated[
        bool, typer.Option("--write", help="Mend the files in place; else they are only looked at.")
    ] = False,
    backup: Annotated[
        bool, typer.Option("--backup", help="With --write: keep what was there as NAME.ipynb.orig.")
    ] = False,
    merge: Annotated[
        Path | None,
        typer.Option("--merge", metavar="OUT", help="Merge two notebooks into this new file."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="With --merge: write over a file that is there.")
    ] = False,
    json_: JsonOption = False,
) -> int:
    """Say what is wrong with notebooks and mend it: encoding, format, ids, metadata, huge outputs.

    No line that their authors wrote is lost. Leaves with 1 where a file could not be mended.
    """
    if backup and not write:
        raise UsageError("--backup is for --write: without it no file is changed")
    if force and merge is None:
        raise UsageError("--force is for --merge: without it no file stands in the way")
    if merge is None:
        _needs_one(notebooks)
        visits = [
            _visit(notebook, write=write, backup=backup) for notebook in dict.fromkeys(notebooks)
        ]
    else:
        if write:
            raise UsageError("--merge writes a new file: leave out --write")
        if len(notebooks) != _PAIR:
            raise UsageError(f"--merge takes two notebooks, and {len(notebooks)} were named")
        check_output(merge)
        if not force and (merge.exists() or merge.is_symlink()):
            raise UsageError(f"{merge} is already there: name another file or add --force")
        _needs_one(notebooks)
        visits = _merge(notebooks, merge)
    _show(visits, as_json=json_, merging=merge is not None)
    return _NOT_MENDED if any(visit.error is not None for visit in visits) else 0


def _needs_one(notebooks: Sequence[Path]) -> None:
    # One that is missing stops no other; where there is none at all, the call is wrong.
    if not any(notebook.exists() or notebook.is_symlink() for notebook in notebooks):
        raise UsageError(f"there is no file {notebooks[0]}: check the path")


def _visit(path: Path, *, write: bool, backup: bool) -> _Visit:
    from zachetka.doctor import repaired
    from zachetka.submission import read_bytes

    try:
        original = read_bytes(path).take()
        mended = repaired(original)
        written = write and bool(mended.repairs)
        if written:
            _replace(path, mended.data, original if backup else None)
    except (ZachetkaError, OSError) as error:
        return _Visit(str(path), error=str(error))
    return _Visit(str(path), mended.repairs, written)


def _merge(notebooks: Sequence[Path], out: Path) -> list[_Visit]:
    from zachetka.doctor import merged, repaired
    from zachetka.report.atomic import write_atomically
    from zachetka.submission import read_bytes

    visits: list[_Visit] = []
    contents: list[bytes] = []
    for path in notebooks:
        try:
            mended = repaired(read_bytes(path).take())
        except (ZachetkaError, OSError) as error:
            visits.append(_Visit(str(path), error=str(error)))
            continue
        visits.append(_Visit(str(path), mended.repairs))
        contents.append(mended.data)
    if len(contents) == len(notebooks):
        try:
            whole = merged(*contents)
            write_atomically(out, whole.data)
        except (ZachetkaError, OSError) as error:
            visits.append(_Visit(str(out), error=str(error)))
        else:
            visits.append(_Visit(str(out), whole.repairs, written=True))
    return visits


def _replace(path: Path, data: bytes, original: bytes | None) -> None:
    from zachetka.report.atomic import write_atomically

    mode = stat.S_IMODE(path.stat().st_mode)
    if original is not None:
        kept = path.with_name(path.name + ".orig")
        if kept.exists() or kept.is_symlink():
            raise UsageError(f"{kept} is already there and was not written over: move it away")
        write_atomically(kept, original)
        kept.chmod(mode)
    write_atomically(path, data)
    path.chmod(mode)


def _show(visits: Sequence[_Visit], *, as_json: bool, merging: bool) -> None:
    if as_json:
        from zachetka.cli.display import print_json

        document = {"schema": _SCHEMA, "files": [asdict(visit) for visit in visits]}
        # A name may hold bytes that are no UTF-8; escapes can be written whatever it holds.
        print_json(json.dumps(document, indent=2) + "\n")
        return
    for visit in visits:
        name = clean_line(visit.file, _LINE)
        if visit.error is not None:
            typer.echo(f"{name}: cannot be mended: {clean_line(visit.error, _LINE)}", err=True)
        elif not visit.repairs:
            typer.echo(f"{name}: nothing to mend")
        else:
            typer.echo(f"{name}: {_VERDICTS[merging, visit.written]}")
            for repair in visit.repairs:
                typer.echo(f"  {clean_line(repair, _LINE)}")
