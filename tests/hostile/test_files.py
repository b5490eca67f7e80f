"""Files that attack by their format, their name or what they are on a disk, as data.

All of them lie in one class folder with honest notebooks between them, and one `zachetka batch`
grades them all. What a file holds never reaches the sandbox but for the sources of its cells, so
one backend shows it all.
"""

import contextlib
import csv
import gzip
import hashlib
import io
import json
import os
import re
import socket
import stat
import subprocess
import sys
import threading
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from required import require
from toy_course import HONEST, SECRET, ToyCourse, notebook

from zachetka import submission
from zachetka.agent.usage import stat_fields
from zachetka.errors import SubmissionRejectedError
from zachetka.intake.classlist import read_class
from zachetka.report.model import ReportStatus, from_json, to_json
from zachetka.report.names import report_names
from zachetka.submission import FILE_BYTES

# Imports take a third of it; the rest is a file of 50 MB in which one emoji makes every character
# of the text, and of the value that is parsed out of it, four bytes wide.
TRUSTED_BYTES = 600 << 20
BATCH_S = 240
COMMAND = (sys.executable, "-c", "from zachetka.cli import main; main()")
IS_ROOT = os.geteuid() == 0
NEIGHBOURS = ("!first", "honest", "яlast")

GRADED, REJECTED, ERROR = ReportStatus.GRADED, ReportStatus.REJECTED, ReportStatus.ERROR
SCORES = {GRADED: 1.0, REJECTED: 0.0, ERROR: None}
BROKEN = ("JSON is broken", "JSON в нём повреждён")
EMPTY = ("file is empty", "Файл пустой")
NO_CELLS = ("it has no cells", "в нём нет ячеек")
NO_FILE = ("not a file but a folder, a link", "не файл, а папка, ссылка")
TOO_LARGE = ("too large: .* MB of at most 50 MB", "слишком большой: .* МБ при допустимых 50 МБ")
TOO_MUCH_CODE = ("too much code", "слишком много кода")
TOO_MUCH_DATA = ("too much data. Clear its outputs", "слишком много данных. Очистите выводы")
ARCHIVE = ("an archive", "архив с именем ноутбука")
WEB_PAGE = ("a web page", "веб-страница")
FROM_GIT = ("Git LFS", "Git LFS")
CONFLICT = ("marks of a merge conflict", "метки конфликта слияния")
SCRIPT = ("a Python script", "скрипт на Python")
OTHER_LANGUAGE = ("written in R;", "написан на R,")


pytestmark = pytest.mark.xdist_group("hostile-files")


@dataclass(frozen=True)
class File:
    """A submission: `make` gives its bytes, or puts it at a path, and `name` is a file's.

    `says` is for a student in English and in Russian, `flags` for a teaching assistant.
    """

    case: str
    make: Callable
    status: ReportStatus = GRADED
    says: tuple[str, str] | None = None
    flags: tuple[str, ...] = ()
    name: str | bytes = ""

    @property
    def path_name(self):
        return os.fsdecode(self.name) or f"{self.case}.ipynb"


def honest(case, source=HONEST):
    """Make an honest notebook that no other case has."""
    return notebook([f"{source}\n# {case}"])


def text_of(document):
    return json.dumps(document, ensure_ascii=False)


def graded(case, make, *flags, **more):
    """Expect all points of a document, its text or its bytes."""
    return File(case, make, GRADED, None, flags, **more)


def rejected(case, make, says, **more):
    return File(case, make, REJECTED, says, **more)


def changed(case, *flags, **fields):
    """An honest notebook some of whose fields are others."""
    return graded(case, lambda: honest(case) | fields, *flags)


def with_literal(case, literal, says=None):
    """An honest notebook with a piece of JSON in its metadata that no serializer writes."""

    def make():
        return json.dumps(honest(case) | {"metadata": "@"}).replace('"@"', literal())

    return rejected(case, make, says) if says else graded(case, make)


