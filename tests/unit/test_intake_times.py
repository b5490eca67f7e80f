from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from zachetka.intake.times import read_time

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T12:30:00Z",
        "2026-11-21 12:30:00.000000 UTC",
        "2026-11-21 12:30:00 UTC\n",
        "2026-11-21 15:30:00.000000000 +03:00",
        "2026-11-21 15:30:00 +0300",
        "2026-11-21T15:30+03:00",
        "2026-11-21 15:30:00 +0300 MSK",
        "2026-11-21 15:30:00.000000 Europe/Moscow",
        "2026-11-21 15:30:00.000000 MSK",
        "2026-11-21 12:30:00 Etc/GMT",
        "2026-11-21 13:30:00 CET",
        "2026-11-21 07:30:00 EST",
    ],
)
def test_times_with_a_zone(text):
    assert read_time(text, MOSCOW) == NOON


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21 15:30",
        "Saturday, 21 November 2026, 3:30 PM",
        "суббота, 21 ноября 2026, 15:30",
        "21 нояб. 2026 г., 15:30:00",
        "Samstag, 21. November 2026, 15:30",
        "21.11.2026 15:30",
        "21.11.2026 15:30:00",
    ],
)
def test_times_without_a_zone_have_that_of_the_server(text):
    assert read_time(text, MOSCOW) == NOON


def test_noon_and_midnight():
    assert read_time("1 May 2026, 12:05 AM") == datetime(2026, 5, 1, 0, 5, tzinfo=UTC)
    assert read_time("1 May 2026, 12:05 PM") == datetime(2026, 5, 1, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "soon",
        "2026-13-01",
        "31 February 2026, 10:00",
        "1 Foo 2026, 10:00",
        "99999-01-01",
        "0001-01-01 00:00",
        "9999-12-31 23:59",
        "1 May 2026, 25:00",
        "2026-11-21 12:30 MSK",
        "2026-11-21 12:30 Europe",
        "2026-11-21 12:30 Europe/Moskau",
        "2026-11-21 12:30 /etc/localtime",
        "2026-11-21 12:30 ../Europe/Moscow",
        "2026-11-21T12:30+03:00 Europe/Moscow",
        "soon UTC Europe/Moscow",
        "1" * 999,
    ],
)
def test_what_is_no_time_is_none(text):
    assert read_time(text) is None


def test_a_zone_of_the_text_is_kept():
    at = read_time("2026-11-21 15:30:00 +03:00")
    assert at.tzinfo == timezone(timedelta(hours=3))


def test_the_short_name_of_a_zone_says_which_of_two_hours_it_was():
    berlin = ZoneInfo("Europe/Berlin")
    hours = [read_time(f"2026-10-25 02:30:00 {name}", berlin) for name in ("CEST", "CET")]
    assert hours[1].astimezone(UTC) - hours[0].astimezone(UTC) == timedelta(hours=1)
