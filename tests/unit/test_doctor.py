import json
import re
import stat
import warnings

import nbformat
import pytest
import typer
from hypothesis import example, given, settings
from mutations import damaged, to_json

from zachetka.cli import doctor_command
from zachetka.doctor import OUTPUT_BYTES, OUTPUTS_BYTES, merged, repaired
from zachetka.errors import SubmissionRejectedError, UsageError
from zachetka.submission import CELL_COUNT, RawSubmission, parse

WIDGETS = "application/vnd.jupyter.widget-state+json"


def code(source, **more):
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"id-{abs(hash_of(source))}",
        "metadata": {},
        "outputs": [],
        "source": source,
        **more,
    }


def hash_of(source):
    return sum(ord(letter) * (place + 1) for place, letter in enumerate("".join(source)))


def markdown(source, **more):
    return {"cell_type": "markdown", "id": "text", "metadata": {}, "source": source, **more}


def notebook(*cells, minor=5, **metadata):
    return {"nbformat": 4, "nbformat_minor": minor, "metadata": metadata, "cells": list(cells)}


def to_bytes(document):
    return json.dumps(document, ensure_ascii=False).encode()


def without(cell, *keys):
    return {key: value for key, value in cell.items() if key not in keys}


def mend(document):
    """Repair a document; give it as JSON, valid and in need of nothing more, and the notes."""
    found = repaired(document if isinstance(document, bytes) else to_bytes(document))
    check(found.data)
    return json.loads(found.data), found.repairs


def check(data):
    document = json.loads(data)
    with warnings.catch_warnings():
        # Ids that are missing or stand twice are a warning only.
        warnings.simplefilter("error")
        nbformat.validate(document)
        nbformat.reads(data.decode(), as_version=4)
    again = repaired(data)
    assert again.data == data
    assert again.repairs == ()


def sources(document):
    return ["".join(cell["source"]) for cell in document["cells"]]


def test_a_sound_notebook_needs_nothing():
    output = {"output_type": "stream", "name": "stdout", "text": ["1\n"]}
    image = {"image/png": "aGk=", "application/json": {"a": [1.5, -0.25, 10**20]}}
    shown = {"output_type": "display_data", "metadata": {}, "data": image}
    sound = notebook(
        markdown(["# Title\n", "![](a.png)"], attachments={"a.png": {"image/png": "aGk="}}),
        code(["x = 1\n", "x"], outputs=[output, shown], execution_count=3),
        kernelspec={"name": "python3", "display_name": "Python 3", "language": "python"},
        language_info={"name": "python"},
    )
    document, repairs = mend(sound)
    assert repairs == ()
    assert document == sound


def test_it_writes_as_jupyter_does():
    sound = to_bytes(notebook(code("x = 1\ny = 'я'\n")))
    found = repaired(sound)
    as_jupyter = nbformat.writes(nbformat.reads(sound.decode(), as_version=4))
    assert found.data.decode() == as_jupyter + "\n"