def with_cells(case, cells, *flags):
    """Honest code, and cells before it that are no cells of Jupyter's."""

    def make():
        document = honest(case)
        return document | {"cells": [*cells(), *document["cells"]]}

    return graded(case, make, *flags)


def encoded(case, encode, *flags):
    def make():
        document = honest(case)
        # If it fails, the cell is flagged.
        check = "s = 'Зачётка'\nassert (len(s), ord(s[0]), ord(s[3])) == (7, 0x417, 0x451)\n"
        document["cells"][0]["source"] = check + document["cells"][0]["source"]
        return encode(text_of(document))

    return graded(case, make, *flags)


def named(case, name):
    """Give a name that hurts whoever shows, stores or opens it to a file that is soon judged."""
    return rejected(case, lambda: {"case": case}, NO_CELLS, name=name)


def honestly_named(case, name):
    return graded(case, lambda: honest(case), name=name)


def old_format(version, case):
    cell = {"cell_type": "code", "input": [*honest(case)["cells"][0]["source"].splitlines(True)]}
    sheet = {"cells": [{"cell_type": "heading", "source": "x"}, {**cell, "language": "python"}]}
    return {"nbformat": version, "metadata": {"name": ""}, "worksheets": [sheet, 7]}


def beside(case, output):
    """Honest code whose outputs hold a lot."""

    def make():
        document = honest(case)
        document["cells"][0]["outputs"] = "@"
        return json.dumps(document).replace('"@"', output())

    return make


def filled_up(case):
    """Make the largest file that is read, in the widest of characters."""
    frame = text_of(honest(case) | {"metadata": {"x": "😀@"}}).encode()
    return frame.replace(b"@", b"x" * (FILE_BYTES - len(frame) + 1))


def zipped(case):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("notebook.ipynb", json.dumps(honest(case)))
    return stream.getvalue()


def conflicting(case):
    line, end = json.dumps(honest(case), indent=1).split("\n", 1)
    return f'{line}\n<<<<<<< HEAD\n "a": 1,\n=======\n "a": 2,\n>>>>>>> theirs\n{end}'


def keys_twice(case):
    first = json.dumps(notebook(["raise SystemExit"]))
    return first[:-1] + ", " + json.dumps(honest(case))[1:]


def sparse(path, _folder):
    with path.open("wb") as stream:
        stream.truncate(10 << 30)


def unreadable(path, _folder):
    path.write_text("{}")
    path.chmod(0)


def listening(path, _folder):
    # By a short path: a socket's address holds no long one.
    here = os.open(path.parent, os.O_DIRECTORY)
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(f"/proc/self/fd/{here}/{path.name}")
    finally:
        os.close(here)


def device(path, _folder):
    with contextlib.suppress(OSError):  # even root may make none in a container
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))
    if not path.exists():
        path.symlink_to("/dev/zero")


def shut_folder(path, _folder):
    path.mkdir()
    path.chmod(0)


ODD_CELLS = (
    *({"cell_type": "code", "source": source} for source in (5, None, {"a": 1}, [["x"]])),
    {"cell_type": "code", "source": ["x = 2\n", 5, None, "y = 3"]},
    {"cell_type": "code", "source": "x = '\0\ud800\x1b[2J\u202e<script>'"},
    *(7, None, [], "x", {"cell_type": ["code"]}, {"source": "1 / 0"}),
    *({"cell_type": "markdown", "source": ""},) * 100_000,
)
ODD_NUMBERS = (
    *("NaN", "Infinity", "-Infinity", "9" * 5000, "-" + "9" * 1_000_000),
    *("0." + "7" * 1_000_000, "1e" + "9" * 5000, r'"\ud800"', r'{"\udfff": "\ud83d"}'),
)


def left_out(megabytes):
    return f"{megabytes} MB of stored outputs and other data were left out"


