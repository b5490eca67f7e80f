import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser

import feedback_samples as samples
import pytest
from jinja2 import UndefinedError

from zachetka.errors import Cause
from zachetka.language import Language
from zachetka.pages import theme
from zachetka.pages.feedback import (
    FAILED_CELLS,
    SOURCE_CHARS,
    feedback_page,
    percent_of,
    tasks_of,
)
from zachetka.pages.words import CAUSE, CELL_STATUS, STATUS, WORDS, Speech, pieces
from zachetka.report.model import CellStatus, Late, ReportStatus
from zachetka.submission.kinds import PACKED
from zachetka.submission.line_ends import NO_LINE_ENDS
from zachetka.submission.notebook import Cell

TAGS = {
    *("html", "head", "meta", "link", "title", "style", "body", "main", "header", "footer"),
    *("section", "article", "div", "span", "p", "h1", "h2", "h3", "h4", "ul", "li", "dl", "dt"),
    *("dd", "a", "strong", "pre", "code", "svg", "rect", "figure", "figcaption", "img"),
}
VOID = {"meta", "link", "img", "rect"}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "rel", "href", "class", "id", "role"),
    *("aria-label", "aria-labelledby", "aria-hidden", "viewbox", "preserveaspectratio"),
    *("width", "height", "src", "alt"),
}
REPORTS = {
    "partial": samples.a_report,
    "full": samples.a_full_report,
    "zero": samples.a_zero_report,
    "rejected": samples.a_rejected_report,
    "error": samples.an_error_report,
}


