"""The pages of students in a zip archive that Moodle gives back to them.

Moodle (mod/assign/feedback/file/importziplib.php) breaks each part of a path at its underscores,
wants `name_number_assignsubmission_plugin`, and takes for the file's name what follows, after
one more underscore or in the folder. Up to 4.0 it wants that last underscore even on a folder, and
it had put it there itself: so folders go back exactly as they came. Where files had come without
folders, so do the pages, with an underscore, which every version reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zachetka.errors import UsageError
from zachetka.export.archive import to_zip
from zachetka.export.outcome import Left, Outcome, Reason, without_grade
from zachetka.report.model import ReportStatus
from zachetka.submission.file import read_capped

if TYPE_CHECKING:
    from zachetka.report.model import SubmissionInfo
    from zachetka.report.store import ClassRecord

FOLDER: Final = "feedback"
_SUFFIXES: Final = (".html", ".md")
_PAGE_BYTES: Final = 20_000_000
_ALL_BYTES: Final = 1_000_000_000
_PARTS: Final = 4


@dataclass(frozen=True, slots=True)
class FeedbackZip:
    """The archive, and what is to be said about it."""

    data: bytes
    outcome: Outcome


def feedback_zip(record: ClassRecord) -> FeedbackZip:
    """Put the pages of all students whom Moodle can tell into an archive.

    Raises:
        UsageError: there are no pages, or they are too large.
    """
    pages = record.folder / FOLDER
    if not pages.is_dir():
        raise UsageError(f"{record.folder} has no folder {FOLDER}/ with the pages of students")
    files: dict[str, bytes] = {}
    left: list[Left] = []
    for stored in record.reports:
        who, submission = stored.report.label, stored.report.submission
        if stored.report.status is ReportStatus.ERROR:
            left.append(without_grade(stored.report))
            continue
        trouble = _trouble(submission.folder)
        found = [
            (_name(submission, f"{FOLDER}{suffix}"), page)
            for suffix in _SUFFIXES
            if (page := pages / f"{stored.stem}{suffix}").is_file()
        ]
        if not trouble and not found:
            trouble = f"there is no page {FOLDER}/{stored.stem}{_SUFFIXES[0]}"
        if not trouble and any(name in files for name, _ in found):
            trouble = "another report came from the same folder"
        if trouble:
            left.append(Left(Reason.LEFT, who, trouble))
            continue
        files.update((name, read_capped(page, "page", _PAGE_BYTES)) for name, page in found)
        if sum(map(len, files.values())) > _ALL_BYTES:
            raise UsageError(f"the pages are more than {_ALL_BYTES} bytes, which no system takes")
    reports = len(record.reports)
    done, what = reports - len(left), "students have their pages in it"
    outcome = Outcome(what, done, reports, tuple(left), record.notes)
    return FeedbackZip(to_zip(sorted(files.items())), outcome)


def _trouble(untrusted_folder: str | None) -> str:
    """Say why Moodle could not tell whose a folder with this name is; nothing if it can."""
    if not untrusted_folder:
        return "its report does not say from which folder of Moodle it came"
    parts = untrusted_folder.split("_", _PARTS)
    if set(untrusted_folder) & set("/\\") or len(parts) < _PARTS:
        return f"its folder {untrusted_folder} is none of Moodle's"
    if not (parts[1].isdecimal() and parts[2] == "assignsubmission"):
        return f"its folder {untrusted_folder} has no number of a participant"
    return ""


def _name(submission: SubmissionInfo, page: str) -> str:
    came_flat = submission.file.startswith(f"{submission.folder}_")
    return f"{submission.folder}_{page}" if came_flat else f"{submission.folder}/{page}"
