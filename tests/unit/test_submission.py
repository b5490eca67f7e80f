import io
import json
import os
import zipfile

import pytest

from zachetka import submission
from zachetka.errors import SubmissionRejectedError, UsageError


def code(source, **more):
    return {"cell_type": "code", "source": source, "outputs": [], "metadata": {}, **more}


def notebook(*cells, **metadata):
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": list(cells)}


@pytest.fixture
def read(tmp_path):
    def read(content):
        if isinstance(content, dict):
            content = json.dumps(content)
        if isinstance(content, str):
            content = content.encode()
        path = tmp_path / "petrov.ipynb"
        path.write_bytes(content)
        return submission.read_submission(path)

    return read


def test_code_cells_keep_their_place(read):
    found = read(
        notebook({"cell_type": "markdown", "source": "#"}, code(["a = 1\n", "b"]), code("c"))
    )
    assert found.cells == (submission.Cell(1, "a = 1\nb"), submission.Cell(2, "c"))
    assert found.repairs == ()
    assert len(found.sha256) == 64


def test_the_mark_of_the_template_is_read(read):
    found = read(notebook(zachetka={"assignment": "mlp", "lang": "ru"}))
    assert (found.declared_assignment, found.declared_language) == ("mlp", "ru")
    found = read(notebook(zachetka={"assignment": "../etc", "lang": 5}))
    assert (found.declared_assignment, found.declared_language) == (None, None)


@pytest.mark.parametrize(
    ("encoding", "noted"),
    [
        ("utf-8", False),
        ("utf-8-sig", True),
        ("utf-16", True),
        ("utf-16-le", True),
        ("cp1251", True),
    ],
)
def test_encodings(read, encoding, noted):
    text = json.dumps(notebook(code("s = 'Зачётка, привет'\r\nx")), ensure_ascii=False)
    found = read(text.encode(encoding))
    assert found.cells[0].source == "s = 'Зачётка, привет'\nx"
    assert bool(found.repairs) is noted


def test_every_mark_of_the_byte_order_is_left_out(read):
    text = json.dumps(notebook(code("x")))
    data = ("\ufeff" + text).encode("utf-8-sig")
    assert read(data).cells[0].source == "x"
    broken = data.replace(b'"metadata": {}}', b'"metadata": {"x": "\xd0"}}', 1)
    assert broken != data
    assert read(broken).cells[0].source == "x"


def test_a_few_broken_bytes_do_not_change_the_encoding(read):
    text = json.dumps(notebook(code("s = 'Зачётка'")), ensure_ascii=False).encode()
    found = read(text.replace(b'"metadata": {}}', b'"metadata": {"x": "\xd0"}}', 1))
    assert found.cells[0].source == "s = 'Зачётка'"


def test_format_3_is_upgraded(read):
    cells = [{"cell_type": "code", "input": ["x = 1"], "language": "python", "outputs": []}]
    found = read({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]})
    assert found.cells == (submission.Cell(0, "x = 1"),)
    assert found.repairs == ("upgraded from nbformat 3",)


@pytest.mark.parametrize(
    "metadata",
    [
        {"widgets": {"application/vnd.jupyter.widget-state+json": {}}},
        {"kernelspec": {"name": "conda-env-ml-py"}},
        {"kernelspec": {"name": "conda-env-r-py", "display_name": "R?"}},
        {"kernelspec": {"name": "sql-course", "display_name": "Python (sql-course)"}},
        {"kernelspec": {"name": "r2", "display_name": "Python 3.11 (r2)"}},
        {"kernelspec": {"name": "python3"}, "language_info": {"name": "R"}},
        {"kernelspec": 5, "language_info": [1]},
        {"vscode": {"interpreter": {"hash": "0"}}},
    ],
)
def test_honest_metadata(read, metadata):
    assert len(read(notebook(code("x"), **metadata)).cells) == 1


