import fake_grading
import pytest
from test_verify import check, course, hasty, right, run

from zachetka.fairness import EVERYTHING, OWN_TASK, rows, to_markdown

__all__ = ["course"]


def findings_of(folder, work, seeds=1, **options):
    return list(run(folder, work, seeds, **options).values())


def unfair(job):
    if job.student == "solution.en":
        return fake_grading.report(
            job, score=0.6, checks=(check("f.value", 0.6, True), check("g.value", 0.4, False))
        )
    return right(job)


def blind(job):
    return fake_grading.report(job, score=1.0, checks=(check("f.value", 1.0, True),))


def failing(_):
    raise RuntimeError("no verdict")


def test_a_fair_grader_takes_nothing_and_misses_nothing(course):
    (row,) = rows(findings_of(course, right, seeds=3))
    assert (row.assignment, row.checks, row.correct, row.secrets, row.runs) == ("hw", 2, 2, 3, 6)
    assert (row.points_lost, row.bugs, row.caught, row.named) == (0, 1, 1, 0)
    assert row.seconds == 1.0  # two checks of half a second


@pytest.mark.parametrize(("work", "points"), [(unfair, 0.4), (failing, 2.0)])
def test_points_that_a_correct_notebook_loses_are_counted(course, work, points):
    (row,) = rows(findings_of(course, work))
    assert row.points_lost == pytest.approx(points)


def test_a_missed_bug_is_counted(course):
    findings = findings_of(course, blind)
    (row,) = rows(findings)
    assert (row.bugs, row.caught) == (1, 0)
    page = to_markdown(findings)
    assert "| `hw` |" in page
    assert f"| 1 | {EVERYTHING} | 0 | 1 | 0 |" in page


def test_a_trial_in_a_hurry_says_so(course):
    (row,) = rows(findings_of(course, hasty, quick=True))
    assert (row.scope, row.caught) == (OWN_TASK, 1)


def test_rows_of_other_assignments_are_kept(course):
    page = to_markdown(findings_of(course, right))
    other = page.replace("`hw`", "`a-hw`")
    both = to_markdown(findings_of(course, blind), other)
    lines = [line for line in both.splitlines() if line.startswith("| `")]
    assert [line.split()[1] for line in lines] == ["`a-hw`", "`hw`"]
    assert lines[0] in other
    assert lines[1] not in page
