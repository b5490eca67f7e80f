"""The student's page in a real browser: nothing overflows, nothing is refused, it prints."""

import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import feedback_samples as samples
import pytest

from zachetka.language import Language
from zachetka.pages.feedback import feedback_page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
WIDTHS = {360: 800, 1280: 900}
SCHEMES = ("light", "dark")
# Where to leave the pictures for a person to look at, if anywhere.
PICTURES = os.environ.get("ZACHETKA_PICTURES")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine")

PAGES = {
    "partial": lambda: page(samples.a_report(), Language.RU, with_plots=True),
    "full": lambda: page(samples.a_full_report(), Language.EN),
    "zero": lambda: page(samples.a_zero_report(), Language.RU),
    "rejected": lambda: page(samples.a_rejected_report(), Language.RU),
    "error": lambda: page(samples.an_error_report(), Language.EN),
    **{
        f"hostile-{number}": lambda hostile=hostile: page(
            samples.a_hostile_report(hostile), Language.RU, hostile=hostile
        )
        for number, hostile in enumerate(samples.HOSTILE)
    },
}


def page(report, language, *, with_plots=False, hostile=None):
    cells = samples.CELLS if hostile is None else (samples.Cell(8, hostile),)
    plots = ()
    if with_plots:
        plots = samples.plots_of(
            samples.a_notebook(samples.a_chart(), samples.a_chart((1200, 500)))
        )
    return feedback_page(
        report, manifest=samples.MANIFEST, language=language, cells=cells, plots=plots
    )


class Browser:
    """A headless chromium, spoken to by the DevTools protocol over its two pipes."""

    def __init__(self, profile):
        to_read, self._out = os.pipe()
        self._in, to_write = os.pipe()
        command = [
            *(CHROMIUM, "--headless", "--remote-debugging-pipe", "--disable-gpu"),
            *("--no-first-run", "--disable-dev-shm-usage", f"--user-data-dir={profile}"),
            *(("--no-sandbox",) if os.geteuid() == 0 else ()),
            "about:blank",
        ]
        # The browser reads descriptor 3 and writes descriptor 4.
        wired = f'exec "$@" 3<&{to_read} 4>&{to_write}'
        self._process = subprocess.Popen(
            ["bash", "-c", wired, "bash", *command],
            pass_fds=(to_read, to_write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self._pending = b""
        self._numbers = itertools.count(1)
        self._session = None
        self.complaints = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Log", "Runtime", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method, **params):
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            said = self._read()
            if said.get("id") == number:
                assert "error" not in said, said
                return said["result"]

    def _read(self):
        while b"\0" not in self._pending:
            more = os.read(self._in, 1 << 20)
            assert more, "the browser has gone"
            self._pending += more
        first, _, self._pending = self._pending.partition(b"\0")
        said = json.loads(first)
        method, params = said.get("method"), said.get("params", {})
        if method == "Log.entryAdded":
            self.complaints.append(params["entry"]["text"])
        elif method in {"Runtime.consoleAPICalled", "Runtime.exceptionThrown"}:
            self.complaints.append(str(params))
        elif method == "Network.requestWillBeSent":
            url = params["request"]["url"]
            if not url.startswith(("file:", "data:", "about:")):
                self.complaints.append(f"asked for {url}")
        elif method == "Page.loadEventFired":
            self._loaded = True
        return said

    def open(self, path, *, width, scheme):
        self.complaints.clear()
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=WIDTHS[width],
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=features)
        self._loaded = False
        self.call("Page.navigate", url=path.as_uri())
        while not self._loaded:
            self._read()

    def value(self, expression):
        """Evaluate from outside: the page's own policy does not apply to a debugger."""
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"][
            "value"
        ]

    def picture(self, path):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        path.write_bytes(base64.b64decode(data))

    def close(self):
        # Closing the pipe is how it is told to leave.
        os.close(self._out)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._in)


@pytest.fixture(scope="module")
def browser():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        running = Browser(profile)
        yield running
        running.close()