class Outline(HTMLParser):
    """What a page consists of, as a browser would see it."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.open, self.headings = [], [], [], []
        self.texts, self.styles = [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        (self.styles if self.open and self.open[-1] == "style" else self.texts).append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def all_of(self, name):
        return [value for each, value in self.attributes if each == name]

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


def page_of(report, language=Language.RU, **options):
    options = {"cells": samples.CELLS} | options
    return feedback_page(report, manifest=samples.MANIFEST, language=language, **options)


def hostile_page(hostile):
    return page_of(samples.a_hostile_report(hostile), cells=[Cell(8, hostile), Cell(9, hostile)])


def every_page():
    return [
        *(
            pytest.param(make(), language, id=f"{name}-{language}")
            for name, make in REPORTS.items()
            for language in Language
        ),
        *(
            pytest.param(samples.a_hostile_report(hostile), Language.RU, id=f"hostile-{number}")
            for number, hostile in enumerate(samples.HOSTILE)
        ),
    ]


@pytest.mark.parametrize(("report", "language"), every_page())
def test_page_is_well_formed_and_of_known_parts_only(report, language):
    plots = samples.plots_of(samples.a_notebook(samples.a_chart()))
    outline = Outline(page_of(report, language, plots=plots))
    assert outline.open == []
    assert set(outline.tags) <= TAGS
    assert {name for name, _ in outline.attributes} <= ATTRIBUTES
    assert outline.all_of("lang") == [language.value]


@pytest.mark.parametrize(("report", "language"), every_page())
def test_page_refers_to_nothing_outside(report, language):
    plots = samples.plots_of(samples.a_notebook(samples.a_chart()))
    outline = Outline(page_of(report, language, plots=plots))
    assert all(re.fullmatch(r"#task-\d+|data:,", each) for each in outline.all_of("href"))
    assert all(each.startswith("data:image/webp;base64,") for each in outline.all_of("src"))
    assert "url(" not in "".join(outline.styles)
    assert "@import" not in "".join(outline.styles)


@pytest.mark.parametrize(("report", "language"), every_page())
def test_headings_are_in_order_and_what_is_labelled_has_its_label(report, language):
    outline = Outline(page_of(report, language))
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    steps = zip(outline.headings, outline.headings[1:], strict=False)
    assert all(deeper - level <= 1 for level, deeper in steps)
    ids = outline.all_of("id")
    assert len(ids) == len(set(ids))
    assert set(outline.all_of("aria-labelledby")) <= set(ids)
    assert {each[1:] for each in outline.all_of("href") if each != "data:,"} <= set(ids)


@pytest.mark.parametrize("hostile", samples.HOSTILE)
def test_hostile_text_stays_text(hostile):
    page = hostile_page(hostile)
    assert "<script" not in page.lower()
    assert "onload=" not in str(Outline(page).attributes).replace("'onload=", "")
    assert "\u202e" not in page
    assert "\0" not in page
    assert "\x1b" not in page


def test_markup_of_a_student_is_shown_as_typed():
    assert "</style><script>alert(1)</script>" in Outline(hostile_page(samples.HOSTILE[0])).text


@pytest.mark.parametrize("own_css", ["", ".mine { color: red; }\n"])
def test_policy_allows_the_style_of_the_page_and_nothing_else(own_css):
    template = theme.environment(own_css).get_template("page.html.j2")
    outline = Outline(template.render(language="en"))
    policy = next(each for each in outline.all_of("content") if "default-src" in each)
    digest = hashlib.sha256("".join(outline.styles).encode()).digest()
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{base64.b64encode(digest).decode()}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_policy_stands_before_whatever_it_rules():
    page = page_of(samples.a_report())
    assert page.index("Content-Security-Policy") < page.index("<link")
    assert page.index("Content-Security-Policy") < page.index("<style")
    assert page.startswith("<!doctype html>")


def test_undefined_name_in_a_template_is_an_error():
    with pytest.raises(UndefinedError):
        theme.environment().from_string("{{ forgotten }}").render()


def test_score_is_in_the_format_of_the_language():
    assert "0,496 из 1" in Outline(page_of(samples.a_report(), Language.RU)).text
    assert "0.496 of 1" in Outline(page_of(samples.a_report(), Language.EN)).text


@pytest.mark.parametrize("language", Language)
def test_graded_page_says_what_is_wrong_and_where_to_look(language):
    text = Outline(page_of(samples.a_report(), language)).text
    for check in samples.CHECKS:
        assert check.title in text
        for said in (check.message, check.hint):
            assert said is None or said.replace("`", "").split()[0] in text
    assert CAUSE[Cause.ASSERTION].in_language(language) in text
    assert "6 из 10" in text or "6 of 10" in text


def test_tasks_are_in_the_order_of_the_assignment_with_their_points():
    report = samples.a_report(checks=tuple(reversed(samples.CHECKS)))
    tasks = tasks_of(report, samples.MANIFEST, Speech(Language.EN))
    assert [task.name for task in tasks] == ["MyLinear", "MyMLP", "max_margin_loss", "sgd_step"]
    assert [(task.percent, task.tone) for task in tasks] == [
        (80, "warn"),
        (100, "good"),
        (0, "bad"),
        (50, "warn"),
    ]


def test_bar_of_a_task_is_as_long_as_its_share():
    outline = Outline(page_of(samples.a_report()))
    assert outline.all_of("aria-label")[1:] == ["80 %", "100 %", "0 %", "50 %"]


def test_same_message_is_said_once():
    text = Outline(page_of(samples.a_report(), Language.EN)).text
    assert text.count("В ноутбуке нет функции") == 1
    assert text.count("The same as above.") == 1


def test_full_score_has_nothing_to_mend():
    text = Outline(page_of(samples.a_full_report(), Language.EN)).text
    assert "1 of 1" in text
    assert "Hint" not in text
    assert "Cells that failed" not in text
    assert "✕" not in text


def test_rejected_page_says_why_and_shows_no_tasks():
    text = Outline(page_of(samples.a_rejected_report(), Language.RU)).text
    assert "Файл пустой." in text
    assert "0 из 1" in text
    assert "Задачи" not in text


def test_fault_of_ours_is_no_score_and_keeps_its_details():
    page = page_of(samples.an_error_report(), Language.RU)
    assert "Оценки пока нет" in page
    assert "hidden_answer" not in page
    assert "0 из" not in page


@pytest.mark.parametrize("make", REPORTS.values(), ids=REPORTS)
def test_flags_are_for_teachers_only(make):
    report = make()
    assert report.flags
    assert all(flag not in Outline(page_of(report)).text for flag in report.flags)


def test_late_lines_say_the_deadline_the_delay_and_the_loss():
    text = Outline(page_of(samples.a_report(), Language.RU)).text
    assert "Срок 01.03.2026 23:59 UTC+3" in text
    assert "2 дня, −20 % (−0,124); без него было бы 0,62" in text
    assert "справка из деканата" in text


def test_work_in_time_loses_nothing():
    late = Late(
        deadline=datetime(2026, 3, 1, tzinfo=UTC),
        handed_in_at=datetime(2026, 2, 27, tzinfo=UTC),
        days=0,
        percent=0,
        points_lost=0,
    )
    text = Outline(page_of(samples.a_report(late=late), Language.EN)).text
    assert "Deadline 2026-03-01 00:00 UTC Handed in 2026-02-27 00:00 UTC Late no" in text


@pytest.mark.parametrize(
    ("said", "russian"),
    [
        ("read as utf-16-le", "прочитано в кодировке utf-16-le"),
        ("cell 12 has no source", "в ячейке 12 нет кода"),
        (PACKED, "архив с именем ноутбука: прочитан единственный ноутбук в нём"),
        (NO_LINE_ENDS, "у строк в ячейках не было концов строк: они возвращены"),
        (
            "what follows the notebook in its file was left out",
            "то, что стоит в файле после ноутбука, отброшено",
        ),
        ("a sentence that is new", "a sentence that is new"),
    ],
)
def test_repairs_are_in_the_language_of_the_student(said, russian):
    report = samples.a_report(repairs=(said,))
    assert russian in Outline(page_of(report, Language.RU)).text
    assert said in Outline(page_of(report, Language.EN)).text


def test_failed_cell_shows_its_source_and_traceback():
    page = page_of(samples.a_report())
    assert "plot_loss(losses)" in page
    assert "NameError: name &#39;max_margin_loss&#39; is not defined" in page
    assert "KeyboardInterrupt" not in page
    assert "12, 13" in page
    assert "import torch" not in page  # that cell ran well


def test_source_of_a_failed_cell_is_bounded():
    source = "\n".join(f"line{number}" for number in range(100_000))
    page = page_of(samples.a_report(), cells=[Cell(8, source)])
    assert "line1\n" in page
    assert f"line{SOURCE_CHARS}" not in page
    assert "[…]" in page


def test_number_of_failed_cells_is_bounded():
    runs = (samples.a_run(index, CellStatus.FAILED) for index in range(FAILED_CELLS + 7))
    report = samples.a_report(execution=samples.an_execution(*runs))
    text = Outline(page_of(report, Language.EN, cells=())).text
    assert f"Cell {FAILED_CELLS} " in text
    assert f"Cell {FAILED_CELLS + 1} " not in text
    assert "More cells that failed: 7" in text


def test_plots_are_shown_with_their_cells_and_the_rest_is_counted():
    plots = samples.plots_of(samples.a_notebook(samples.a_chart()))
    page = page_of(samples.a_report(), Language.EN, plots=plots, plots_left_out=3)
    assert Outline(page).all_of("alt") == ["Plot of cell 2"]
    assert "too many): 3" in page


@pytest.mark.parametrize(
    ("points", "max_points", "percent"),
    [(0, 1, 0), (1, 1, 100), (0.1 + 0.2, 0.3, 100), (0.9999, 1, 99), (0, 0, 0), (0.125, 1, 12)],
)
def test_only_all_points_are_a_full_bar(points, max_points, percent):
    assert percent_of(points, max_points) == percent


@pytest.mark.parametrize(
    ("value", "english", "russian"),
    [
        (0, "0", "0"),
        (1, "1", "1"),
        (0.75, "0.75", "0,75"),
        (10, "10", "10"),
        (1 / 3, "0.3333", "0,3333"),
    ],
)
def test_numbers_have_no_needless_zeros(value, english, russian):
    assert Speech(Language.EN).number(value) == english
    assert Speech(Language.RU).number(value) == russian


@pytest.mark.parametrize(
    ("hours", "zone"),
    [(0, "UTC"), (3, "UTC+3"), (-5, "UTC-5"), (5.5, "UTC+5:30"), (-3.5, "UTC-3:30")],
)
def test_times_name_their_zone(hours, zone):
    when = datetime(2026, 3, 1, 9, 5, tzinfo=timezone(timedelta(hours=hours)))
    assert Speech(Language.EN).moment(when) == f"2026-03-01 09:05 {zone}"


@pytest.mark.parametrize(
    ("days", "said"), [(1, "1 день"), (2, "2 дня"), (5, "5 дней"), (11, "11 дней"), (21, "21 день")]
)
def test_days_are_counted_as_in_russian(days, said):
    assert Speech(Language.RU).days(days) == said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", [("plain", False)]),
        (
            "use `a` or `b`.",
            [("use ", False), ("a", True), (" or ", False), ("b", True), (".", False)],
        ),
        ("a ` alone", [("a ` alone", False)]),
        ("over `a\nline`", [("over `a\nline`", False)]),
        ("", []),
    ],
)
def test_code_in_messages_is_found(text, expected):
    assert list(pieces(text)) == expected


def test_every_word_exists_in_both_languages():
    tables = (WORDS, STATUS, CAUSE, CELL_STATUS)
    for text in (text for table in tables for text in table.values()):
        assert text.en.isascii()
        assert re.search("[а-яА-Я]", text.ru)
    assert set(STATUS) == set(ReportStatus)
    assert set(CAUSE) == set(Cause)
    assert set(CellStatus) - set(CELL_STATUS) == {CellStatus.OK, CellStatus.SKIPPED}
