"""The class page says all that the reports say, leads to the students, and trusts nobody."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from made_class import (
    DEADLINE,
    Twin,
    check,
    execution,
    made_class,
    manifest,
    record,
    report,
    stored,
)

from zachetka.pages.class_page import class_page
from zachetka.report.model import GraderInfo, Late, ReportStatus, SubmissionInfo
from zachetka.report.store import Missing, Stored

HOSTILE = """<script>alert('1')</script></style>"onload='x' {{ 7 * 7 }} javascript:x"""
VOID = {"meta", "link", "br"}


class Reader(HTMLParser):
    """Reads a page, checks that elements nest, and keeps what tests ask about."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.links, self.ids = [], set(), [], []
        self.attributes, self.text = set(), ""
        self.feed(text)
        self.close()
        assert self.open == [], "elements that nobody closed"

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.add(tag)
        self.attributes |= set(given)
        self.links += [given["href"]] if tag == "a" else []
        self.ids += [given["id"]] if "id" in given else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(*reports, given=None, **fields):
    page = class_page(record(*reports, **fields), manifest=manifest(), **(given or {}))
    return Reader(page)


def late(days=2):
    return Late(
        deadline=DEADLINE.astimezone(ZoneInfo("Europe/Moscow")),
        handed_in_at=DEADLINE,
        days=days,
        percent=20,
        points_lost=0.2,
        extension=HOSTILE,
    )


def hostile():
    fields = {"name": HOSTILE, "group": HOSTILE, "flags": (HOSTILE,), "repairs": (HOSTILE + "2",)}
    fields |= {"late": late(), "execution": execution()}
    fields["submission"] = SubmissionInfo(file=HOSTILE, sha256=None, bytes=None, others=(HOSTILE,))
    failed = check("t.x", passed=False, title=HOSTILE, task=HOSTILE)
    return [
        Stored(f"{number}{HOSTILE}.json", report(f"{number}", checks=(failed,), **fields))
        for number in range(3)
    ] + [stored("r", status=ReportStatus.REJECTED, message=HOSTILE)]


ODD_CLASSES = {
    "one student": [stored("a", checks=(check("t.x"),), execution=execution())],
    "all rejected": [stored(f"s{n}", status=ReportStatus.REJECTED, message="no") for n in range(3)],
    "all errors": [stored(f"s{n}", status=ReportStatus.ERROR) for n in range(3)],
    "no checks": [stored("a"), stored("b")],
    "nothing to earn": [stored("a", max_score=0.0)],
    "a check without points": [stored(n, checks=(check("t.x", points=0.0),)) for n in "abc"],
    "no time at all": [stored("a", execution=execution(0.0, 0))],
    "no memory measured": [stored("a", execution=execution(1.0, None))],
    "nobody": [],
    "hostile": hostile(),
    "a usual class": made_class(60).reports,
}


@pytest.mark.parametrize("reports", ODD_CLASSES.values(), ids=ODD_CLASSES)
def test_every_class_has_a_well_formed_page_with_every_student(reports):
    page = read(*reports)
    assert {f"feedback/{each.stem}.html" for each in reports} <= set(map(unquote, page.links))


@pytest.mark.parametrize("reports", ODD_CLASSES.values(), ids=ODD_CLASSES)
def test_links_within_the_page_lead_somewhere(reports):
    page = read(*reports)
    assert {each[1:] for each in page.links if each.startswith("#")} <= set(page.ids)


@pytest.mark.parametrize("reports", ODD_CLASSES.values(), ids=ODD_CLASSES)
def test_every_id_is_there_once(reports):
    ids = read(*reports).ids
    assert len(ids) == len(set(ids))


@pytest.fixture(scope="module")
def hostile_page():
    return class_page(
        record(
            *hostile(),
            missing=(Missing(HOSTILE, HOSTILE, HOSTILE),),
            strays=((HOSTILE, HOSTILE),),
            broken=(HOSTILE,),
        ),
        manifest=manifest(),
        pairs=[Twin(HOSTILE, HOSTILE, 0.9, HOSTILE)],
    )


def test_what_students_wrote_stays_text(hostile_page):
    page = Reader(hostile_page)
    assert not page.tags & {"script", "img", "iframe", "object", "form", "base"}
    assert not [name for name in page.attributes if name.startswith("on") or name == "style"]


def test_no_template_is_made_of_what_students_wrote(hostile_page):
    assert "{{ 7 * 7 }}" in hostile_page


def test_links_stay_in_the_folder(hostile_page):
    assert all(
        re.fullmatch(r"#[\w-]+|feedback/[\w%.~-]+\.html", each)
        for each in Reader(hostile_page).links
    )


def test_the_policy_names_the_one_style_element():
    page = class_page(record(stored("a")), manifest=manifest())
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert f"style-src &#39;sha256-{digest}&#39;;" in policy
    assert policy.startswith("default-src &#39;none&#39;;")


@pytest.mark.parametrize("stem", ["Пётр Ли", "50%", "a#b?c", "x&y", 'q"', "half\udcff"])
def test_the_address_of_a_student_survives_any_name(stem):
    page = read(Stored(f"{stem}.json", report("a")))
    (address,) = set(page.links) - {"#students", "#scores", "#score-0"}
    assert unquote(address, errors="surrogateescape") == f"feedback/{stem}.html"


def test_a_page_can_be_stored_whatever_files_could_not_be_read():
    page = class_page(record(stored("a"), broken=("half\udcff.json",)), manifest=manifest())
    assert page.encode("utf-8")


def test_errors_of_ours_are_named_before_the_scores():
    text = read(stored("a", status=ReportStatus.ERROR, message="the engine is gone")).text
    assert 0 < text.index("the engine is gone") < text.index("There are no scores yet")


def test_reports_of_several_graders_are_called_so():
    first, second = (stored(n, grader=GraderInfo(version="1", sha256=n * 64)) for n in ("a", "b"))
    warning = "Not all were graded by the same checks"
    assert (warning in read(first, second).text, warning in read(first).text) == (True, False)


def test_the_mean_is_over_all_scores_with_zero_for_the_rejected():
    page = read(stored("a", checks=(check("t.x"),)), stored("b", status=ReportStatus.REJECTED))
    assert re.search(r"0\.500 of 1\s*mean score", page.text)


def test_a_pair_leads_to_both_students_and_to_its_page():
    twin = Twin("a.json", "b.json", 0.97, "pairs/1.html")
    page = read(stored("a"), stored("b"), given={"pairs": [twin]})
    assert "pairs/1.html" in page.links
    assert "97 %" in page.text


@pytest.mark.parametrize(
    "page",
    ["javascript:alert(1)", "//evil.example/", "https://x/", "[", "\\x", "java\nscript:x", " a"],
)
def test_a_pair_leads_nowhere_else(page):
    read_page = read(stored("a"), given={"pairs": [Twin("a.json", "gone.json", 0.9, page)]})
    assert page not in read_page.links
    assert "gone.json" in read_page.text


def test_the_closest_pair_is_first():
    pairs = [Twin("far", "x", 0.6), Twin("close", "y", 0.9)]
    text = read(stored("a"), given={"pairs": pairs}).text
    assert text.index("close") < text.index("far")


def test_the_missing_stand_by_their_groups():
    text = read(stored("a"), missing=(Missing("m1", "Anna", "g2"), Missing("m2", "", "g1"))).text
    assert text.index("g1") < text.index("m2") < text.index("g2") < text.index("Anna")


def test_the_late_and_what_they_lost_are_named():
    page = read(stored("a", late=late(2)), stored("b", late=late(0)))
    row = r"a\s*2\s*20 %\s*0\.200\s*2026-03-01 23:59 UTC\+3"
    assert re.search(row, page.text.split("Who was late")[1])


def test_a_class_in_time_has_no_part_on_being_late():
    assert "late" not in read(stored("a", late=late(0))).ids


def test_a_repair_that_is_a_flag_too_is_told_once():
    page = read(stored("a", flags=("mended",), repairs=("mended",)))
    assert page.text.count("mended") == 1


def test_students_beyond_what_is_listed_are_counted():
    failed = check("t.x", passed=False)
    page = read(*(stored(f"s{n:04}", checks=(failed,), flags=("same",)) for n in range(150)))
    assert page.text.count("and 50 more") == 2  # of the flag and of the cause


def test_flags_of_a_thousand_kinds_do_not_fill_the_page():
    page = read(*(stored(f"s{n}", flags=(f"{chr(0x4E00 + n)}",)) for n in range(1000)))
    assert "and 960 other kinds" in page.text


def test_three_thousand_students_fit_into_three_megabytes():
    made = made_class(3000, checks_per_task=15)
    page = class_page(made, manifest=manifest())
    assert len(page.encode("utf-8")) < 3_000_000
    assert len(re.findall(r"<tr><th scope=.row.><a href", page)) >= 3000


def test_the_same_class_has_the_same_page():
    pages = {class_page(made_class(30), manifest=manifest()) for _ in range(2)}
    assert len(pages) == 1
