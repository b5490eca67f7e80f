"""The class page in a real browser: narrow and wide, light and dark, with an audience of many."""

import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import time

import pytest
from made_class import Twin, made_class, manifest, record, stored

from zachetka.pages.class_page import class_page

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
LOADED_WITHIN_S = 60
WIDTHS = (360, 1280)
SCHEMES = ("light", "dark")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or sys.platform != "linux", reason="there is no Chromium on this machine"
)


class Browser:
    """A headless Chromium that is spoken to through its pipe: JSON with a zero byte after each."""

    def __init__(self, profile):
        theirs_in, self.our_out = os.pipe()
        self.our_in, theirs_out = os.pipe()
        # The browser reads from 3 and writes to 4; out of the way of both before they are taken.
        ends = [fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in (theirs_in, theirs_out)]
        os.close(theirs_in), os.close(theirs_out)
        shell = f'exec "$0" "$@" 3<&{ends[0]} 4>&{ends[1]}'
        flags = (
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--remote-debugging-pipe",
        )
        self.process = subprocess.Popen(
            ["bash", "-c", shell, CHROMIUM, *flags, f"--user-data-dir={profile}"],
            pass_fds=ends,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for each in ends:
            os.close(each)
        self.number, self.buffer, self.events = 0, b"", []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        opened = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self.tab = opened["sessionId"]
        for domain in ("Page", "Log", "Runtime"):
            self.ask(f"{domain}.enable")

    def close(self):
        with contextlib.suppress(OSError):
            self.ask("Browser.close")
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.our_in), os.close(self.our_out)

    def ask(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if hasattr(self, "tab") and not method.startswith(("Target.", "Browser.")):
            message["sessionId"] = self.tab
        os.write(self.our_out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def open(self, path, *, width, scheme):
        """Load a page and give the seconds that it took."""
        self.events.clear()
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.ask("Emulation.setDeviceMetricsOverride", **metrics)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.ask("Emulation.setEmulatedMedia", features=[feature])
        started = time.monotonic()
        self.ask("Page.navigate", url=path.as_uri())
        while not any(each.get("method") == "Page.loadEventFired" for each in self.events):
            self.events.append(self._read())
        return time.monotonic() - started

    def value_of(self, expression):
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    def complaints(self):
        self.value_of("1")
        said = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
        return [each["params"] for each in self.events if each.get("method") in said]

    def _read(self):
        while b"\0" not in self.buffer:
            data = os.read(self.our_in, 1 << 20)
            if not data:
                raise ConnectionError("the browser is gone")
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(line)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    made = made_class(120)
    names = [each.name for each in made.reports]
    pairs = [Twin(names[3], names[40], 0.97, "pairs/1.html"), Twin(names[5], names[9], 0.81)]
    path = tmp_path_factory.mktemp("page") / "class.html"
    path.write_text(class_page(made, manifest=manifest(), pairs=pairs), "utf-8")
    return path


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("opened", [False, True], ids=["closed", "all details open"])
def test_the_page_never_scrolls_sideways(browser, page, width, scheme, opened):
    browser.open(page, width=width, scheme=scheme)
    if opened:
        browser.value_of("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.value_of("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_browser_has_nothing_to_complain_about(browser, page, width, scheme):
    browser.open(page, width=width, scheme=scheme)
    assert browser.complaints() == []


def test_the_page_wears_the_colours_that_the_reader_prefers(browser, page):
    light, dark = (brightness(browser, page, scheme) for scheme in SCHEMES)
    assert light > 200
    assert dark < 50


def brightness(browser, page, scheme):
    browser.open(page, width=1280, scheme=scheme)
    paper = browser.value_of("getComputedStyle(document.body).backgroundColor")
    return sum(map(int, re.findall(r"\d+", paper)[:3])) / 3


@pytest.mark.parametrize("width", WIDTHS)
def test_no_letter_of_a_chart_leaves_the_screen(browser, page, width):
    browser.open(page, width=width, scheme="light")
    outside = browser.value_of(
        "[...document.querySelectorAll('.chart text')].map(t => t.getBoundingClientRect())"
        f".filter(r => r.width && (r.left < 0 || r.right > {width})).length"
    )
    assert outside == 0


@pytest.mark.parametrize("max_score", [1.0, 10.0, 20.0])
def test_no_two_numbers_below_a_chart_touch_on_a_narrow_screen(browser, tmp_path, max_score):
    reports = [stored(f"s{n}", score=float(n % 11), max_score=20.0) for n in range(22)]
    if max_score != 20.0:
        reports = made_class(60, max_score=max_score).reports
    path = tmp_path / "class.html"
    path.write_text(class_page(record(*reports), manifest=manifest()), "utf-8")
    browser.open(path, width=360, scheme="light")
    touching = browser.value_of(
        "[...document.querySelectorAll('.chart')].flatMap(chart => {"
        " const at = [...chart.querySelectorAll('.tick')].map(t => t.getBoundingClientRect());"
        " const wide = at.filter(r => r.width).sort((a, b) => a.left - b.left);"
        " return wide.filter((r, i) => i && r.left < wide[i - 1].right + 2); }).length"
    )
    assert touching == 0


def test_the_styles_of_the_charts_are_let_in_by_the_policy(browser, page):
    browser.open(page, width=1280, scheme="light")
    fill = browser.value_of("getComputedStyle(document.querySelector('.chart .fill')).fill")
    assert fill != "rgb(0, 0, 0)"  # what a shape has that no style reaches


def test_a_bar_of_the_histogram_opens_the_list_of_its_students(browser, page):
    browser.open(page, width=1280, scheme="light")
    browser.value_of(
        "document.querySelector('#scores .chart a').dispatchEvent(new MouseEvent('click'))"
    )
    deadline = time.monotonic() + 10
    while not browser.value_of("document.querySelector('#scores details').open"):
        assert time.monotonic() < deadline, "the details stayed closed"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_hostile_name_breaks_nothing(browser, tmp_path, width):
    made = made_class(3)
    name = "<script>alert(1)</script>" + "W" * 270
    first = made.reports[0]
    renamed = first.report.model_copy(update={"name": name, "flags": (name,)})
    hostile = type(first)(first.name, renamed)
    path = tmp_path / "class.html"
    path.write_text(class_page(record(hostile, *made.reports[1:]), manifest=manifest()), "utf-8")
    browser.open(path, width=width, scheme="light")
    assert browser.value_of("document.documentElement.scrollWidth") == width
    assert browser.value_of("document.scripts.length") == 0


def test_a_class_of_three_thousand_opens(browser, tmp_path):
    path = tmp_path / "class.html"
    path.write_text(class_page(made_class(3000), manifest=manifest()), "utf-8")
    assert browser.open(path, width=1280, scheme="light") < LOADED_WITHIN_S
    assert browser.value_of("document.querySelectorAll('#students tbody tr').length") == 3000
