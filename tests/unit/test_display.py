import json
from dataclasses import replace

import pytest
from test_batch import MANIFEST
from test_report_model import make_report
from test_report_summary import make_row

from zachetka.batch import Outcome
from zachetka.cli.display import number, show_batch
from zachetka.cli.report_display import show_report
from zachetka.language import Language
from zachetka.report import model


def test_a_name_is_never_markup(capsys, tmp_path):
    rows = [make_row(student="[red]x[/red]", tasks={"train": 0.75}, flags=("[link=http://x]",))]
    show_batch(Outcome(1, rows), MANIFEST, tmp_path, as_json=False)
    shown = capsys.readouterr().out
    assert "[red]x[/red]" in shown
    assert "[link=http://x]" in shown
    assert "train -25" in shown
    assert "1 of 1 submissions · 1 graded · mean 0.75, median 0.75 of 1" in shown


def test_what_is_no_verdict_says_why(capsys, tmp_path):
    rows = [
        make_row(
            student="a", report="a.json", status="error", score=None, message="lost", tasks={}
        ),
        make_row(student="b", report="b-1.json", status="rejected", score=0.0, message="empty"),
    ]
    show_batch(Outcome(3, rows, interrupted=True), MANIFEST, tmp_path, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert "error: lost" in lines[1]
    assert "rejected: empty; report b-1.json" in lines[2]
    assert lines[-1].startswith("interrupted after 2 of 3 submissions · 1 rejected · 1 error")


def test_a_long_name_makes_no_line_long(capsys, tmp_path):
    name = "Ivan " * 50 + "1234"
    rows = [make_row(student="petrov"), make_row(student=name, report=f"{name}.json")]
    show_batch(Outcome(2, rows), MANIFEST, tmp_path, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines[:-1])) < 100
    assert any(line.startswith("Ivan Ivan") and "…" in line and "1234 " in line for line in lines)
    show_batch(Outcome(2, rows), MANIFEST, tmp_path, as_json=True)
    assert name in capsys.readouterr().out


def test_json_is_all_there_is(capsys, tmp_path):
    show_batch(Outcome(1, [make_row()]), MANIFEST, tmp_path, as_json=True)
    assert json.loads(capsys.readouterr().out)["students"][0]["student"] == "petrov"


def failed_check(name, message, hint=None):
    return model.Check(
        id=f"train.{name}",
        task="train",
        title=name,
        points=0,
        max_points=0.5,
        status="failed",
        cause="assertion",
        message=message,
        hint=hint,
        duration_s=0.1,
    )


@pytest.mark.parametrize(
    ("language", "hint", "cause"),
    [
        (Language.EN, "hint", "wrong result"),
        (Language.RU, "подсказка", "неверный результат"),
    ],
)
def test_a_report_says_what_failed_and_where_to_look(capsys, language, hint, cause):
    cells = (
        model.CellRun(index=2, status="failed", duration_s=0.1, error="KeyError: '[b]'\nmore"),
        model.CellRun(index=3, status="time_limit", duration_s=60, error="KeyboardInterrupt:"),
    )
    report = make_report(
        score=0.0,
        checks=(failed_check("first", "no good", "look"), failed_check("second", "no good")),
        execution=model.Execution(
            status="failed", cells=cells, wall_s=1, cpu_s=None, peak_memory_bytes=None
        ),
    )
    show_report(report, language)
    shown = capsys.readouterr().out
    assert f"{hint}: look" in shown
    assert shown.count("no good") == 1
    assert shown.count(cause) == 2
    assert "KeyError: '[b]'\n" in shown
    assert "KeyboardInterrupt" not in shown
    assert "✘ train  0/100 %" in shown


def test_a_hint_stands_once_below_its_message_and_again_below_another(capsys):
    said = [("one", "wrong", "look"), ("two", "wrong", "look"), ("three", "worse", "look")]
    checks = tuple(failed_check(*each) for each in said)
    show_report(make_report(score=0.0, checks=checks), Language.EN)
    shown = capsys.readouterr().out
    assert shown.count("hint: look") == 2
    assert shown.index("worse") < shown.rindex("hint: look")


def test_public_checks_are_all_shown(capsys):
    passed = replace(
        failed_check("first", None), status=model.CheckStatus.PASSED, cause=None, max_points=0.0
    )
    show_report(make_report(score=0.0, checks=(passed,)), Language.EN)
    shown = capsys.readouterr().out
    assert "  ✔ first" in shown
    assert "score" not in shown
    assert "1 of 1 checks passed" in shown


def test_an_error_is_not_the_students_fault(capsys):
    show_report(make_report(status="error", score=None, message="lost", checks=()), Language.EN)
    assert "no verdict, and not the student's fault: lost" in capsys.readouterr().out


def test_scores_have_no_zeros_at_their_end():
    assert [number(value) for value in (1.0, 0.85, 1 / 3, 0.0, None)] == [
        "1",
        "0.85",
        "0.3333",
        "0",
        "–",
    ]