# Everything that sticks out of the window, or out of a box that hides what does not fit.
STICKS_OUT = """
(() => {
  const wide = document.documentElement.clientWidth;
  const out = document.documentElement.scrollWidth > wide ? ["page"] : [];
  for (const each of document.querySelectorAll("main *:not(.visually-hidden):not(svg *)")) {
    const box = each.getBoundingClientRect();
    if (each.closest(".visually-hidden") || box.right <= wide + 0.5) continue;
    out.push(each.outerHTML.slice(0, 200));
  }
  return out;
})()
"""

# The least contrast of a text with what is painted behind it.
LEAST_CONTRAST = """
(() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const parts = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const linear = v => v <= 10.31 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(linear);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  let least = [99, ""];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    if (!walk.currentNode.data.trim()) continue;
    let behind = walk.currentNode.parentElement;
    const ink = parts(getComputedStyle(behind).color);
    let paper = parts(getComputedStyle(behind).backgroundColor);
    while (paper[3] === 0 && behind.parentElement) {
      behind = behind.parentElement;
      paper = parts(getComputedStyle(behind).backgroundColor);
    }
    const [a, b] = [light(ink), light(paper)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < least[0]) least = [ratio, walk.currentNode.data.trim().slice(0, 60)];
  }
  return least;
})()
"""


def cases():
    for name in PAGES:
        # What strangers wrote has no colours; the two widths are what it could break.
        for scheme in SCHEMES[:1] if name.startswith("hostile") else SCHEMES:
            yield from ((name, width, scheme) for width in WIDTHS)


@pytest.mark.parametrize(("name", "width", "scheme"), list(cases()))
def test_page_fits_and_obeys_its_policy(browser, tmp_path, name, width, scheme):
    path = tmp_path / "feedback.html"
    path.write_text(PAGES[name](), "utf-8")
    browser.open(path, width=width, scheme=scheme)
    if PICTURES:
        browser.picture(Path(PICTURES) / f"{name}-{width}-{scheme}.png")
    assert browser.value(STICKS_OUT) == []
    assert browser.complaints == []
    assert browser.value("document.scripts.length") == 0
    assert browser.value("document.compatMode") == "CSS1Compat"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_style_applies_and_text_is_readable(browser, tmp_path, scheme):
    path = tmp_path / "feedback.html"
    path.write_text(PAGES["partial"](), "utf-8")
    browser.open(path, width=1280, scheme=scheme)
    paper = browser.value("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(246, 246, 243)", "dark": "rgb(17, 21, 27)"}[scheme]
    ratio, text = browser.value(LEAST_CONTRAST)
    assert ratio >= 4.5, text


def test_images_are_shown(browser, tmp_path):
    path = tmp_path / "feedback.html"
    path.write_text(PAGES["partial"](), "utf-8")
    browser.open(path, width=1280, scheme="light")
    assert browser.value("[...document.images].map(each => each.naturalWidth)") == [640, 900]


def test_page_that_runs_a_script_would_be_seen(browser, tmp_path):
    """The policy stops a script, and this test's eyes are open when it does."""
    broken = PAGES["full"]().replace("</main>", "<script>console.log(1)</script></main>")
    path = tmp_path / "feedback.html"
    path.write_text(broken, "utf-8")
    browser.open(path, width=1280, scheme="light")
    assert len(browser.complaints) == 1
    assert "Content Security Policy" in browser.complaints[0]


def test_page_prints_on_paper(browser, tmp_path):
    path = tmp_path / "feedback.html"
    path.write_text(PAGES["partial"](), "utf-8")
    browser.open(path, width=1280, scheme="dark")
    data = base64.b64decode(browser.call("Page.printToPDF", printBackground=True)["data"])
    if PICTURES:
        (Path(PICTURES) / "partial.pdf").write_bytes(data)
    assert data.startswith(b"%PDF-")
    assert 1 <= data.count(b"/Type /Page\n") <= 5