FORMATS = (
    with_literal("deep-lists", lambda: "[" * 100_000 + "]" * 100_000, BROKEN),
    with_literal("deep-dicts", lambda: '{"a":' * 100_000 + "1" + "}" * 100_000, BROKEN),
    with_literal("deep-and-open", lambda: "[" * 100_000, BROKEN),
    with_literal("raw-control-characters", lambda: '{"a": "\0\x1b"}', BROKEN),
    with_literal("odd-numbers", lambda: '{"language_info": [' + ",".join(ODD_NUMBERS) + "]}"),
    graded("keys-twice", lambda: keys_twice("keys-twice")),
    with_cells(
        "odd-cells",
        lambda: ODD_CELLS,
        *(f"cell {number} has no source" for number in (1, 2, 3)),
        *(f"what is no text was left out of cell {number}" for number in (4, 5)),
        "characters that no file can hold were replaced in cell 6",
        "what is not a cell was left out: 4 times",
    ),
    with_cells(
        "cells-that-are-none",
        lambda: [0] * 1_000_000,
        "what is not a cell was left out: 1000000 times",
    ),
    graded("format-2", lambda: old_format(2, "format-2"), "upgraded from nbformat 3"),
    changed("format-99", nbformat=99, nbformat_minor=-1),
    changed("format-below-zero", nbformat=-4, nbformat_minor="x", metadata=[1]),
    changed("format-is-text", nbformat="4"),
    encoded("with-a-mark", lambda text: text.encode("utf-8-sig"), "read as utf-8-sig"),
    encoded("utf-16", lambda text: text.encode("utf-16"), "read as utf-16"),
    encoded("cp1251", lambda text: text.encode("cp1251"), "read as cp1251"),
    encoded(
        "zeros-at-the-end",
        lambda text: text.encode() + b"\0" * 5000,
        "zeros at the end of the file were left out",
    ),
    graded(
        "many-numbers",
        beside("many-numbers", lambda: "[" + "1.5,-2," * 2_900_000 + "0]"),
        left_out(20),
    ),
    graded("filled-up", lambda: filled_up("filled-up"), left_out(49)),
    rejected("many-dicts", beside("x", lambda: "[" + "{}," * 2_000_001 + "0]"), TOO_MUCH_DATA),
    rejected("many-texts", beside("x", lambda: "[" + '"яж",' * 1_600_000 + "0]"), TOO_MUCH_DATA),
    rejected("empty-cells", lambda: notebook([""] * 100_000), TOO_MUCH_CODE),
    rejected("one-large-cell", lambda: notebook(["x = 1\n" * 3_500_000]), TOO_MUCH_CODE),
    rejected("one-long-line", lambda: notebook(["x" * 10_000_000]), TOO_MUCH_CODE),
    rejected("one-cell-of-many-lines", lambda: notebook([["x\n"] * 1_000_000]), TOO_MUCH_CODE),
    rejected("cells-are-a-dict", lambda: {"nbformat": 4, "cells": {"a": 1}}, NO_CELLS),
    rejected("cells-are-text", lambda: {"nbformat": 4, "cells": "code"}, NO_CELLS),
    rejected("sheets-are-text", lambda: {"nbformat": 3, "worksheets": "code"}, NO_CELLS),
    rejected(
        "other-language",
        lambda: notebook(["x"]) | {"metadata": {"language_info": {"name": "R"}}},
        OTHER_LANGUAGE,
    ),
    rejected("empty", lambda: b"", EMPTY),
    rejected("only-spaces", lambda: b" \r\n\t" * 1000, EMPTY),
    rejected("only-zeros", lambda: b"\0" * 1000, EMPTY),
    rejected("cut-off", lambda: json.dumps(honest("cut-off"))[:-200], BROKEN),
    graded(
        "with-a-tail",
        lambda: json.dumps(honest("with-a-tail")) + "}]}",
        "what follows the notebook in its file was left out",
    ),
    rejected("two-documents", lambda: json.dumps(honest("two-documents")) * 2, BROKEN),
    rejected("noise", lambda: bytes(range(256)) * 4000, BROKEN),
    rejected("gzip", lambda: gzip.compress(json.dumps(honest("gzip")).encode()), ARCHIVE),
    rejected("bomb", lambda: gzip.compress(b"\0" * 100_000_000), ARCHIVE),
    graded(
        "zip",
        lambda: zipped("zip"),
        "an archive with the name of a notebook: the one notebook in it was read",
    ),
    rejected("login-page", lambda: "\n<!DOCTYPE html><html><script>alert(1)</script>", WEB_PAGE),
    rejected("script", lambda: "# решение\nimport torch\n" + HONEST, SCRIPT),
    rejected("pointer", lambda: "version https://git-lfs.github.com/spec/v1\n", FROM_GIT),
    rejected("conflict", lambda: conflicting("conflict"), CONFLICT),
)

