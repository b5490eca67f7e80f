from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
import typer

from zachetka.cli import similar_command
from zachetka.errors import InfrastructureError, UsageError
from zachetka.pages.pair_page import page_name, pair_page, write_pair_pages
from zachetka.similarity import Lines, Pair, Passage
from zachetka.submission import archive
from zachetka.submission.file import read_bytes

CELLS = ["import torch", "a = 1\nb = 2\nc = 3\n"]
OTHER = ["d = 1\r\nb = 2\r\nc = 3", "print()"]
PAIR = Pair(
    "petrov.json",
    "ivanov.json",
    0.734,
    (Passage(Lines(1, 2, 3), Lines(0, 2, 3), 41.6),),
    remarks=("my very own remark",),
)
SOLUTION = """\
def train(model, x, y):
    # this remark is nobody else's but mine
    history = []
    for epoch in range(10):
        order = torch.randperm(len(x))
        for start in range(0, len(x), 20):
            rows = order[start : start + 20]
            loss = F.mse_loss(model(x[rows]).squeeze(-1), y[rows])
            loss.backward()
            with torch.no_grad():
                for parameter in model.parameters():
                    if parameter.grad is not None:
                        parameter -= 0.1 * parameter.grad
                        parameter.grad = None
        history.append(loss.item() / max(1, len(order) - epoch))
    return history, sum(history) / len(history)
"""