def test_a_format_before_ids_is_upgraded_and_that_is_no_repair():
    document, repairs = mend(notebook(without(code("x"), "id"), minor=4))
    assert repairs == ()
    assert document["nbformat_minor"] == 5
    assert re.fullmatch(r"[0-9a-f]{8}", document["cells"][0]["id"])


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (notebook(without(code("x"), "id")), "cells without an id"),
        (notebook(code("x", id="a"), code("y", id="a")), "stand twice"),
        (notebook(code("x", id="a b")), "ids that are not valid"),
        (notebook(code("x", id=["a"])), "ids that are not valid"),
        (notebook(code("x"), minor=4), "the format before 4.5 has no ids"),
        (notebook(without(code("x"), "outputs")), "fields that must be there"),
        (notebook(without(code("x"), "execution_count")), "fields that must be there"),
        (notebook(code("x", execution_count="1")), "fields that must be there"),
        (notebook(code("x", execution_count=True)), "fields that must be there"),
        (notebook(without(code("x"), "metadata")), "fields that must be there"),
        (notebook(code("x", outputs=None)), "fields that must be there"),
        (without(notebook(code("x")), "metadata"), "fields that must be there"),
        (notebook(markdown("x", outputs=[])), "fields that do not belong"),
        ({**notebook(code("x")), "signature": "x"}, "fields that do not belong"),
        (notebook(code("x", metadata={"collapsed": "yes"})), "metadata that does not fit"),
        (notebook(code("x", metadata={"tags": ["a", "a"]})), "metadata that does not fit"),
        (notebook(code("x", metadata={"name": ""})), "metadata that does not fit"),
        (notebook(code("x"), language_info={"version": "3"}), "metadata that does not fit"),
        (notebook(code("x"), kernelspec={"name": "conda-env-ml-py"}), "another machine's"),
        (notebook(code("x"), kernelspec={"name": "python3"}), "kernel was incomplete"),
        (notebook(code("x", outputs=[{"output_type": "pyout"}])), "no output that can be stored"),
        (notebook(code("x", outputs=[7])), "no output that can be stored"),
        (notebook(code("x"), 7, None), "what is not a cell was left out (2 times)"),
        ({**notebook(code("x")), "nbformat": 99}, "the number of the format"),
        ({**notebook(code("x")), "nbformat_minor": 6}, "the number of the format"),
        (without(notebook(without(code("x"), "id")), "nbformat_minor"), "the number of the format"),
        (without(notebook(code("x")), "nbformat"), "does not name its format"),
    ],
)
def test_what_is_wrong_is_mended_and_noted_once(broken, said):
    _, repairs = mend(broken)
    assert [said in repair for repair in repairs] == [True]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("cp1251", "cp1251")],
)
def test_other_encodings_become_utf_8(encoding, said):
    text = json.dumps(notebook(code("s = 'Зачётка, привет'")), ensure_ascii=False)
    document, repairs = mend(text.encode(encoding))
    assert sources(document) == ["s = 'Зачётка, привет'"]
    assert repairs == (f"read as {said}",)


def test_format_3_is_upgraded_whole():
    outputs = [
        {"output_type": "pyout", "prompt_number": 2, "text": ["1"], "png": "aGk="},
        {"output_type": "display_data", "html": "<b>", "metadata": {"png": {"width": 5}}},
        {"output_type": "stream", "stream": "stderr", "text": "oh"},
        {"output_type": "pyerr", "ename": "E", "evalue": "v", "traceback": ["t"]},
    ]
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["A\n", "title"], "metadata": {}},
        {"cell_type": "html", "source": "<b>", "metadata": {}},
        {
            "cell_type": "code",
            "input": ["x = 1\n", "x"],
            "language": "python",
            "prompt_number": 2,
            "collapsed": True,
            "outputs": outputs,
            "metadata": {},
        },
    ]
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": "old", "signature": "sha256:0"},
        "worksheets": [{"cells": cells[:2]}, {"cells": cells[2:]}],
    }
    document, repairs = mend(old)
    assert repairs == ("upgraded from nbformat 3",)
    assert sources(document) == ["## A title", "<b>", "x = 1\nx"]
    assert [cell["cell_type"] for cell in document["cells"]] == ["markdown", "markdown", "code"]
    assert document["metadata"] == {}
    ran = document["cells"][2]
    assert (ran["execution_count"], ran["metadata"]) == (2, {"collapsed": True})
    assert ran["outputs"] == [
        {
            "output_type": "execute_result",
            "execution_count": 2,
            "data": {"text/plain": ["1"], "image/png": "aGk="},
            "metadata": {},
        },
        {
            "output_type": "display_data",
            "data": {"text/html": "<b>"},
            "metadata": {"image/png": {"width": 5}},
        },
        {"output_type": "stream", "name": "stderr", "text": "oh"},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]},
    ]


