"""Reports of a small class, stored as a batch stores them."""

import json
from datetime import UTC, datetime

from zachetka.report import model
from zachetka.report.store import read_class_record


def make_check(**changes):
    fields = {
        "id": "MyLinear.forward",
        "task": "MyLinear",
        "title": "forward",
        "points": 3.0,
        "max_points": 5.0,
        "status": "failed",
        "cause": "assertion",
        "message": "expected 2 < 3",
        "hint": "look at the bias",
        "duration_s": 0.25,
    } | changes
    return model.Check(**fields)


def make_report(student, *, lms_id=None, folder=None, file=None, **changes):
    fields = {
        "assignment": "mlp",
        "student": student,
        "submission": model.SubmissionInfo(
            file=file or "hw.ipynb", sha256="0" * 64, bytes=10, lms_id=lms_id, folder=folder
        ),
        "status": "graded",
        "score": 3.0,
        "max_score": 5.0,
        "checks": (make_check(),),
        "execution": model.Execution(
            status="ok", cells=(), wall_s=1.5, cpu_s=None, peak_memory_bytes=None
        ),
        "flags": (),
        "sandbox": None,
        "grader": None,
        "graded_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    } | changes
    return model.Report(**fields)


def from_moodle(called, number, **changes):
    return make_report(
        f"{called}_{number}",
        lms_id=str(number),
        folder=f"{called}_{number}_assignsubmission_file",
        **{"name": called} | changes,
    )


def failed_by_us(report):
    return report.model_copy(
        update={"status": model.ReportStatus.ERROR, "score": None, "message": "no engine"}
    )


def store(folder, *reports, missing=(), complete=True):
    folder.mkdir(exist_ok=True)
    for report in reports:
        stem = report.student.replace("/", "_").lstrip("=")
        model.write_report(report, folder / f"{stem}.json")
    summary = {"complete": complete, "missing": list(missing)}
    (folder / "summary.json").write_text(json.dumps(summary), "utf-8")
    return read_class_record(folder)