def test_ids_and_missing_fields_do_not_matter(read):
    cells = [code("a", id="x"), code("b", id="x"), {"cell_type": "code", "source": "c"}]
    found = read({"cells": [*cells, {"source": "d", "outputs": []}, {"source": "text"}, 7, None]})
    assert [cell.source for cell in found.cells] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"name": "ir", "display_name": "R"}},
        {"kernelspec": {"name": "julia-1.9", "display_name": 5}},
        {"kernelspec": {"name": "julia-1.9"}},
        {"language_info": {"name": "R"}},
        {"kernelspec": {"name": "foo", "language": "julia"}},
    ],
)
def test_other_languages_are_rejected(read, metadata):
    with pytest.raises(SubmissionRejectedError, match="written in"):
        read(notebook(code("x"), **metadata))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n",
        b"\xef\xbb\xbf",
        b"\0\0\0\0",
        b"{",
        b"not json",
        b"[]",
        b"null",
        b"7",
        b"{}",
        b'{"cells": {}}',
        b"[" * 100_000,
        b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[" * 1_500_000 + b"{" * 1_500_000,
        b"[0" + b",0" * 7_000_000 + b"]",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"\xff\xfe",
        b"PK\x03\x04" + bytes(range(256)) * 10,
    ],
)
def test_what_is_no_notebook_is_rejected_in_two_languages(read, content):
    with pytest.raises(SubmissionRejectedError) as caught:
        read(content)
    assert caught.value.text.en
    assert caught.value.text.ru


def test_odd_values_do_no_harm(read):
    text = (
        '{"nbformat": 4, "metadata": {"a": NaN, "b": -Infinity, "c": %s, "d": 1e999}, "cells": '
        '[{"cell_type": "code", "source": "x = \'\\ud800\\u0000\'"},'
        '{"cell_type": "code", "source": {"a": 1}},'
        '{"cell_type": "code", "source": ["a", 5, null, "b"]},'
        '{"cell_type": ["code"], "source": "a"}]}'
    ) % ("9" * 5000)
    found = read(text)
    assert [cell.source for cell in found.cells] == ["x = '?'", "", "ab"]


@pytest.mark.parametrize(
    "cells",
    [
        [code("x")] * (submission.CELL_COUNT + 1),
        [code("x" * (submission.SOURCE_BYTES + 1))],
        [code("x" * submission.SOURCE_BYTES)] * 9,
    ],
)
def test_too_much_code_is_rejected(read, cells):
    with pytest.raises(SubmissionRejectedError, match="too much code"):
        submission.refuse_without_code(read(notebook(*cells)))


def test_a_large_file_is_rejected_unread(tmp_path):
    path = tmp_path / "x.ipynb"
    with path.open("wb") as stream:
        stream.truncate(60_000_000)
    with pytest.raises(SubmissionRejectedError, match="60 MB of at most 50 MB"):
        submission.read_submission(path)


def test_what_is_no_file_is_rejected_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "fifo.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    (tmp_path / "real").write_text("{}")
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "real")
    (tmp_path / "device.ipynb").symlink_to("/dev/zero")
    for name in ("fifo", "folder", "link", "device"):
        with pytest.raises(SubmissionRejectedError, match="not a file"):
            submission.read_submission(tmp_path / f"{name}.ipynb")


def test_a_missing_file_is_the_callers_mistake(tmp_path):
    with pytest.raises(UsageError, match="there is no file"):
        submission.read_submission(tmp_path / "x.ipynb")


def test_zeros_at_the_end_are_left_out(read):
    found = read(json.dumps(notebook(code("x"))) + "\0" * 4096)
    assert found.cells == (submission.Cell(0, "x"),)
    assert found.repairs == ("zeros at the end of the file were left out",)


def test_what_is_no_text_of_a_source_is_left_out_and_noted(read):
    found = read(notebook(code("x"), code(["a", 5, ["b"], "c"])))
    assert [cell.source for cell in found.cells] == ["x", "ac"]
    assert found.repairs == ("what is no text was left out of cell 2",)


