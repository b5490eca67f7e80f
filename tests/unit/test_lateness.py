from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_report_model import make_report

from zachetka.errors import UsageError
from zachetka.lateness import (
    UNKNOWN_TIME,
    Extension,
    extensions_by_student,
    late_of,
    read_extensions,
    with_lateness,
)
from zachetka.manifest import LateRule
from zachetka.report import model

DEADLINE = datetime.fromisoformat("2026-12-01T23:59:00+03:00")
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def make_rule(**changes):
    return LateRule(**({"deadline": DEADLINE} | changes))


RULE = make_rule()


def make_check(name, points):
    return model.Check(
        id=f"train.{name}",
        task="train",
        title=name,
        points=points,
        max_points=0.5,
        status="passed" if points else "failed",
        cause=None,
        message=None,
        hint=None,
        duration_s=0.1,
    )


def graded(*points, **changes):
    checks = tuple(make_check(str(number), each) for number, each in enumerate(points))
    return make_report(**({"checks": checks, "score": round(sum(points), 6)} | changes))


@pytest.mark.parametrize(
    ("after", "days", "percent"),
    [
        (-DAY, 0, 0),
        (timedelta(0), 0, 0),
        (timedelta(microseconds=1), 1, 10),
        (SECOND, 1, 10),
        (DAY, 1, 10),
        (DAY + SECOND, 2, 20),
        (3 * DAY, 3, 30),
        (3 * DAY + SECOND, 4, 30),
        (400 * DAY, 400, 30),
    ],
)
def test_each_started_day_costs_up_to_the_cap(after, days, percent):
    late = late_of(RULE, DEADLINE + after, earned=0.8)
    assert (late.days, late.percent) == (days, percent)
    assert late.points_lost == round(0.8 * percent / 100, 6)


@pytest.mark.parametrize(
    ("grace_minutes", "after", "days"),
    [
        (60, HOUR, 0),
        (60, HOUR + SECOND, 1),
        (60, DAY, 1),
        (60, DAY + SECOND, 2),
        (25 * 60, 25 * HOUR, 0),
        (25 * 60, 25 * HOUR + SECOND, 2),
    ],
)
def test_grace_forgives_but_days_count_from_the_deadline(grace_minutes, after, days):
    assert late_of(make_rule(grace_minutes=grace_minutes), DEADLINE + after).days == days


@pytest.mark.parametrize(
    ("per_day", "cap", "percent"), [(10, 5, 5), (0, 30, 0), (0.1, 30, 0.3), (50, 100, 100)]
)
def test_the_rule_may_be_another(per_day, cap, percent):
    rule = make_rule(percent_per_day=per_day, cap_percent=cap)
    assert late_of(rule, DEADLINE + 2 * DAY + SECOND).percent == percent


def test_a_time_is_the_same_in_any_zone():
    in_utc = late_of(RULE, (DEADLINE + SECOND).astimezone(UTC))
    assert in_utc == late_of(RULE, DEADLINE + SECOND)
    assert in_utc.days == 1


@pytest.mark.parametrize(
    ("deadline", "same_clock_next_day", "days"),
    [
        ("2026-03-28T23:59:00", "2026-03-29T23:59:00+02:00", 1),  # 23 hours
        ("2026-10-24T23:59:00", "2026-10-25T23:59:00+01:00", 2),  # 25 hours
    ],
)
def test_a_day_is_24_hours_when_clocks_change(deadline, same_clock_next_day, days):
    rule = LateRule(deadline=deadline, zone="Europe/Berlin")
    handed_in_at = datetime.fromisoformat(same_clock_next_day)
    assert late_of(rule, handed_in_at).days == days
    # In the very zone of the deadline, too.
    assert late_of(rule, handed_in_at.astimezone(rule.deadline.tzinfo)).days == days


@pytest.mark.parametrize("year", [1, 9999])
def test_an_absurd_time_of_an_lms_breaks_nothing(year):
    zone = DEADLINE.tzinfo
    handed_in_at = datetime(year, 1 if year == 1 else 12, 1, tzinfo=zone)
    assert late_of(RULE, handed_in_at).percent == (0 if year == 1 else 30)


def test_without_a_rule_or_a_time_nobody_is_late():
    assert late_of(None, DEADLINE + DAY) is None
    assert late_of(RULE, None) is None


def test_an_extension_moves_the_deadline_and_says_why():
    extension = Extension("petrov", DEADLINE + 3 * DAY, "ill")
    assert late_of(RULE, DEADLINE + 3 * DAY, extension).days == 0
    late = late_of(RULE, DEADLINE + 3 * DAY + SECOND, extension)
    assert (late.days, late.deadline, late.extension) == (1, DEADLINE + 3 * DAY, "ill")