@pytest.mark.parametrize(
    ("widgets", "expected"),
    [
        (
            {WIDGETS: {"a1": {"model_name": "Text", "state": {"v": 1}}, "version_major": 2}},
            {
                WIDGETS: {
                    "state": {"a1": {"model_name": "Text", "state": {"v": 1}}},
                    "version_major": 2,
                    "version_minor": 0,
                }
            },
        ),
        ({"state": {}, "version": "1.1.1"}, None),
        ({WIDGETS: 5}, None),
        (5, None),
    ],
)
def test_widgets_get_the_state_that_their_readers_want(widgets, expected):
    document, repairs = mend(notebook(code("x"), widgets=widgets))
    assert document["metadata"].get("widgets") == expected
    assert repairs == ("the metadata of widgets has no state, which other tools need",)


@pytest.mark.parametrize(
    "kernel",
    [
        {"name": "ir", "display_name": "R", "language": "R"},
        {"name": "julia-1.9", "display_name": "Julia"},
    ],
)
def test_a_notebook_in_another_language_keeps_its_kernel(kernel):
    document, repairs = mend(notebook(code("x"), kernelspec=kernel))
    assert document["metadata"]["kernelspec"] == kernel
    assert repairs == ()


def test_an_unknown_type_becomes_raw_and_keeps_its_text():
    document, repairs = mend(
        notebook(markdown("a", cell_type="sql"), markdown("b", cell_type=["code"], id="b"))
    )
    assert [cell["cell_type"] for cell in document["cells"]] == ["raw", "raw"]
    assert sources(document) == ["a", "b"]
    assert repairs == ("cells of an unknown type became raw cells (2 times)",)


@pytest.mark.parametrize(
    "source",
    ["", "\n", "x\n\n\n", "a\x0bb\x0cc\u2028d", "%%bash\nls \\\n", "s = '''\n  \n'''  "],
)
def test_no_line_of_a_source_is_lost(source):
    document, _ = mend(notebook(code(source), markdown(source)))
    assert sources(document) == [source, source]


def test_a_first_owner_keeps_its_id_and_new_ids_take_no_other():
    first = mend(notebook(without(code("x"), "id"), minor=4))[0]["cells"][0]["id"]
    document, _ = mend(notebook(without(code("x"), "id"), code("y", id=first), code("z", id=first)))
    ids = [cell["id"] for cell in document["cells"]]
    assert ids[1] == first
    assert len(set(ids)) == 3


def stream(size):
    return {"output_type": "stream", "name": "stdout", "text": "x" * size}


def test_outputs_above_the_bound_are_left_out_and_the_rest_stays():
    document, repairs = mend(notebook(code("x", outputs=[stream(OUTPUT_BYTES), stream(5)])))
    assert document["cells"][0]["outputs"] == [stream(5)]
    assert repairs == ("large stored outputs were left out: 1 of 6 MB in all",)


def test_outputs_are_bounded_together():
    size = OUTPUT_BYTES - 100
    count = OUTPUTS_BYTES // size + 1
    cells = [code(str(number), outputs=[stream(size)]) for number in range(count)]
    document, repairs = mend(notebook(*cells))
    assert [len(cell["outputs"]) for cell in document["cells"]] == [1] * (count - 1) + [0]
    assert repairs == ("large stored outputs were left out: 1 of 5 MB in all",)


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "9" * 5000])
def test_numbers_that_json_does_not_have_become_null(number):
    plot = {"output_type": "display_data", "metadata": {}, "data": {"application/json": ["@", 0.5]}}
    data = to_bytes(notebook(code("x", outputs=[plot]))).replace(b'"@"', number.encode())
    document, repairs = mend(data)
    assert document["cells"][0]["outputs"][0]["data"]["application/json"] == [None, 0.5]
    assert repairs == ("numbers that JSON does not have, such as NaN, became null",)