NAMES = (
    honestly_named("longest-name", "ж" * 124 + "x.IPYNB"),
    honestly_named("no-utf-8", b"\xff\n\xe9.ipynb"),
    named("newline", "new\nline.ipynb"),
    named("return", "new\rline.ipynb"),
    named("upper-case", "Twin.ipynb"),
    named("lower-case", "twin.ipynb"),
    named("composed", "caf\xe9.ipynb"),
    named("other-no-utf-8", b"\xff\n\xe8.ipynb"),
    named("summary", "summary.ipynb"),
    named("summary-upper", "SUMMARY.ipynb"),
    named("device-of-windows", "CON.ipynb"),
    named("option", "-rf.ipynb"),
    named("formula-by-equals", "=cmd|' -C calc'!A0.ipynb"),
    named("formula-by-plus", "+1.ipynb"),
    named("formula-by-at", "@SUM(1).ipynb"),
    named("formula-by-tab", "\t=1+1.ipynb"),
    named("formula-by-return", "\r=1+1.ipynb"),
    named("formula-in-the-next-cell", 'x";=1+1;".ipynb'),
    named("formula-in-full-width", "\uff1d1+1.ipynb"),
    named("terminal", "\x1b[31mred\x1b]0;title\x07\x9b2J.ipynb"),
    named("backwards", "\u202egro.ipynb"),
    named("invisible", "in\u200bvisible\ufeff.ipynb"),
    named("markup", "[link=file:x]<img src=x onerror=alert(1)>[red].ipynb"),
    named("windows-path", r"C:\..\evil:stream.ipynb"),
    named("spaces", "  .ipynb"),
    named("report-of-another", "Twin.json.ipynb"),
)

FILES = (
    rejected("link-to-the-host", lambda path, _: path.symlink_to("/etc/passwd"), NO_FILE),
    rejected(
        "link-to-a-neighbour",
        lambda path, folder: path.symlink_to(folder / "honest.ipynb"),
        NO_FILE,
    ),
    rejected("link-to-nothing", lambda path, _: path.symlink_to("nowhere"), NO_FILE),
    rejected("link-to-itself", lambda path, _: path.symlink_to(path.name), NO_FILE),
    rejected("endless-device", lambda path, _: path.symlink_to("/dev/zero"), NO_FILE),
    rejected("device", device, NO_FILE),
    rejected("pipe", lambda path, _: os.mkfifo(path), NO_FILE),
    rejected("socket", listening, NO_FILE),
    rejected("folder", lambda path, _: path.mkdir(), NO_FILE),
    rejected("shut-folder", shut_folder, NO_FILE),
    rejected("sparse", sparse, TOO_LARGE),
    graded("hard-link", lambda path, folder: path.hardlink_to(folder / "honest.ipynb")),
    # Root reads it all the same.
    File(
        "unreadable",
        unreadable,
        *((REJECTED, NO_CELLS) if IS_ROOT else (ERROR, ("cannot read .*: Permission denied", ""))),
    ),
)

CASES = (*FORMATS, *NAMES, *FILES)


