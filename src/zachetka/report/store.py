"""A folder of reports, read back: what the pages and the exports start from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from zachetka.errors import UsageError
from zachetka.report.clean import clean_line
from zachetka.report.model import LINE_LIMIT, Report, from_json
from zachetka.report.summary import JSON_NAME

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stored:
    """A report and the name of its file."""

    name: str
    report: Report

    @property
    def stem(self) -> str:
        """The name without its suffix: what the pages of a student are called."""
        return self.name.removesuffix(".json")


@dataclass(frozen=True, slots=True)
class Missing:
    """A student of the roster who handed in nothing."""

    student: str
    name: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class ClassRecord:
    """All that a batch left in its folder.

    `strays` are files that belong to nobody, with the reason; `broken` are reports that are not
    there or cannot be read; `complete` is None where no summary says whether the batch is finished.
    """

    folder: Path
    assignment: str
    reports: tuple[Stored, ...]
    missing: tuple[Missing, ...] = ()
    strays: tuple[tuple[str, str], ...] = ()
    layout: str = ""
    broken: tuple[str, ...] = ()
    complete: bool | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever uses the reports should be told."""
        return (f"reports that cannot be read: {', '.join(self.broken)}",) if self.broken else ()


def read_class_record(folder: Path) -> ClassRecord:
    """Read the reports that the last batch was about, sorted by student.

    Raises:
        UsageError: there is no such folder, no report in it, or reports of several assignments.
    """
    try:
        names = sorted(path.name for path in folder.iterdir() if _is_report(path))
    except OSError as error:
        raise UsageError(f"cannot read the reports in {folder}: {error.strerror}") from error
    untrusted_summary = _summary(folder)
    listed = {
        _text(each.get("report")): each.get("status")
        for each in _objects(untrusted_summary, "students")
    }
    # Of an earlier class, or of somebody who has left; without a summary nobody can tell.
    names = [name for name in names if not listed or name in listed]
    reports: list[Stored] = []
    # One that the summary lists and nobody finds: its disk was full, or it was removed.
    broken = sorted(listed.keys() - {"", *names})
    for name in names:
        try:
            report = from_json((folder / name).read_bytes())
        except (OSError, ValidationError):
            broken.append(name)
            continue
        # A new report that found no room on the disk has left the old one in its place.
        if listed and listed[name] != report.status.value:
            broken.append(name)
        else:
            reports.append(Stored(name, report))
    if not reports:
        raise UsageError(f"{folder} has no reports: give the folder that `zachetka batch` wrote")
    assignments = sorted({stored.report.assignment for stored in reports})
    if len(assignments) > 1:
        raise UsageError(f"{folder} has reports of several assignments: {', '.join(assignments)}")
    reports.sort(key=lambda stored: (stored.report.student.casefold(), stored.name))
    return ClassRecord(
        folder,
        assignments[0],
        tuple(reports),
        missing=tuple(
            Missing(*(_text(each.get(what)) for what in ("student", "name", "group")))
            for each in _objects(untrusted_summary, "missing")
        ),
        strays=tuple(
            (_text(each.get("path")), _text(each.get("why")))
            for each in _objects(untrusted_summary, "strays")
        ),
        layout=_text(untrusted_summary.get("layout")),
        broken=tuple(broken),
        complete=untrusted_summary.get("complete") is True if untrusted_summary else None,
    )


def _is_report(path: Path) -> bool:
    return path.suffix == ".json" and path.name != JSON_NAME and not path.name.startswith(".")


def _summary(folder: Path) -> dict[str, Any]:
    try:
        untrusted_document = json.loads((folder / JSON_NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return untrusted_document if isinstance(untrusted_document, dict) else {}


def _objects(untrusted_document: dict[str, Any], key: str) -> list[dict[str, Any]]:
    untrusted_list = untrusted_document.get(key)
    listed = untrusted_list if isinstance(untrusted_list, list) else []
    return [each for each in listed if isinstance(each, dict)]


def _text(untrusted_value: object) -> str:
    return clean_line(untrusted_value, LINE_LIMIT) if isinstance(untrusted_value, str) else ""