def test_characters_that_no_file_can_hold_are_replaced_wherever_they_are():
    text = json.dumps(notebook(code("x", metadata={"\ud800": "\ud801👩‍💻"}), title="\udc00"))
    document, repairs = mend(text.encode())
    assert document["cells"][0]["metadata"] == {"?": "?👩‍💻"}
    assert repairs == ("characters that no file can hold were replaced",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"cells": 5}',
        b"PK\x03\x04",
        b'{"cells": [], "metadata": ' + b"[" * 900 + b"]" * 900 + b"}",
        to_bytes(notebook(code("x", metadata={"a": json.loads("[" * 200 + "]" * 200)}))),
        to_bytes(notebook(*[code("x")] * (CELL_COUNT + 1))),
        b'{"cells": [' + b"[]," * 2_100_000 + b"[]]}",
        to_bytes(notebook(markdown("\n" * 4_000_000))),
    ],
    ids=range(11),
)
def test_what_cannot_be_mended_is_rejected(data):
    with pytest.raises(SubmissionRejectedError):
        repaired(data)


SEED = notebook(
    markdown(["# A\n", "b"], attachments={"a.png": {"image/png": "aGk="}}),
    code(
        ["x = 1\r\n", "y"],
        execution_count=1,
        metadata={"tags": ["a"], "collapsed": True, "scrolled": "auto", "name": "n"},
        outputs=[
            {"output_type": "stream", "name": "stdout", "text": ["я\n"]},
            {
                "output_type": "execute_result",
                "execution_count": 1,
                "metadata": {},
                "data": {"text/plain": "1", "application/json": {"a": 0.5}},
            },
            {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]},
        ],
    ),
    {"cell_type": "raw", "id": "r", "metadata": {"format": "text/html"}, "source": "r"},
    kernelspec={"name": "conda-env-r-py", "display_name": "R", "language": "R"},
    language_info={"name": "R", "codemirror_mode": {"name": "ipython"}},
    widgets={WIDGETS: {"a1": {"model_name": "Text", "state": {}}}},
)
OLD = {
    "nbformat": 3,
    "metadata": {"name": "old"},
    "worksheets": [
        {
            "cells": [
                {"cell_type": "heading", "level": 3, "source": "t"},
                {
                    "cell_type": "code",
                    "input": "y",
                    "prompt_number": 1,
                    "collapsed": False,
                    "outputs": [{"output_type": "pyout", "prompt_number": 1, "text": "1"}],
                },
            ]
        }
    ],
}
KEYS = (
    "cells", "metadata", "cell_type", "source", "worksheets", "name", "input", "outputs", "id",
    "language", "kernelspec", "language_info", "widgets", "state", "nbformat", "nbformat_minor",
    "output_type", "data", "text", "tags", "attachments", "execution_count", "level", "title", "",
)  # fmt: skip


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(damaged((SEED, OLD), KEYS).map(to_json))
@example(b'{"cells": [' + b"{}," * 1000 + b"{}]}")
def test_any_notebook_is_mended_or_rejected_and_reads_as_before(data):
    try:
        found = repaired(data)
    except SubmissionRejectedError:
        return
    check(found.data)
    try:
        before = parse(RawSubmission("0" * 64, data))
    except SubmissionRejectedError:  # it is in another language
        return
    if any("became null" in repair for repair in found.repairs):
        return  # to the grader, a type that is no number is another one than null
    after = parse(RawSubmission("0" * 64, found.data))
    assert [cell.source for cell in after.cells] == [cell.source for cell in before.cells]


def merge(first, second):
    found = merged(to_bytes(first), to_bytes(second))
    check(found.data)
    return json.loads(found.data), found.repairs


def test_merged_cells_stay_between_those_that_both_have():
    document, repairs = merge(
        notebook(code("import torch"), code("a = 1"), code("b = 2"), title="mine"),
        notebook(code("import torch\n"), code("c = 3"), code("b = 2"), code("d = 4"), title="x"),
    )
    assert sources(document) == ["import torch", "a = 1", "c = 3", "b = 2", "d = 4"]
    assert document["metadata"] == {"title": "mine"}
    assert repairs == (
        "cells of the second notebook that were added: 2",
        "cells that are in both and stay once: 2",
        "the metadata of the second notebook was left out",
    )