def test_points_are_lost_from_what_was_earned():
    report = with_lateness(graded(0.5, 0.3, 0.0), RULE, DEADLINE + DAY + SECOND)
    assert report.score == 0.64
    assert report.late.points_lost == 0.16
    assert [check.points for check in report.checks] == [0.5, 0.3, 0.0]
    assert model.from_json(model.to_json(report)) == report


def test_nobody_falls_below_zero():
    rule = make_rule(percent_per_day=100, cap_percent=100)
    assert with_lateness(graded(0.5), rule, DEADLINE + DAY).score == 0
    assert with_lateness(graded(0.0), RULE, DEADLINE + DAY).score == 0


points_of_checks = st.lists(st.floats(0, 0.05), min_size=1, max_size=20)
times = st.none() | st.timedeltas(-DAY, 5 * DAY).map(lambda after: DEADLINE + after)


@settings(derandomize=True, database=None, deadline=None)
@given(points=points_of_checks, handed_in_at=times, again=times)
def test_it_can_be_done_again_and_undone_exactly(points, handed_in_at, again):
    report = graded(*points, flags=("look",))
    once = with_lateness(report, RULE, handed_in_at)
    assert with_lateness(once, RULE, handed_in_at) == once
    assert with_lateness(once, RULE, again) == with_lateness(report, RULE, again)
    assert with_lateness(once, None, handed_in_at) == report
    assert 0 <= once.score <= report.score


def test_an_unknown_time_costs_nothing_and_is_flagged():
    report = with_lateness(graded(0.5, flags=("look",)), RULE, None)
    assert (report.score, report.late) == (0.5, None)
    assert report.flags == ("look", UNKNOWN_TIME)
    assert with_lateness(report, RULE, DEADLINE).flags == ("look",)


@pytest.mark.parametrize(("status", "score"), [("rejected", 0.0), ("error", None)])
def test_what_has_no_points_loses_none(status, score):
    report = make_report(status=status, score=score, checks=(make_check("loss", 0.5),))
    late = with_lateness(report, RULE, DEADLINE + DAY + SECOND)
    assert late.score == score
    assert (late.late.days, late.late.points_lost) == (2, 0)
    assert model.from_json(model.to_json(late)) == late


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "extensions.csv"

    def write(text, encoding="utf-8"):
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.mark.parametrize(
    ("column", "cell", "deadline"),
    [
        ("deadline", "2026-12-08T12:00:00Z", "2026-12-08T12:00:00+00:00"),
        ("deadline", "2026-12-08 12:00", "2026-12-08T12:00:00+03:00"),
        ("deadline", "2026-12-08", "2026-12-08T23:59:59.999999+03:00"),
        ("deadline", "20261208", "2026-12-08T23:59:59.999999+03:00"),
        ("deadline", "08.12.2026", "2026-12-08T23:59:59.999999+03:00"),
        ("deadline", "8.12.2026 9:05", "2026-12-08T09:05:00+03:00"),
        ("deadline", "08.12.2026 09:05:30", "2026-12-08T09:05:30+03:00"),
        ("deadline", '"8 December 2026, 9:05 PM"', "2026-12-08T21:05:00+03:00"),
        ("days", "7", "2026-12-08T23:59:00+03:00"),
        ("days", "1.5", "2026-12-03T11:59:00+03:00"),
        ("hours", "36", "2026-12-03T11:59:00+03:00"),
    ],
)
def test_an_extension_is_a_time_or_an_addition(file, column, cell, deadline):
    found = read_extensions(file(f"student,{column},reason\npetrov,{cell},ill\n"), RULE)
    assert [(each.untrusted_student, each.reason) for each in found] == [("petrov", "ill")]
    assert found[0].deadline.isoformat() == deadline


def test_days_keep_the_time_of_the_clock_and_hours_are_real(file):
    rule = LateRule(deadline="2026-10-24T23:59:00", zone="Europe/Berlin")
    path = file("student,days,hours\na,1,\nb,,24\n")
    days, hours = (each.deadline.isoformat() for each in read_extensions(path, rule))
    assert days == "2026-10-25T23:59:00+01:00"
    assert hours == "2026-10-25T22:59:00+01:00"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("divider", [",", ";", "\t"])
def test_a_table_is_read_as_spreadsheets_save_it(file, encoding, divider):
    rows = (("Student", "Days", "Reason"), ("Петров Иван", "2", "болел"), ("", "", ""))
    path = file("\r\n".join(divider.join(row) for row in rows), encoding)
    (found,) = read_extensions(path, RULE)
    assert (found.untrusted_student, found.reason) == ("Петров Иван", "болел")
    assert found.deadline == DEADLINE + 2 * DAY