def put(case, folder):
    path = folder / case.path_name
    if case in FILES:
        case.make(path, folder)
        return
    content = case.make()
    if isinstance(content, dict):
        content = json.dumps(content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def seen(root):
    """Give what changes when a file below a folder is written, made or removed; reports apart."""
    found = {}
    for path in root.rglob("*"):
        status = path.lstat()
        if path.name != "tmp" and "out" not in path.relative_to(root).parts[:1]:
            found[os.fsencode(path)] = (status.st_mode, status.st_size, status.st_mtime_ns)
    return found


class MemoryWatch(threading.Thread):
    """Notes the largest memory that any trusted process of a command has taken.

    Trusted are those of its session: what runs in a sandbox has one of its own.
    """

    def __init__(self, session):
        super().__init__()
        self.session = session
        self.peak_bytes = 0
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(0.05):
            for folder in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError, TypeError):
                    fields = stat_fields(int(folder.name))
                    if int(fields[3]) == self.session:
                        status = (folder / "status").read_text(errors="replace")
                        peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) << 10
                        self.peak_bytes = max(self.peak_bytes, peak)


@dataclass(frozen=True)
class Batch:
    """What is left of the one run of the command line."""

    folder: Path
    out: Path
    code: int
    stdout: bytes
    stderr: bytes
    peak_bytes: int
    before: dict
    after: dict

    def report_path(self, path_name):
        students = read_class(self.folder).students
        names = report_names(student.owner.key for student in students)
        (key,) = (
            student.owner.key
            for student in students
            for member in (student.notebook, *student.others, *student.rest)
            if member is not None and member.name == path_name
        )
        return self.out / names[key]

    def report(self, path_name):
        return from_json(self.report_path(path_name).read_bytes())


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    require("bubblewrap")
    root = tmp_path_factory.mktemp("files")
    course = ToyCourse.make(root)
    folder, out = root / "class", root / "out"
    for neighbour in NEIGHBOURS:
        course.hand_in([f"{HONEST}\n# {neighbour}"], name=neighbour)
    (folder / "._honest.ipynb").write_text(json.dumps(honest("hidden")))
    for case in CASES:
        put(case, folder)
    for name in ("home", "tmp"):
        (root / name).mkdir()
    before = seen(root)
    with (root / "stdout").open("wb") as stdout, (root / "stderr").open("wb") as stderr:
        process = subprocess.Popen(
            [
                *(*COMMAND, "batch", "toy", "class", "--out", "out", "--course", "course"),
                *("--sandbox", "bubblewrap", "--allow-watched-memory", "--jobs", "2"),
            ],
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            env=os.environ
            | {"ZACHETKA_SECRET": SECRET, "TMPDIR": str(root / "tmp"), "HOME": str(root / "home")},
        )
        watch = MemoryWatch(process.pid)
        watch.start()
        try:
            code = process.wait(BATCH_S)
        finally:
            process.kill()
            process.wait()
            watch.over.set()
            watch.join()
    written = [(root / name).read_bytes() for name in ("stdout", "stderr")]
    for name in ("stdout", "stderr"):
        (root / name).unlink()
    yield Batch(folder, out, code, *written, watch.peak_bytes, before, seen(root))
    (folder / "shut-folder.ipynb").chmod(0o700)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case)
def test_a_file_gets_what_it_deserves(case, batch):
    report = batch.report(case.path_name)
    assert (report.status, report.score) == (case.status, SCORES[case.status])
    assert re.search(case.says[0] if case.says else "^$", report.message or "")
    said = (*report.repairs, *report.flags)
    flags = [flag for flag in said if "same student name" not in flag]
    if "and more was mended" in case.flags:
        assert len(flags) == 20
        flags = flags[-1:]
    assert tuple(flags) == case.flags
    path = batch.folder / case.path_name
    if report.submission.sha256 is not None:
        assert report.submission.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.status is REJECTED], ids=lambda case: case.case
)
def test_a_student_is_told_in_russian_too(case, batch):
    with pytest.raises(SubmissionRejectedError) as caught:
        submission.read_submission(batch.folder / case.path_name)
    assert re.search(case.says[1], caught.value.text.ru)


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_honest_neighbours_get_all_points(name, batch):
    report = batch.report(f"{name}.ipynb")
    assert (report.status, report.score, report.flags) == (GRADED, 1.0, ())
    assert (
        report.submission.sha256
        == hashlib.sha256((batch.folder / f"{name}.ipynb").read_bytes()).hexdigest()
    )


