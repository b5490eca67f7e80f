"""The pages beside the reports: of each student, of the class, and of each pair that is close."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zachetka.errors import ZachetkaError, sentence
from zachetka.known_code import reference_cells, template_cells
from zachetka.language import Language
from zachetka.pages.class_page import STUDENTS, class_page
from zachetka.pages.feedback import feedback_page
from zachetka.pages.images import read_plots
from zachetka.pages.markdown import feedback_markdown
from zachetka.pages.pair_page import write_pair_pages
from zachetka.report.atomic import write_atomically
from zachetka.report.store import read_class_record
from zachetka.report.summary import PAGE_NAME
from zachetka.similarity import similar_pairs
from zachetka.submission import parse
from zachetka.submission.archive import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from zachetka.intake.classlist import ClassList
    from zachetka.manifest import Manifest
    from zachetka.report.model import Report
    from zachetka.similarity import Pair
    from zachetka.submission import Submission

PAIRS: Final = "pairs"
_JSON: Final = ".json"


class Site:
    """Writes the pages of one batch; what cannot be written is told in `troubles`."""

    def __init__(
        self,
        course: Path,
        manifest: Manifest,
        out: Path,
        class_list: ClassList,
    ) -> None:
        self._course = course
        self._manifest = manifest
        self._out = out
        self._notebooks = {
            student.owner.key: student.notebook
            for student in class_list.students
            if student.notebook is not None
        }
        self._reader = Reader()
        self._cells: dict[str, tuple[str, ...]] = {}
        self._labels: dict[str, str] = {}
        self.troubles: list[str] = []

    def write_student(self, student: str, name: str, report: Report, is_new: bool) -> None:
        """Write the page of a student, and the same as text for a mail, where it is not there."""
        try:
            self._write_student(student, name, report, is_new=is_new)
        except Exception as error:  # noqa: BLE001 - no page is worth a report
            self.troubles.append(f"the page of {name} cannot be made: {sentence(error)}")

    def remove_student(self, _student: str, name: str, _report: Report, is_new: bool) -> None:
        """Remove the pages of a report that is about to be another one."""
        page = self._out / STUDENTS / f"{name.removesuffix(_JSON)}.html"
        for path in (page, page.with_suffix(".md")) if is_new else ():
            with contextlib.suppress(OSError):
                path.unlink()

    def _write_student(self, student: str, name: str, report: Report, *, is_new: bool) -> None:
        self._labels[name] = report.label
        stem = name.removesuffix(_JSON)
        page = self._out / STUDENTS / f"{stem}.html"
        mail = page.with_suffix(".md")
        data, submission = self._read(student)
        if submission is not None:
            self._cells[name] = tuple(cell.source for cell in submission.cells)
        if not is_new and page.exists() and mail.exists():
            return
        # Whatever fails from here on, no page of another verdict stays.
        for path in (page, mail):
            path.unlink(missing_ok=True)
        language = report.language or (submission and submission.language) or Language.EN
        plots = read_plots(data)
        html = feedback_page(
            report,
            manifest=self._manifest,
            language=language,
            cells=submission.cells if submission else (),
            plots=plots.plots,
            plots_left_out=plots.left_out,
        )
        self._store(page, html)
        self._store(mail, feedback_markdown(report, self._manifest, language))

    def write_class(self) -> None:
        """Write the page of the class, and one for each pair of submissions that are close."""
        try:
            self._write_class()
        except Exception as error:  # noqa: BLE001 - no page is worth the closing table
            self.troubles.append(f"the page of the class cannot be made: {sentence(error)}")

    def _write_class(self) -> None:
        found = similar_pairs(
            self._cells,
            template_cells(self._course, self._manifest),
            references=reference_cells(self._course, self._manifest),
        )
        pairs: list[Pair] = []
        folder = self._out / PAIRS
        try:
            written = write_pair_pages(found, self._cells, folder, labels=self._labels)
            pairs = [replace(pair, page=f"{PAIRS}/{pair.page}") for pair in written]
        except OSError as error:
            self.troubles.append(f"the pages of close pairs cannot be written: {error.strerror}")
        record = read_class_record(self._out)
        self._store(self._out / PAGE_NAME, class_page(record, manifest=self._manifest, pairs=pairs))

    def _read(self, student: str) -> tuple[bytes, Submission | None]:
        member = self._notebooks.get(student)
        if member is None:
            return b"", None
        try:
            raw = self._reader.read(member.source, member.address)
            data = raw.data
            return data, parse(raw)
        except ZachetkaError:
            return b"", None

    def _store(self, path: Path, content: str) -> None:
        try:
            path.parent.mkdir(exist_ok=True)
            write_atomically(path, content)
        except OSError as error:
            self.troubles.append(f"the page {path} cannot be written: {error.strerror}")