def test_a_cell_that_stands_elsewhere_in_the_second_stays_once():
    document, repairs = merge(
        notebook(code("a"), code("b"), code("c")), notebook(code("c"), code("a"), code("b"))
    )
    assert sources(document) == ["a", "b", "c"]
    assert repairs[1].startswith("cells that stand elsewhere")
    assert repairs[1].endswith(": 1")


def test_cells_of_one_notebook_that_are_equal_are_all_kept():
    document, _ = merge(notebook(code("a"), code("a", id="b")), notebook(code("b"), code("b")))
    assert sources(document) == ["a", "a", "b", "b"]


def test_text_and_code_of_the_same_source_are_two_cells():
    document, _ = merge(notebook(code("a")), notebook(markdown("a")))
    assert [cell["cell_type"] for cell in document["cells"]] == ["code", "markdown"]


def test_ids_of_both_do_not_collide():
    document, _ = merge(notebook(code("a", id="x")), notebook(code("b", id="x")))
    first, second = (cell["id"] for cell in document["cells"])
    assert first == "x"
    assert second != "x"


def test_what_both_define_differently_is_named():
    same = code("def same(): pass")
    _, repairs = merge(
        notebook(same, code("def f():\n    def g(): ...\nclass Net: ...")),
        notebook(same, code("def f(): return 1\ndef h(): ...\nclass Net(int): ...")),
    )
    assert repairs[-1] == "defined differently in both: Net, f"


def test_repairs_of_both_are_told_apart():
    broken = notebook(without(code("x"), "id"))
    _, repairs = merge(notebook(code("a")), broken)
    assert repairs[0] == "the second notebook: cells without an id were given one"


def test_the_outputs_of_both_are_bounded_together():
    half = [stream(OUTPUT_BYTES - 100)] * 3
    _, repairs = merge(notebook(code("a", outputs=half)), notebook(code("b", outputs=half)))
    assert repairs[-1] == "large stored outputs were left out: 2 of 10 MB in all"


@pytest.mark.parametrize("which", [0, 1])
def test_what_is_no_notebook_is_not_merged(which):
    pair = [to_bytes(notebook(code("a")))] * 2
    pair[which] = b"{}"
    with pytest.raises(SubmissionRejectedError):
        merged(*pair)


def test_many_equal_cells_are_merged_in_no_time():
    first = notebook(*[code("x", id=f"a{n}") for n in range(CELL_COUNT)])
    second = notebook(*[code("xy"[n % 2], id=f"a{n}") for n in range(0, CELL_COUNT, 2)])
    document, _ = merge(first, second)
    assert len(document["cells"]) == CELL_COUNT


def test_too_many_cells_together_are_rejected():
    first, second = (
        notebook(*[code(f"{name}{n}") for n in range(CELL_COUNT - 5)]) for name in "ab"
    )
    with pytest.raises(SubmissionRejectedError, match="too much data"):
        merged(to_bytes(first), to_bytes(second))


@pytest.fixture
def run():
    app = typer.Typer()
    doctor_command.register(app)
    app.callback()(lambda: None)

    def run(*arguments):
        return app(["doctor", *map(str, arguments)], standalone_mode=False)

    return run


SOUND = to_bytes(notebook(code("x = 1")))
BROKEN = to_bytes(notebook(code("a", id="x"), code("b", id="x")))


@pytest.fixture
def files(tmp_path):
    for name, data in (("sound", SOUND), ("broken", BROKEN), ("none", b"{}")):
        (tmp_path / f"{name}.ipynb").write_bytes(data)
    return tmp_path


def test_without_write_nothing_is_changed(run, files, capsys):
    assert run(files / "sound.ipynb", files / "broken.ipynb") == 0
    assert (files / "broken.ipynb").read_bytes() == BROKEN
    assert capsys.readouterr().out.splitlines() == [
        f"{files}/sound.ipynb: nothing to mend",
        f"{files}/broken.ipynb: to mend (--write does it)",
        "  ids that are not valid or stand twice were replaced",
    ]