def test_only_so_many_repairs_are_noted(read):
    found = read({"nbformat": 4, "cells": [{"cell_type": "code", "source": [7]}] * 1000})
    assert len(found.repairs) == 20
    assert found.repairs[-1] == "and more was mended"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04" + b"x" * 100, "an archive"),
        (b"\x1f\x8b\x08" + b"x" * 100, "an archive"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html>", "a web page"),
        (b"PK\x03\x04[Content_Types].xml word/document.xml", r"a Word document \(.docx\), not"),
        (b"PK\x03\x04[Content_Types].xml xl/workbook.xml", "an Excel workbook"),
        (b"PK\x03\x04[Content_Types].xml ppt/presentation.xml", "a presentation"),
        (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.text", "of LibreOffice"),
        (b"%PDF-1.7\n%\xe2\xe3", "is a PDF document, not a notebook"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is a picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "is a picture"),
        (b"{\\rtf1\\ansi import torch}", "RTF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "Microsoft Office"),
        (b"Rar!\x1a\x07\x01\0", "an archive"),
        (b"<html><head><title>Sign in</title>", "a web page"),
        (b"https://colab.research.google.com/drive/1AbC?usp=sharing\n", "only a link"),
        ("Моя работа: https://colab.research.google.com/drive/1AbC".encode(), "only a link"),
        (b"[InternetShortcut]\r\nURL=https://colab.research.google.com\r\n", "only a link"),
        (b'{"url": "https://docs.google.com/open?id=1", "doc_id": "1"}', "only a link"),
        (b"---\nkernelspec: x\n---\n```{code-cell} ipython3\nimport torch\n```", "MyST"),
        (b'---\ntitle: "HW"\n---\n\n```{python}\nimport torch\n```\n', "Quarto"),
        (b"# My homework\n\n```python\nimport torch\n```\n", "Markdown"),
        (b'import torch\n"""\n```\nf()\n```\n"""\n', "a Python script"),
        (b'{\n "cells": [\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> b\n]}', "a merge conflict"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
        (b"#!/usr/bin/env python\nimport torch\n", "a Python script"),
        (b"# %% [markdown]\n# Title\n# %%\nx = 1\n", "a Python script"),
        (b"#!/usr/bin/env python\n# coding: utf-8\n\n# In[1]:\n\n\nx = 1\n", "a Python script"),
        (b'{"cells": [{"source": "import torch', "JSON is broken"),
    ],
)
def test_what_is_known_to_be_handed_in_is_named(read, content, said):
    with pytest.raises(SubmissionRejectedError, match=said) as caught:
        read(content)
    assert "LFS" not in caught.value.text.en or "conflict" not in caught.value.text.en


def zipped(*files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files:
            made.writestr(name, data)
    return stream.getvalue()


def test_an_archive_with_the_name_of_a_notebook_is_opened_where_it_holds_one(read):
    data = json.dumps(notebook(code("x = 1")))
    found = read(zipped(("hw/mlp.ipynb", data), ("__MACOSX/._mlp.ipynb", b"?"), ("a.png", b"")))
    assert [cell.source for cell in found.cells] == ["x = 1"]
    assert found.repairs == (
        "an archive with the name of a notebook: the one notebook in it was read",
    )
    for files in ([("a.ipynb", data), ("b.ipynb", data)], [("a.txt", data)]):
        with pytest.raises(SubmissionRejectedError, match="Unpack it"):
            read(zipped(*files))
    with pytest.raises(SubmissionRejectedError, match="Unpack it"):
        read(zipped(("a.ipynb", zipped(("b.ipynb", data)))))
    with pytest.raises(SubmissionRejectedError, match="Unpack it"):
        read(zipped(("a.ipynb", b" " * 60_000_000)))


def test_what_follows_a_notebook_is_left_out_and_noted(read):
    data = json.dumps(notebook(code("x = 1")))
    found = read(f"\n{data}\n</body>")
    assert [cell.source for cell in found.cells] == ["x = 1"]
    assert found.repairs == ("what follows the notebook in its file was left out",)
    for broken in (data + data, f"[]{data}", "[] x"):
        with pytest.raises(SubmissionRejectedError, match="JSON is broken"):
            read(broken)


def test_lines_without_ends_get_them_back(read):
    cells = [code(["def f():", "    return 1"]), code(["x = 1"]), code("y = 2")]
    found = read(notebook({"cell_type": "markdown", "source": ["# a", "b"]}, *cells))
    assert [cell.source for cell in found.cells] == ["def f():\n    return 1", "x = 1", "y = 2"]
    assert found.repairs == ("lines of cells had no line ends: they were put back",)
    sheet = {"cells": [{"cell_type": "code", "input": ["x = 1", "y"], "outputs": []}]}
    found = read({"nbformat": 3, "metadata": {}, "worksheets": [sheet]})
    assert found.cells[0].source == "x = 1\ny"
    prose = {"cell_type": "markdown", "source": ["# a\n", "b"]}
    found = read(notebook(prose, code(["x = '\u2028'", "y = 2"])))
    assert found.cells[0].source == "x = '\u2028'\ny = 2"


def test_an_archive_of_many_files_is_not_looked_into(read):
    data = json.dumps(notebook(code("x = 1")))
    many = [(f"{number}.txt", "") for number in range(2000)]
    with pytest.raises(SubmissionRejectedError, match="Unpack it"):
        read(zipped(("a.ipynb", data), *many))


def test_pieces_of_a_line_are_joined_where_lines_have_ends(read):
    found = read(notebook(code(["x = ", "1"]), code(["y = 1\n", "z"])))
    assert [cell.source for cell in found.cells] == ["x = 1", "y = 1\nz"]
    assert found.repairs == ()


def test_quotes_that_are_escaped_are_not_counted(read):
    shown = "".join(['<a href="x">'] * 1_600_000)
    assert len(read(notebook(code("x", output=shown))).cells) == 1


WIDGETS = "application/vnd.jupyter.widget-state+json"


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"kernelspec": {"name": "conda-env-ml-py"}}, "the kernel is another machine's"),
        ({"kernelspec": {}}, "the kernel is another machine's"),
        ({"widgets": {WIDGETS: {"a1": {"model_name": "Text"}}}}, "metadata of widgets"),
        ({"widgets": {"state": {}}}, "metadata of widgets"),
        ({"widgets": 5}, "metadata of widgets"),
    ],
)
def test_metadata_that_breaks_other_tools_is_noted(read, metadata, said):
    [repair] = read(notebook(code("x"), **metadata)).repairs
    assert repair.startswith(said) or said in repair


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        {"kernelspec": {"name": "python"}},
        {"widgets": {}},
        {"widgets": {WIDGETS: {"state": {}, "version_major": 2}}},
    ],
)
def test_metadata_that_breaks_nothing_is_not_noted(read, metadata):
    assert read(notebook(code("x"), **metadata)).repairs == ()


