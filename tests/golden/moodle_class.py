"""Makes what a TA downloads from Moodle for a class of 60: the archive and the grading worksheet.

The notebooks are the solution, its alternatives, planted bugs, attacks, and files that are broken
in ways in which students break them.
"""

import base64
import csv
import io
import json
import zipfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cell_scripts import load
from PIL import Image

from zachetka.language import Language
from zachetka.manifest import load_manifest
from zachetka.reference import Kind, build, load_solution, load_variants, to_ipynb

ROOT = Path(__file__).parents[2]
ATTACKS = ROOT / "tests" / "hostile" / "submissions"
SIZE = 60
FIRST = ("Анна", "Борис", "Clara", "Даниил", "Elena", "Фёдор", "Galina", "Hugo", "Ирина", "Jan")
LAST = ("Петров-Водкин", "Müller", "O'Brien", "Ким", "Щукина", "da Silva")
DEADLINE = datetime(2026, 11, 20, 23, 59)  # noqa: DTZ001 - an archive knows no zone
QUICK_ATTACKS = ("forged_frames", "patched_torch", "kills_everybody", "poisoned_builtins")


@dataclass
class MoodleClass:
    """Files by their paths in the archive, and a row of the worksheet per student."""

    files: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    correct: list[str] = field(default_factory=list)

    def archive(self):
        """Give the bytes of the zip."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, (data, at) in self.files.items():
                archive.writestr(zipfile.ZipInfo(path, at.timetuple()[:6]), data)
        return stream.getvalue()

    def worksheet(self):
        """Give the sheet as Moodle writes it: a BOM and quotation marks where they are needed."""
        stream = io.StringIO()
        writer = csv.DictWriter(stream, list(self.rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return b"\xef\xbb\xbf" + stream.getvalue().encode()


def make_class(course, assignment):
    """Make the class; the same course makes the same bytes."""
    made = MoodleClass()
    for number, (kind, name, data) in enumerate(handed_in(course, assignment)):
        person = f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST)]}"
        folder = f"{person}_{7000 + number}_assignsubmission_file"
        late = number % 7 == 3
        at = DEADLINE + timedelta(hours=30) if late else DEADLINE - timedelta(hours=number + 1)
        if data is not None:
            made.files[f"{folder}/{name}"] = (data, at)
        if number % 20 == 1:
            made.files[f"{folder}/draft.ipynb"] = (b'{"cells": []}', at - timedelta(days=2))
        if kind == "correct":
            made.correct.append(folder)
        made.rows.append(
            {
                "Identifier": f"Participant {7000 + number}",
                "Full name": person,
                "Email address": f"student{number}@example.org",
                "Status": "Submitted for grading",
                "Grade": "",
                "Maximum Grade": "10.00",
                "Grade can be changed": "Yes",
                "Last modified (submission)": "-" if data is None else "then, by the clock",
                "Feedback comments": "",
            }
        )
    return made


def handed_in(course, assignment):
    """Give kind, file name and bytes of each student's file; no bytes where there is none."""
    manifest = load_manifest(course, assignment)
    solution = load_solution(course, manifest)
    variants = load_variants(course, manifest, solution)
    files = [("correct", "hw.ipynb", notebook(solution, {}, language)) for language in Language]
    files += [
        ("correct", "my homework.ipynb", notebook(solution, each.cells, Language.EN))
        for each in variants
        if each.kind is Kind.ALTERNATIVE
    ][:10]
    files += broken(notebook(solution, {}, Language.RU))
    for name in QUICK_ATTACKS:
        _, cells = load(ATTACKS / f"{name}.py")
        files.append(("attack", "hw.ipynb", script([source for _, source in cells])))
    bugs = [each for each in variants if each.kind is Kind.BUG]
    wanted = SIZE - len(files)
    files += [
        ("bug", "hw.ipynb", notebook(solution, each.cells, Language.RU))
        for each in bugs[:: max(1, len(bugs) // wanted)][:wanted]
    ]
    return files


def broken(data):
    """Give files as students break them; those that can be mended are correct."""
    text = data.decode()
    with_widgets = json.loads(text)
    with_widgets["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}
    with_plot = json.loads(text)
    code = next(cell for cell in with_plot["cells"] if cell["cell_type"] == "code")
    code["outputs"] = [
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": picture()}}
    ]
    return [
        ("correct", "hw.ipynb", json.dumps(with_widgets).encode()),
        ("correct", "hw.ipynb", json.dumps(with_plot).encode()),
        ("correct", "hw.ipynb", b"\xef\xbb\xbf" + data),
        ("correct", "дз.ipynb", text.replace("\n", "\r\n").encode("utf-16")),
        ("broken", "hw.ipynb", data[: len(data) // 2]),
        ("broken", "hw.ipynb", b""),
        ("broken", "hw.ipynb", b"<!doctype html><title>Log in</title>"),
        ("broken", "hw.py", b"print('hello')\n"),
        ("absent", "", None),
    ]


def notebook(solution, cells, language):
    """Give a notebook of the tasks' cells alone, which is what costs time."""
    return to_ipynb(build(solution, cells, language, only_tasks=True)).encode()


def script(sources):
    """Give a notebook of these cells."""
    cells = [
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": each,
        }
        for each in sources
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}).encode()


def picture():
    """Give a small plot as notebooks store it."""
    stream = io.BytesIO()
    Image.linear_gradient("L").save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()
