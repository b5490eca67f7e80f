import io
import zipfile

import pytest
from export_class import failed_by_us, from_moodle, make_report, store

from zachetka.errors import UsageError
from zachetka.export.feedback import feedback_zip
from zachetka.export.outcome import Reason
from zachetka.intake.layouts import MOODLE

UTF8 = 0x800


def with_pages(folder, *reports, suffixes=(".html",)):
    record = store(folder, *reports)
    (folder / "feedback").mkdir()
    for stored in record.reports:
        for suffix in suffixes:
            page = folder / "feedback" / f"{stored.stem}{suffix}"
            page.write_text(f"page of {stored.report.student}", "utf-8")
    return record


def names_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def as_moodle_reads(path, *, oldest):
    """Say whose a path is, by the rules of Moodle's importer: number and file's name."""
    parts = path.split("/")
    while parts:
        first, *parts = parts
        info = first.split("_", 4)
        if len(info) >= (5 if oldest else 4) and info[1].isdecimal():
            return info[1], "/".join([*info[4:], *parts]).strip("/")
    return None


def handed_in(path):
    owner = MOODLE.owner(tuple(path.split("/")))
    return make_report(
        owner.key, lms_id=owner.lms_id, folder=owner.folder, file=path.rpartition("/")[2]
    )


@pytest.mark.parametrize(
    ("came_as", "goes_back_as", "oldest"),
    [
        (
            "Ivan Petrov_12345_assignsubmission_file/hw.ipynb",
            "Ivan Petrov_12345_assignsubmission_file/feedback.html",
            False,
        ),
        (
            "Ivan Petrov_12345_assignsubmission_file_/hw.ipynb",
            "Ivan Petrov_12345_assignsubmission_file_/feedback.html",
            True,
        ),
        (
            "Ivan Petrov_12345_assignsubmission_file_hw.ipynb",
            "Ivan Petrov_12345_assignsubmission_file_feedback.html",
            True,
        ),
        (
            "Участник_12345_assignsubmission_file/a/hw.ipynb",
            "Участник_12345_assignsubmission_file/feedback.html",
            False,
        ),
    ],
)
def test_what_came_from_moodle_goes_back_as_it_reads_it(tmp_path, came_as, goes_back_as, oldest):
    record = with_pages(tmp_path / "reports", handed_in(came_as))
    (name,) = names_of(feedback_zip(record).data)
    assert name == goes_back_as
    for version in {oldest, False}:
        assert as_moodle_reads(name, oldest=version) == ("12345", "feedback.html")


def test_the_same_pages_give_the_same_bytes(tmp_path):
    reports = [from_moodle("Пётр Иванов", 2), from_moodle("Ivan Petrov", 1)]
    first = feedback_zip(with_pages(tmp_path / "a", *reports))
    second = feedback_zip(with_pages(tmp_path / "b", *reversed(reports)))
    assert first.data == second.data
    assert first.outcome.summary() == "2 of 2 students have their pages in it"


def test_names_beyond_ascii_are_marked_as_utf8(tmp_path):
    archive = feedback_zip(with_pages(tmp_path / "a", from_moodle("Пётр Иванов", 2)))
    with zipfile.ZipFile(io.BytesIO(archive.data)) as opened:
        (entry,) = opened.infolist()
    assert entry.flag_bits & UTF8
    assert entry.filename == "Пётр Иванов_2_assignsubmission_file/feedback.html"


def test_both_kinds_of_pages_go_along(tmp_path):
    report = from_moodle("Ivan Petrov", 1)
    archive = feedback_zip(with_pages(tmp_path / "a", report, suffixes=(".html", ".md")))
    folder = "Ivan Petrov_1_assignsubmission_file"
    assert names_of(archive.data) == [f"{folder}/feedback.html", f"{folder}/feedback.md"]


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        (None, "does not say from which folder"),
        ("Default group_assignsubmission_file", "none of Moodle's"),
        ("Default_group_assignsubmission_file", "no number of a participant"),
        ("../../Ivan_1_assignsubmission_file", "none of Moodle's"),
        ("..\\Ivan_1_assignsubmission_file", "none of Moodle's"),
        ("petrov", "none of Moodle's"),
    ],
)
def test_a_folder_that_moodle_cannot_tell_is_named(tmp_path, folder, why):
    archive = feedback_zip(with_pages(tmp_path / "a", make_report("ivan", folder=folder)))
    assert names_of(archive.data) == []
    assert why in archive.outcome.left[0].why


def test_whoever_has_no_page_or_no_verdict_is_named(tmp_path):
    ours = failed_by_us(from_moodle("Anna Orlova", 2))
    record = with_pages(tmp_path / "a", from_moodle("Ivan Petrov", 1), ours)
    (tmp_path / "a" / "feedback" / "Ivan Petrov_1.html").unlink()
    archive = feedback_zip(record)
    assert names_of(archive.data) == []
    reasons = {left.who: left.reason for left in archive.outcome.left}
    assert reasons == {"Ivan Petrov": Reason.LEFT, "Anna Orlova": Reason.ERROR}


def test_two_reports_of_one_folder_are_not_mixed(tmp_path):
    twins = [make_report(name, folder="I P_1_assignsubmission_file") for name in ("a", "b")]
    archive = feedback_zip(with_pages(tmp_path / "a", *twins))
    assert len(names_of(archive.data)) == 1
    assert [left.who for left in archive.outcome.left] == ["b"]


def test_without_pages_there_is_no_archive(tmp_path):
    with pytest.raises(UsageError, match="has no folder feedback/"):
        feedback_zip(store(tmp_path / "a", make_report("ivan")))
