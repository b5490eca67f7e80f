"""The numbers of the class page, worked out by hand where they can be."""

import math

import pytest
from made_class import check, record, stored

from zachetka.errors import Cause
from zachetka.pages.class_statistics import (
    causes_of_failures,
    check_results,
    discrimination,
    group_results,
    remarks,
    score_bins,
    status_counts,
    task_results,
)
from zachetka.report.model import ReportStatus
from zachetka.report.store import Missing

REJECTED, ERROR = ReportStatus.REJECTED, ReportStatus.ERROR


def scored(student, score, max_score=10.0):
    return stored(student, score=score, max_score=max_score)


def counts(bins):
    return [len(each.students) for each in bins]


def test_whole_points_have_a_bin_each():
    bins = score_bins([scored("a", 0), scored("b", 10), scored("c", 10)], 10.0)
    assert counts(bins) == [1, *[0] * 9, 2]


@pytest.mark.parametrize("max_score", [19.0, 20.0])
def test_whole_points_have_a_bin_each_up_to_the_most(max_score):
    bins = score_bins([scored("a", max_score, max_score), scored("b", 7, max_score)], max_score)
    assert (len(bins), len(bins[7].students), bins[7].low) == (max_score + 1, 1, 7.0)


def test_parts_of_points_are_sorted_into_twenty_bins():
    bins = score_bins([scored("a", 0.3, 1.0), scored("b", 0.15, 1.0), scored("c", 1.0, 1.0)], 1.0)
    assert [number for number, each in enumerate(bins) if each.students] == [3, 6, 19]


def test_a_sum_that_rounding_made_smaller_is_in_the_bin_that_it_is_meant_for():
    bins = score_bins([scored("a", 0.3 - 1e-12, 1.0)], 1.0)
    assert bins[6].students


def test_an_error_of_ours_is_in_no_bin():
    assert sum(counts(score_bins([stored("a", status=ERROR)], 1.0))) == 0


def test_the_share_of_a_task_is_over_the_graded_alone():
    reports = [
        stored("a", checks=(check("t.x"), check("t.y"))),
        stored("b", checks=(check("t.x"), check("t.y", passed=False))),
        stored("c", status=REJECTED),
    ]
    (task,) = task_results(reports, ["t", "never met"])
    assert (task.name, task.mean, task.max_points, task.share) == ("t", 1.5, 2.0, 0.75)


def test_tasks_stand_in_the_order_of_the_assignment():
    reports = [stored("a", checks=(check("late.x"), check("early.x")))]
    assert [task.name for task in task_results(reports, ["early", "late"])] == ["early", "late"]


def test_the_hardest_check_is_first():
    reports = [
        stored("a", checks=(check("t.easy"), check("t.hard", passed=False))),
        stored("b", checks=(check("t.easy"), check("t.hard"))),
    ]
    assert [(each.id, each.share) for each in check_results(reports)] == [
        ("t.hard", 0.5),
        ("t.easy", 1.0),
    ]


def test_the_best_of_those_who_failed_are_named_first():
    failed = check("t.x", passed=False)
    reports = [
        stored("weak", checks=(failed, check("t.y", passed=False))),
        stored("strong", checks=(failed, check("t.y"))),
    ]
    by_id = {each.id: each for each in check_results(reports)}
    assert [each.report.student for each in by_id["t.x"].failed] == ["strong", "weak"]


def test_discrimination_is_pearsons_correlation():
    # Means 0.5 and 2; covariance 0.5 * (1 + 1) = 1 of at most sqrt(1 * 2).
    assert discrimination([False, False, True, True], [1, 2, 2, 3]) == pytest.approx(
        1 / math.sqrt(2)
    )


@pytest.mark.parametrize(
    ("passes", "rests"),
    [
        ([], []),
        ([True], [1.0]),
        ([True, False], [2.0, 1.0]),
        ([True, True, True], [1.0, 2.0, 3.0]),
        ([False, False, False], [1.0, 2.0, 3.0]),
        ([True, False, True], [1.0, 1.0, 1.0]),
        ([True, False, True], [0.3, 0.1 + 0.2, 0.3]),
    ],
)
def test_discrimination_is_none_where_it_is_not_defined(passes, rests):
    assert discrimination(passes, rests) is None


def test_a_check_is_not_correlated_with_its_own_points():
    # With its own 100 points in the sum it would seem to separate perfectly.
    passed, failed = check("t.big", points=100), check("t.big", points=100, passed=False)
    good, bad = check("t.small"), check("t.small", passed=False)
    reports = [
        stored("a", checks=(passed, bad)),
        stored("b", checks=(passed, bad)),
        stored("c", checks=(failed, good)),
        stored("d", checks=(failed, good)),
    ]
    assert [each.discrimination for each in check_results(reports)] == pytest.approx([-1.0, -1.0])


def test_points_lost_by_being_late_do_not_touch_discrimination():
    reports = [
        stored("a", checks=(check("t.x"), check("t.y")), score=0.0),
        stored("b", checks=(check("t.x"), check("t.y"))),
        stored("c", checks=(check("t.x", passed=False), check("t.y", passed=False))),
    ]
    assert [each.discrimination for each in check_results(reports)] == pytest.approx([1.0, 1.0])


def test_causes_are_counted_by_check_and_name_each_student_once():
    wrong = {"passed": False, "cause": Cause.ASSERTION}
    reports = [stored("a", checks=(check("t.x", **wrong), check("t.y", **wrong), check("t.z")))]
    ((cause, count, students),) = causes_of_failures(reports)
    assert (cause, count, len(students)) == ("assertion", 2, 1)


def test_every_status_is_counted():
    assert status_counts([stored("a", status=ERROR)]) == {"graded": 0, "rejected": 0, "error": 1}


def test_remarks_that_differ_in_numbers_and_names_are_one_kind():
    reports = [
        stored("a", flags=("cell 3 was kept: f", "rare")),
        stored("b", flags=("cell 14 was kept: g",)),
    ]
    kinds = remarks(reports, lambda each: each.report.flags)
    assert [(each.label, len(each.said)) for each in kinds] == [
        ("cell … was kept", 2),
        ("rare", 1),
    ]


def test_a_remark_in_the_same_words_keeps_them_all():
    reports = [stored("a", flags=("cell 3: stopped",)), stored("b", flags=("cell 3: stopped",))]
    (kind,) = remarks(reports, lambda each: each.report.flags)
    assert kind.label == "cell 3: stopped"


def test_a_group_of_which_nobody_handed_in_is_there():
    groups = group_results(record(stored("a", group="g1"), missing=(Missing("b", "", "g2"),)))
    assert [(each.name, each.handed_in, each.missing, each.mean) for each in groups] == [
        ("g1", 1, 0, 0.0),
        ("g2", 0, 1, None),
    ]