def test_what_cannot_be_mended_stops_no_other(run, files, capsys):
    names = [files / name for name in ("none.ipynb", "missing.ipynb", "broken.ipynb")]
    assert run("--write", *names) == 1
    complaints = capsys.readouterr().err.splitlines()
    assert [complaint.split(": ")[:2] for complaint in complaints] == [
        [str(names[0]), "cannot be mended"],
        [str(names[1]), "cannot be mended"],
    ]
    check(names[2].read_bytes())


def test_write_keeps_the_mode_and_leaves_the_sound_alone(run, files):
    (files / "broken.ipynb").chmod(0o640)
    assert run("--write", files / "sound.ipynb", files / "broken.ipynb") == 0
    check((files / "broken.ipynb").read_bytes())
    assert stat.S_IMODE((files / "broken.ipynb").stat().st_mode) == 0o640
    assert (files / "sound.ipynb").read_bytes() == SOUND
    assert {path.name for path in files.iterdir()} == {
        "sound.ipynb",
        "broken.ipynb",
        "none.ipynb",
    }


def test_a_backup_holds_what_was_there_and_is_never_written_over(run, files, capsys):
    kept = files / "broken.ipynb.orig"
    assert run("--write", "--backup", files / "broken.ipynb", files / "sound.ipynb") == 0
    assert kept.read_bytes() == BROKEN
    assert not (files / "sound.ipynb.orig").exists()
    (files / "broken.ipynb").write_bytes(BROKEN + b" ")
    assert run("--write", "--backup", files / "broken.ipynb") == 1
    assert "already there" in capsys.readouterr().err
    assert (files / "broken.ipynb").read_bytes() == BROKEN + b" "
    assert kept.read_bytes() == BROKEN


def test_merge_writes_a_new_file_and_leaves_both(run, files, capsys):
    out = files / "out.ipynb"
    assert run(files / "sound.ipynb", files / "broken.ipynb", "--merge", out) == 0
    assert sources(json.loads(out.read_bytes())) == ["x = 1", "a", "b"]
    assert (files / "broken.ipynb").read_bytes() == BROKEN
    assert f"{out}: merged" in capsys.readouterr().out


def test_merge_writes_over_a_file_only_by_force(run, files):
    arguments = [files / "sound.ipynb", files / "broken.ipynb", "--merge", files / "none.ipynb"]
    with pytest.raises(UsageError, match="already there"):
        run(*arguments)
    assert (files / "none.ipynb").read_bytes() == b"{}"
    assert run(*arguments, "--force") == 0
    check((files / "none.ipynb").read_bytes())


def test_merge_says_which_file_is_no_notebook(run, files, capsys):
    out = files / "out.ipynb"
    assert run(files / "sound.ipynb", files / "none.ipynb", "--merge", out) == 1
    assert f"{files}/none.ipynb: cannot be mended" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.ipynb", "--backup"], "--backup is for --write"),
        (["a.ipynb", "--force"], "--force is for --merge"),
        (["a.ipynb", "--merge", "out.ipynb"], "takes two notebooks"),
        (["a.ipynb"] * 3 + ["--merge", "out.ipynb"], "takes two notebooks"),
        (["a.ipynb", "b.ipynb", "--merge", "out.ipynb", "--write"], "leave out --write"),
        (["a.ipynb", "b.ipynb", "--merge", "missing/out.ipynb"], "cannot write"),
    ],
)
def test_options_that_do_not_fit_are_refused(run, arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=said):
        run(*arguments)


def test_json_says_the_same(run, files, capfdbinary):
    assert run("--json", files / "broken.ipynb", files / "none.ipynb") == 1
    document = json.loads(capfdbinary.readouterr().out)
    assert document["schema"] == "zachetka.doctor/1"
    broken, none = document["files"]
    assert broken["file"] == str(files / "broken.ipynb")
    assert broken["repairs"] == ["ids that are not valid or stand twice were replaced"]
    assert (broken["written"], broken["error"]) == (False, None)
    assert "no cells" in none["error"]
