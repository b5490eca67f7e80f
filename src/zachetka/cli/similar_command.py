"""The command that finds submissions that are close to each other: similar."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from zachetka.cli.options import (
    AssignmentArgument,
    CourseOption,
    JsonOption,
    check_folder,
    resolve_course,
)
from zachetka.errors import UsageError, ZachetkaError
from zachetka.report.clean import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zachetka.intake.classlist import ClassList
    from zachetka.similarity import Pair

SCHEMA: Final = "zachetka.similar/1"
JSON_NAME: Final = "similar.json"

_SHOWN: Final = 40
_LABEL_LETTERS: Final = 120
_WHY_LETTERS: Final = 300


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog="Example: `zachetka similar mlp submissions.zip --out similar/`")(similar)


def similar(
    assignment: AssignmentArgument,
    submissions: Annotated[
        Path,
        typer.Argument(metavar="SUBMISSIONS", help="What the LMS gave: a folder or a zip archive."),
    ],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the pairs' pages go.")],
    course: CourseOption = None,
    layout: Annotated[
        str, typer.Option("--layout", metavar="NAME", help="How the files are laid out.")
    ] = "",
    threshold: Annotated[
        float | None,
        typer.Option("--threshold", min=0, max=1, help="The least score of a pair. [default: 0.5]"),
    ] = None,
    json_: JsonOption = False,
) -> int:
    """Find pairs of submissions that share more than template, task and class explain.

    Runs nothing of the submissions. Writes a page per pair, both side by side, and similar.json.
    A pair is a hint to read both, nothing else: no score changes.
    """
    from zachetka.intake.classlist import read_class
    from zachetka.intake.content import wanted_by
    from zachetka.known_code import reference_cells, template_cells
    from zachetka.manifest import load_manifest
    from zachetka.pages.pair_page import write_pair_pages
    from zachetka.report.atomic import write_atomically
    from zachetka.report.names import report_names
    from zachetka.similarity import THRESHOLD, similar_pairs

    root = resolve_course(course)
    manifest = load_manifest(root, assignment)
    check_folder(out)
    class_list = read_class(
        submissions.absolute(),
        assignment=assignment,
        wanted=wanted_by(root, manifest),
        layout=layout,
    )
    by_student, skipped = _sources(class_list)
    names = report_names(by_student)
    sources = {names[student]: cells for student, cells in by_student.items()}
    labels = {
        names[student.owner.key]: _line(student.owner.name or student.owner.key)
        for student in class_list.students
        if student.owner.key in names
    }
    least = THRESHOLD if threshold is None else threshold
    found = similar_pairs(
        sources,
        template_cells(root, manifest),
        references=reference_cells(root, manifest),
        threshold=least,
    )
    try:
        out.mkdir(parents=True, exist_ok=True)
        pairs = write_pair_pages(found, sources, out, labels=labels)
    except OSError as error:
        raise UsageError(f"cannot write into {out}: {error.strerror}") from error
    document = {
        "schema": SCHEMA,
        "assignment": assignment,
        "threshold": least,
        "submissions": len(sources),
        "skipped": [{"student": student, "why": why} for student, why in skipped],
        "pairs": [_as_json(pair, labels) for pair in pairs],
    }
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    try:
        write_atomically(out / JSON_NAME, text)
    except OSError as error:
        raise UsageError(f"cannot write {out / JSON_NAME}: {error.strerror}") from error
    _show(text, pairs, labels, skipped, as_json=json_, out=out)
    return 0


def _sources(class_list: ClassList) -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    """Give the cells of every student, and who has none that could be read, with the reason."""
    from zachetka.submission.archive import Reader
    from zachetka.submission.notebook import parse

    sources: dict[str, list[str]] = {}
    skipped: list[tuple[str, str]] = []
    with Reader() as reader:
        for student in class_list.students:
            key, member = student.owner.key, student.notebook
            if member is None:
                skipped.append((_line(key), "handed in no notebook"))
                continue
            try:
                parsed = parse(reader.read(member.source, member.address))
            except ZachetkaError as error:
                skipped.append((_line(key), clean_line(str(error), _WHY_LETTERS)))
            else:
                sources[key] = [cell.source for cell in parsed.cells]
    return sources, skipped


def _line(text: str) -> str:
    return clean_line(text, _LABEL_LETTERS)


def _as_json(pair: Pair, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "first": pair.first,
        "second": pair.second,
        "first_student": labels[pair.first],
        "second_student": labels[pair.second],
        "score": pair.score,
        "weight": pair.weight,
        "passages": len(pair.shared),
        "remarks": len(pair.remarks),
        "page": pair.page,
    }


def _show(
    document: str,
    pairs: Sequence[Pair],
    labels: dict[str, str],
    skipped: Sequence[tuple[str, str]],
    *,
    as_json: bool,
    out: Path,
) -> None:
    from zachetka.cli.display import make_console, make_table, print_json

    if as_json:
        print_json(document)
        return
    from rich.text import Text

    console = make_console()
    what = "1 pair is" if len(pairs) == 1 else f"{len(pairs)} pairs are"
    console.print(Text(f"{what} close enough to be read side by side."), soft_wrap=True)
    shown = pairs[:_SHOWN]
    if shown:
        table = make_table(console, "first", "second", ("score", "right"), "page")
        for pair in shown:
            table.add_row(
                Text(labels[pair.first]),
                Text(labels[pair.second]),
                Text(f"{pair.score:.2f}"),
                Text(str(out / pair.page)),
            )
        console.print(table)
    if len(pairs) > len(shown):
        console.print(Text(f"The other pairs are in {out / JSON_NAME}."), soft_wrap=True)
    for student, why in skipped[:_SHOWN]:
        console.print(Text(f"not compared: {student}: {why}"), soft_wrap=True)
    if len(skipped) > _SHOWN:
        console.print(Text(f"not compared: {len(skipped) - _SHOWN} more"), soft_wrap=True)
