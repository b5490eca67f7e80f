"""Charts are well-formed, safe, and say what they show to those who do not see them."""

import re
from xml.etree import ElementTree as ET

import pytest

from zachetka.pages.charts import (
    Column,
    Dot,
    Row,
    balance,
    histogram,
    horizontal_bars,
    meter,
    scale_for,
    scatter,
    strip,
)

HOSTILE = """</title></svg><script>alert("1")</script>' onload='x"""


def parsed(chart):
    return ET.fromstring(chart)  # noqa: S314 - our own


def a_histogram(columns, **more):
    given = {"title": "scores", "ticks": ["0", "1"], "axis": "score", "mean": None}
    return histogram(columns, **{**given, **more})


def a_scatter(dots, **more):
    given = {"title": "checks", "x_axis": "passed", "y_ticks": (-1.0, 0.0, 1.0)}
    return scatter(dots, **{**given, "x_ticks": ("0", "1"), **more})


EVERY_CHART = {
    "histogram": lambda text: a_histogram(
        [Column(text, 3, 1, text)], title=text, ticks=[text, text], axis=text, mean=0.5
    ),
    "bars": lambda text: horizontal_bars([Row(text, 0.5, text)], title=text),
    "strip": lambda text: strip([Dot(3.0, text, link=text)], title=text, axis=text),
    "scatter": lambda text: a_scatter([Dot(0.5, text, 0.5, text)], title=text, x_axis=text),
}


def parts(chart, kind, tag="*"):
    return [each for each in parsed(chart).iter(tag) if each.get("class") == kind]


@pytest.mark.parametrize("chart", EVERY_CHART.values(), ids=EVERY_CHART)
def test_a_chart_is_an_image_that_begins_with_its_title(chart):
    root = parsed(chart("the title"))
    assert (root.get("role"), root[0].tag, root[0].text) == ("img", "title", "the title")


@pytest.mark.parametrize("chart", EVERY_CHART.values(), ids=EVERY_CHART)
def test_texts_stay_texts(chart):
    drawn = chart(HOSTILE)
    tags = {each.tag for each in parsed(drawn).iter()}
    assert tags <= {"svg", "title", "g", "a", "rect", "line", "text", "circle"}


@pytest.mark.parametrize("chart", EVERY_CHART.values(), ids=EVERY_CHART)
def test_a_chart_has_no_style_of_its_own_and_listens_to_nothing(chart):
    names = {name for each in parsed(chart(HOSTILE)).iter() for name in each.attrib}
    assert not [name for name in names if name == "style" or name.startswith("on")]


def test_the_highest_column_does_not_leave_the_chart():
    drawn = a_histogram([Column("a", 7), Column("b", 2)])
    assert min(float(each.get("y")) for each in parts(drawn, "fill")) >= 0


def test_columns_are_as_high_as_their_counts():
    low, high = (
        float(each.get("height"))
        for each in parts(a_histogram([Column("a", 2), Column("b", 6)]), "fill")
    )
    assert high == pytest.approx(3 * low, abs=0.2)


def test_the_marked_part_of_a_column_is_drawn_apart():
    drawn = a_histogram([Column("a", 4, 1)])
    marked, plain = parts(drawn, "fill-bad")[0], parts(drawn, "fill")[0]
    assert float(plain.get("height")) == pytest.approx(3 * float(marked.get("height")), abs=0.2)


def test_an_empty_column_is_not_drawn():
    assert parts(a_histogram([Column("a", 0), Column("b", 1)]), "fill")[0].get("x").startswith("53")


def test_a_link_is_followed_by_the_mouse_and_skipped_by_the_keyboard():
    drawn = parsed(a_histogram([Column("a", 1, link="#score-0")]))
    assert [(a.get("href"), a.get("tabindex")) for a in drawn.iter("a")] == [("#score-0", "-1")]


@pytest.mark.parametrize(("share", "width"), [(-1, "0%"), (0.25, "25%"), (7, "100%")])
def test_a_bar_stays_on_its_track(share, width):
    assert (
        parts(horizontal_bars([Row("a", share, "x")], title="t"), "fill")[0].get("width") == width
    )


def test_a_long_label_is_cut_and_whole_in_the_title():
    drawn = horizontal_bars([Row("w" * 300, 0.5, "x")], title="t")
    assert len(parts(drawn, "label")[0].text) <= 40
    assert "w" * 300 in drawn


def test_no_rows_are_an_empty_chart():
    assert parts(horizontal_bars([], title="t"), "fill") == []


def test_dots_at_the_same_place_take_lanes_of_their_own():
    drawn = strip([Dot(5.0, "") for _ in range(7)], title="t", axis="s")
    heights = {each.get("cy") for each in parsed(drawn).iter("circle")}
    assert len(heights) == 7


def test_more_dots_than_lanes_are_all_drawn():
    drawn = strip([Dot(5.0, "") for _ in range(50)], title="t", axis="s")
    assert len(list(parsed(drawn).iter("circle"))) == 50


@pytest.mark.parametrize("count", [0, 1])
def test_a_strip_of_next_to_nothing_is_drawn(count):
    drawn = strip([Dot(0.0, "nothing")] * count, title="t", axis="s")
    assert len(list(parsed(drawn).iter("circle"))) == count


def test_zero_has_a_line_of_its_own():
    assert len(parts(a_scatter([]), "zero")) == 1


def test_a_dot_outside_is_drawn_at_the_edge():
    (dot,) = parsed(a_scatter([Dot(5.0, "", -9.0)])).iter("circle")
    assert (dot.get("cx"), dot.get("cy")) == ("100%", "262")


@pytest.mark.parametrize(("value", "x", "width"), [(0.5, "50%", "25%"), (-1, "0%", "50%")])
def test_a_balance_goes_from_the_middle(value, x, width):
    bar = parts(balance(value), "fill-accent")[0]
    assert (bar.get("x"), bar.get("width")) == (x, width)


def test_a_meter_is_silent_since_its_number_stands_beside_it():
    assert parsed(meter(0.5)).get("aria-hidden") == "true"


@pytest.mark.parametrize("values", [[], [0.0], [0.001], [3.0, 17.5], [1e12]])
def test_a_scale_holds_its_values(values):
    scale = scale_for(values)
    assert all(0 <= scale.percent(value) <= 100 for value in values)
    assert 2 <= len(scale.ticks) <= 7


def test_a_few_values_far_out_make_the_scale_logarithmic():
    scale = scale_for([4.0, 5.0, 6.0, 600.0])
    assert scale.logarithmic
    assert scale.percent(600.0) - scale.percent(6.0) < 100 * (600 - 6) / 600


@pytest.mark.parametrize("values", [[0.0, 1.0, 500.0], [3e-5, 3e-5, 9.0, 9e5], [1.0, 1.0, 13.0]])
def test_values_far_out_are_within_the_scale(values):
    scale = scale_for(values)
    places = [scale.percent(value) for value in values]
    assert places == sorted(places)
    assert scale.low <= values[0]
    assert values[-1] <= scale.high


def test_numbers_are_short():
    drawn = a_histogram([Column("a", 1)] * 7)
    assert not re.search(r"\d\.\d{3}", drawn)
