import json
from datetime import UTC, datetime

import jsonschema
import pytest
from pydantic import ValidationError

from zachetka.report import model
from zachetka.report.atomic import sweep


def make_report(**changes):
    fields = {
        "assignment": "mlp",
        "student": "petrov",
        "submission": model.SubmissionInfo(file="petrov.ipynb", sha256="0" * 64, bytes=10),
        "status": "graded",
        "score": 0.5,
        "max_score": 1.0,
        "checks": (
            model.Check(
                id="MyLinear.forward",
                task="MyLinear",
                title="forward",
                points=0.0,
                max_points=0.5,
                status="failed",
                cause="wrong_type",
                message="\x1b[31mexpected float32 (6, 4)\x00",
                hint=None,
                duration_s=0.1,
            ),
        ),
        "execution": model.Execution(
            status="ok",
            cells=(model.CellRun(index=0, status="ok", duration_s=0.2, error=None),),
            wall_s=1.0,
            cpu_s=None,
            peak_memory_bytes=1,
        ),
        "flags": (),
        "sandbox": model.SandboxInfo(backend="none", image=None, limits={"cell_s": 60.0}),
        "grader": model.GraderInfo(version="1", sha256="1" * 64),
        "graded_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    } | changes
    return model.Report(**fields)


def test_a_report_survives_the_disk_and_fits_its_schema(tmp_path):
    report = make_report()
    path = tmp_path / "petrov.json"
    model.write_report(report, path)
    assert model.from_json(path.read_bytes()) == report
    stored = json.loads(path.read_text("utf-8"))
    assert stored["schema"] == "zachetka.report/1"
    jsonschema.validate(stored, model.json_schema())
    assert [entry.name for entry in tmp_path.iterdir()] == ["petrov.json"]


def test_strings_are_cleaned_by_the_model():
    assert make_report().checks[0].message == "expected float32 (6, 4)\ufffd"
    assert make_report(student="a\x1b[2Jb\nc").student == "ab c"


def test_the_schema_asks_for_every_field():
    schema = model.json_schema()
    assert set(schema["required"]) == set(schema["properties"])
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "error"},
        {"score": None},
        {"status": "rejected"},
        {"score": 1.5},
        {"score": float("nan")},
        {"graded_at": datetime(2026, 1, 1)},  # noqa: DTZ001 - a time without a zone is the point
        {"surprise": 1},
    ],
)
def test_contradictions_are_refused(changes):
    with pytest.raises(ValidationError):
        make_report(**changes)


def test_an_error_has_no_score():
    report = make_report(status="error", score=None, message="the engine went away", checks=())
    assert json.loads(model.to_json(report))["score"] is None


def test_a_failed_write_leaves_the_old_report(tmp_path):
    path = tmp_path / "a.json"
    path.mkdir()
    with pytest.raises(OSError):
        model.write_report(make_report(), path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]


def test_leftovers_of_a_killed_writer_are_swept(tmp_path):
    (tmp_path / ".zachetka-0123.tmp").touch()
    (tmp_path / "kept.json").touch()
    sweep(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["kept.json"]


def test_reports_share_what_they_say_alike():
    stored = model.to_json(make_report())
    first, second = (model.from_json(stored).checks[0] for _ in range(2))
    assert first.title is second.title
    assert first.message is second.message
    assert not hasattr(first, "__dict__")