def test_a_decimal_comma_is_one(file):
    (found,) = read_extensions(file("student;days\npetrov;0,5\n"), RULE)
    assert found.deadline == DEADLINE + DAY / 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("petrov,,,", "one of deadline, days and hours must be filled in, not none"),
        ("petrov,2026-12-08,3,", "not deadline and days"),
        (",,3,", "names no student"),
        ("petrov,soon,,", "'soon' is no time: write 2026-12-08"),
        ("petrov,12/8/2026,,", "is no time"),
        ("petrov,31.02.2027,,", "is no time"),
        ("petrov,9999-12-31,,", "the year 9999 cannot be meant"),
        ("petrov,2026-11-30,,", "before the deadline of the assignment"),
        ("petrov,,three,", "days must be a number above 0 and at most 366, not 'three'"),
        ("petrov,,0,", "days must be"),
        ("petrov,,-1,", "days must be"),
        ("petrov,,nan,", "days must be"),
        ("petrov,,1e9,", "days must be"),
        ("petrov,,,inf", "hours must be"),
    ],
)
def test_a_line_that_cannot_be_followed_is_named(file, row, reason):
    path = file(f"student,deadline,days,hours\n\nsidorov,,1,\n{row}\n")
    with pytest.raises(UsageError, match=reason) as caught:
        read_extensions(path, RULE)
    assert f"{path}: line 4: " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_bad_line_is_named_up_to_a_bound(file):
    path = file("student,days\n" + "".join(f"s{number},no\n" for number in range(8)))
    with pytest.raises(UsageError, match=r"line 6: .*; and 3 more lines$") as caught:
        read_extensions(path, RULE)
    assert "line 7" not in str(caught.value)


def test_two_lines_for_one_student_are_both_named(file):
    path = file("student,days\nIvan Petrov,1\nsidorov,1\nIVAN_PETROV,2\n")
    with pytest.raises(UsageError, match=r"line 4: 'IVAN_PETROV' has a line already .*line 2"):
        read_extensions(path, RULE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "there is nothing"),
        ("name,days\npetrov,1\n", "there is name, days"),
        ("student,reason\npetrov,ill\n", "there is student, reason"),
        ("student,days\n" + '"' + "x" * 200_000 + '",1\n', "are no CSV"),
        ("student,days\n" + "petrov,1\n" * 20_001, "more than 20000 lines"),
        ("x" * 5_000_001, "too large"),
    ],
    ids=["empty", "no student", "no means", "no CSV", "many", "large"],
)
def test_a_file_that_is_no_list_is_refused(file, text, reason):
    path = file(text)
    with pytest.raises(UsageError, match=reason) as caught:
        read_extensions(path, RULE)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"none\.csv: No such file"):
        read_extensions(tmp_path / "none.csv", RULE)


def extensions_for(*names):
    return [
        Extension(name, DEADLINE + DAY, place=f"e.csv, line {number}")
        for number, name in enumerate(names, start=2)
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("17", "ivan petrov", "Petrov_Ivan", "IVAN@UNI.EXAMPLE", "Ivan  Petrov", "jose\u0301"),
        *("JOSÉ", "Семён Ильич Орлов", "Орлов Семен Ильич"),
    ],
)
def test_a_student_is_found_by_any_name(name):
    names = {
        "17": ["Ivan Petrov", "ivan@uni.example", "José", "Орлов Семён Ильич"],
        "18": ["Anna Orlova"],
    }
    found, notes = extensions_by_student(extensions_for(name), names)
    assert list(found) == ["17"]
    assert notes == ()


def test_who_is_nobody_or_several_is_listed():
    names = {"17": ["Ivan Petrov"], "18": ["Ivan Petrov"], "19": ["Anna Orlova"]}
    extensions = extensions_for("Ivan Petrov", "Orlov", "Anna Orlova")
    found, notes = extensions_by_student(extensions, names)
    assert found == {"19": extensions[2]}
    assert notes == (
        "e.csv, line 2: 'Ivan Petrov' may be 17 or 18: write the id instead",
        "e.csv, line 3: nobody here is called 'Orlov'",
    )


def test_two_names_of_one_student_are_two_lines_for_one():
    with pytest.raises(UsageError, match=r"line 3: 'Ivan Petrov' has a line already .*line 2"):
        extensions_by_student(extensions_for("17", "Ivan Petrov"), {"17": ["Ivan Petrov"]})