class Page(HTMLParser):
    """The tags of a page, and the texts of the marked lines."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.classes, self.text = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.classes.extend((dict(attrs).get("class") or "").split())

    def handle_data(self, data):
        self.text += data


def test_a_page_shows_both_with_cells_and_lines():
    text = pair_page(PAIR, CELLS, OTHER, labels={"petrov.json": "Пётр Петров"})
    page = Page(text)
    assert "Пётр Петров and ivanov.json" in page.text
    assert "73 % of the smaller submission" in page.text
    assert "code cell 2, lines 2–3" in page.text
    assert "code cell 1, lines 2–3" in page.text
    assert "weight 42" in page.text
    assert "my very own remark" in page.text


def test_shared_lines_are_marked_in_the_whole_submissions():
    page = Page(pair_page(PAIR, CELLS, OTHER))
    assert page.classes.count("code-shared") == 4


def test_a_page_says_that_it_is_no_verdict():
    assert "to be read, not to be punished" in pair_page(PAIR, CELLS, OTHER)


def test_a_page_runs_and_loads_nothing():
    text = pair_page(PAIR, CELLS, OTHER)
    page = Page(text)
    assert not {"script", "img", "iframe", "form", "object"} & set(page.tags)
    assert "default-src &#39;none&#39;" in text
    assert not re.search(r"(?:src|href)=\"(?!data:,)", text)


def test_what_students_wrote_is_escaped_and_made_visible():
    hostile = "</pre><script>alert(1)</script>\u202e\x1b[31m\0"
    pair = Pair(
        "<b>a</b>", "b", 1.0, (Passage(Lines(0, 1, 1), Lines(0, 1, 1), 9.0),), "", 9, (hostile,)
    )
    text = pair_page(pair, [hostile], [hostile], labels={"b": "<i>B</i>"})
    assert {"script", "b", "i"}.isdisjoint(Page(text).tags)
    assert not set("\u202e\x1b\0") & set(text)
    assert "&lt;script&gt;" in text


def test_a_page_stays_small_whatever_is_handed_in():
    source = "\n".join(["x" * 5000] * 5000)
    many = tuple(Passage(Lines(0, n + 1, 5000), Lines(0, n + 1, 5000), 1.0) for n in range(100))
    text = pair_page(Pair("a", "b", 1.0, many), [source] * 3, [source] * 3)
    assert len(text) < 10_000_000
    assert "70 lighter passages are not shown here" in text
    assert "The rest is left out here." in text


def test_a_pair_without_passages_has_a_page():
    assert "No passage is long enough" in pair_page(Pair("a", "b", 0.5, ()), [""], [])


def test_pages_have_names_that_stay_and_that_every_file_system_takes():
    assert page_name(PAIR) == page_name(Pair("petrov.json", "ivanov.json", 0.1, ()))
    assert page_name(PAIR) != page_name(Pair("ivanov.json", "petrov.json", 0.1, ()))
    assert re.fullmatch(r"pair-[0-9a-f]{12}\.html", page_name(Pair("п/" * 900, "\udc80", 1.0, ())))


def test_written_pairs_know_their_pages_and_old_pages_go(tmp_path):
    out = tmp_path / "new" / "folder"
    out.mkdir(parents=True)
    (out / "pair-000000000000.html").write_text("old")
    (out / "notes.html").write_text("not ours")
    (pair,) = write_pair_pages([PAIR], {"petrov.json": CELLS, "ivanov.json": OTHER}, out)
    assert sorted(path.name for path in out.iterdir()) == ["notes.html", pair.page]
    assert (out / pair.page).read_text("utf-8") == pair_page(PAIR, CELLS, OTHER)


# The command.


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "course" / "assignments" / "tiny"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text(
        'schema = "zachetka.assignment/1"\nname = "tiny"\nversion = "1"\n'
        '[title]\nen = "Tiny"\nru = "Мини"\n[tasks.train]\nweight = 100\nnames = ["train"]\n'
    )
    write_notebook(folder / "tiny.en.ipynb", "import torch\nimport torch.nn.functional as F")
    return tmp_path / "course"


def write_notebook(path, *cells):
    made = [
        {
            "cell_type": "code",
            "source": cell,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for cell in cells
    ]
    document = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    path.write_text(json.dumps(document), "utf-8")


def run(*arguments):
    app = typer.Typer()
    app.callback()(lambda: None)
    similar_command.register(app)
    return app(["similar", *map(str, arguments)], standalone_mode=False)


def test_the_command_writes_pages_and_a_list(tmp_path, course, capsys):
    submissions = tmp_path / "handed-in"
    submissions.mkdir()
    write_notebook(submissions / "anna_tiny.ipynb", "import torch", SOLUTION)
    renamed = SOLUTION.replace("parameter ", "p ").replace("parameter.", "p.").replace("rows", "z")
    write_notebook(submissions / "boris_tiny.ipynb", "import torch as torch", renamed)
    write_notebook(submissions / "vera_tiny.ipynb", "x = 1")
    (submissions / "gleb_tiny.ipynb").write_text("no notebook")
    out = tmp_path / "similar"
    assert run("tiny", submissions, "--out", out, "--course", course) == 0
    document = json.loads((out / "similar.json").read_text("utf-8"))
    (pair,) = document["pairs"]
    assert (pair["first_student"], pair["second_student"]) == ("anna_tiny", "boris_tiny")
    assert (pair["first"], pair["second"]) == ("anna_tiny.json", "boris_tiny.json")
    assert pair["score"] > 0.9
    assert pair["remarks"] == 1
    assert "anna_tiny and boris_tiny" in (out / pair["page"]).read_text("utf-8")
    assert document["submissions"] == 3
    assert [each["student"] for each in document["skipped"]] == ["gleb_tiny"]
    said = capsys.readouterr().out
    assert "1 pair is close enough" in said
    assert "not compared: gleb_tiny" in said


def test_the_command_compares_the_others_where_one_cannot_be_read(tmp_path, course, monkeypatch):
    def read(path):
        if path.name.startswith("boris"):
            raise InfrastructureError(f"cannot read {path}: Input/output error")
        return read_bytes(path)

    monkeypatch.setattr(archive, "read_bytes", read)
    submissions = tmp_path / "handed-in"
    submissions.mkdir()
    for name in ("anna", "boris", "vera"):
        write_notebook(submissions / f"{name}_tiny.ipynb", SOLUTION)
    out = tmp_path / "similar"
    assert run("tiny", submissions, "--out", out, "--course", course) == 0
    document = json.loads((out / "similar.json").read_text("utf-8"))
    assert document["submissions"] == 2
    (skipped,) = document["skipped"]
    assert skipped["student"] == "boris_tiny"
    assert "Input/output error" in skipped["why"]


def test_the_command_prints_the_same_list_as_json(tmp_path, course, capsys):
    submissions = tmp_path / "handed-in"
    submissions.mkdir()
    write_notebook(submissions / "anna_tiny.ipynb", SOLUTION)
    out = tmp_path / "similar"
    run("tiny", submissions, "--out", out, "--course", course, "--json", "--threshold", "0.9")
    document = json.loads(capsys.readouterr().out)
    assert document == json.loads((out / "similar.json").read_text("utf-8"))
    assert (document["pairs"], document["threshold"]) == ([], 0.9)


def test_the_command_refuses_a_file_as_its_folder(tmp_path, course):
    out = tmp_path / "similar"
    out.write_text("")
    with pytest.raises(UsageError, match="name a folder"):
        run("tiny", tmp_path, "--out", out, "--course", course)


@pytest.mark.parametrize("place", ["folder", "list"])
def test_the_command_says_where_it_cannot_write(tmp_path, course, place):
    submissions = tmp_path / "handed-in"
    submissions.mkdir()
    write_notebook(submissions / "anna_tiny.ipynb", SOLUTION)
    out = tmp_path / "similar"
    if place == "folder":
        (tmp_path / "file").write_text("")
        out = tmp_path / "file" / "similar"
    else:
        (out / "similar.json").mkdir(parents=True)
    with pytest.raises(UsageError, match="cannot write"):
        run("tiny", submissions, "--out", out, "--course", course)