def test_ids_that_stand_twice_are_noted_once(read):
    cells = [code("a", id="x"), {"cell_type": "markdown", "id": "x"}, code("b", id="x")]
    assert read(notebook(*cells)).repairs == ("several cells have the same id",)


def test_ids_do_not_matter_before_the_format_has_them(read):
    found = read({**notebook(code("a", id="x"), code("b", id="x")), "nbformat_minor": 4})
    assert found.repairs == ()


def test_large_outputs_are_noted_with_their_size(read):
    shown = {"output_type": "stream", "name": "stdout", "text": "x" * 12_500_000}
    found = read(notebook(code("x", outputs=[shown])))
    assert found.repairs == ("12 MB of stored outputs and other data were left out",)


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [{"cell_type": "markdown", "source": "def f(): ..."}],
        [{"cell_type": "raw", "source": "def f(): ..."}],
        [code(" \n"), code("")],
    ],
    ids=["none", "markdown", "raw", "empty"],
)
def test_a_notebook_without_code_is_rejected_with_the_reason(read, cells):
    with pytest.raises(SubmissionRejectedError, match="holds no code"):
        submission.refuse_without_code(read(notebook(*cells)))


def test_the_type_of_a_cell_may_be_written_large(read):
    assert read(notebook(code("x = 1") | {"cell_type": "Code"})).cells[0].source == "x = 1"