def test_the_command_ends_as_its_reports_say(batch):
    assert batch.code == (0 if IS_ROOT else 3), batch.stderr
    assert batch.peak_bytes < TRUSTED_BYTES, f"{batch.peak_bytes >> 20} MiB"


def test_every_submission_has_a_report_of_its_own_on_any_file_system(batch):
    names = [path.name for path in batch.out.iterdir() if path.is_file()]
    beside = {"summary.csv", "summary.json", "class.html"}
    assert len(names) == len(CASES) + len(NEIGHBOURS) + len(beside)
    pages = [path.name for path in (batch.out / "feedback").glob("*.html")]
    assert {f"{name.removesuffix('.html')}.json" for name in pages} == set(names) - beside
    for form in ("NFC", "NFD"):
        assert len({unicodedata.normalize(form, name.casefold()) for name in names}) == len(names)
    for path in batch.out.glob("*.json"):
        if path.name != "summary.json":
            report = from_json(path.read_bytes())
            assert to_json(report).encode() == path.read_bytes()
            assert path.stat().st_size < 100_000


def test_names_that_look_alike_are_flagged(batch):
    flagged = {
        case.case
        for case in NAMES
        if "another submission has the same student name" in batch.report(case.path_name).flags
    }
    assert flagged == {
        *("upper-case", "lower-case", "no-utf-8", "other-no-utf-8"),
        *("summary", "summary-upper", "newline", "return", "formula-by-tab", "formula-by-return"),
    }


def test_nothing_is_written_but_the_reports(batch):
    assert batch.after == batch.before


def test_the_summary_opens_in_a_spreadsheet_and_runs_nothing(batch):
    text = (batch.out / "summary.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    files = [path.name for path in batch.out.glob("*.json") if path.name != "summary.json"]
    assert len(rows) == len(files)
    # What defuses a formula is the only thing that was added.
    reports = sorted(row["report"].replace("'", "") for row in rows)
    assert reports == sorted(name.replace("'", "") for name in files)
    # Which separator divides cells is the reader's setting.
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            assert [cell for cell in row if FORMULA.match(cell)] == []


FORMULA = re.compile(r"[\s\"]*[=+\-@\t\r\uff1d]")

# What moves a cursor, hides text or turns it around; `rich` may end lines, and so may JSON.
DECEPTIVE = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def test_nothing_that_is_shown_deceives(batch):
    shown = batch.stdout.decode("utf-8")
    assert len(shown.strip().splitlines()) == 1 + len(CASES) + len(NEIGHBOURS) + 1
    for text in (
        shown,
        batch.stderr.decode(),
        *(path.read_text("utf-8") for path in batch.out.rglob("*.*") if path.is_file()),
    ):
        assert not DECEPTIVE.search(text), DECEPTIVE.search(text)
    assert "._honest" not in shown


def test_a_file_that_grows_while_it_is_read_is_cut_at_the_cap(tmp_path, monkeypatch):
    path = tmp_path / "growing.ipynb"
    with path.open("wb") as stream:
        stream.truncate(10 << 30)
    small = os.stat_result([stat.S_IFREG | 0o600, *[0] * 9])
    monkeypatch.setattr(submission.file.os, "fstat", lambda _descriptor: small)
    with pytest.raises(SubmissionRejectedError, match="too large: 51 MB"):
        submission.read_submission(path)


def test_a_complaint_about_a_file_does_not_repeat_what_its_name_does(batch):
    done = subprocess.run(
        [*COMMAND, "grade", "toy", "\x1b[2J\u202e.ipynb"],
        cwd=batch.folder.parent / "course",
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    said = done.stderr.decode()
    assert "there is no file" in said
    assert not DECEPTIVE.search(said)
