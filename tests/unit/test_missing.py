"""What a student reads of a name that is not there."""

import pytest

from zachetka.pytest_plugin.missing import (
    explain_absent,
    explain_missing,
    explain_not_callable,
    explain_unbound,
    written,
)
from zachetka.replies import CellReply
from zachetka.submission import Cell, Submission
from zachetka.submission.notebook import TextCell

BODY = "    def forward(self, x):\n        return x"
LAYER = f"class MyLinear(nn.Module):\n{BODY}"


def cells_of(*sources):
    return tuple(Cell(index, source) for index, source in enumerate(sources))


def replies_of(**errors):
    """Give what was said of cells: `c0="NameError: ..."`, or None for one that ended well."""
    found = {}
    for key, error in errors.items():
        index = int(key[1:])
        found[index] = CellReply(
            index=index,
            status="ok" if error is None else "error",
            duration_s=0.1,
            error=error,
            rescued=[],
            truncated=False,
        )
    return found


def submission_of(*sources, texts=()):
    return Submission("ab" * 32, cells_of(*sources), texts=tuple(texts))


def english(text):
    return None if text is None else text.en


@pytest.mark.parametrize(
    ("source", "where"),
    [
        (f"%%timeit\n{LAYER}", ", which is a `%%timeit` cell"),
        (f"%%writefile layer.py\n{LAYER}", ", which is a `%%writefile` cell"),
        (f"\n%%script python3\n{LAYER}", ", which is a `%%script` cell"),
        ("def main():\n    class MyLinear:\n        x = 1", " inside `main`"),
        ("class Answers:\n    def MyLinear(self):\n        return 1", " inside `Answers`"),
        ("if cuda:\n    class MyLinear:\n        x = 1", " inside `if`"),
    ],
    ids=["timeit", "writefile", "script", "function", "class", "if"],
)
def test_an_answer_that_stands_where_it_does_not_count_is_found(source, where):
    said = explain_missing("MyLinear", cells_of("x = 1", "", source), replies_of(c2=None))
    assert said.en == (
        f"`MyLinear` stands in cell 3{where}: it must be in a code cell at the top level"
    )
    assert said.ru.startswith("`MyLinear` стоит в ячейке 3")


def test_a_block_that_failed_is_named_by_its_error():
    source = "with open('x') as file:\n    class MyLinear:\n        x = 1"
    said = explain_missing("MyLinear", cells_of(source), replies_of(c0="FileNotFoundError: x"))
    assert said.en == "cell 1, which defines it, did not finish: FileNotFoundError: x"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("time_limit", "it took too long"),
        ("memory_limit", "it took too much memory"),
        ("crash", "it ended the kernel"),
        ("skipped", "it was not run"),
    ],
)
def test_a_cell_that_was_stopped_is_named_in_words(status, said):
    reply = replies_of(c0="KeyboardInterrupt: ")[0].model_copy(
        update={"status": status, "error": None}
    )
    text = explain_missing("MyLinear", cells_of("class MyLinear: ..."), {0: reply})
    assert text.en == f"cell 1, which defines it, did not finish: {said}"


@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize("fence", ["{}", "```python\n{}\n```", "    \n{}"])
def test_an_answer_in_a_text_is_found(kind, fence):
    text = TextCell(4, kind, fence.format(LAYER))
    said = explain_absent("MyLinear", submission_of("x = 1", texts=[text]))
    assert said.en == (
        f"`MyLinear` stands in cell 5, which is a {kind.capitalize()} cell: it must be in a code "
        "cell at the top level"
    )


@pytest.mark.parametrize(
    "prose",
    [
        "Write the class MyLinear: it has\n    two parameters.",
        "`class MyLinear(nn.Module)` is a layer.",
        "```python\ndef MyLinear(x):\n```",
        "MyLinear",
    ],
)
def test_words_about_an_answer_are_none(prose):
    assert (
        explain_absent("MyLinear", submission_of("x = 1", texts=[TextCell(0, "markdown", prose)]))
        is None
    )


@pytest.mark.parametrize(
    ("source", "error", "said"),
    [
        (
            f"class \u200bMyLinear:\n{BODY}",
            "SyntaxError: invalid non-printable character U+200B (2546266441.py, line 1)",
            (
                " in line 1: invalid non-printable character U+200B. There is an invisible "
                "character U+200B in line 1: retype the line"
            ),
        ),
        (
            f"class MyLinear:\n{BODY} \u2212 1",
            "SyntaxError: invalid character '\u2212' (U+2212) (3102461095.py, line 3)",
            (
                " in line 3: invalid character '\u2212' (U+2212). There is `\u2212` (U+2212), "
                "which is no sign of Python, in line 3: retype the line"
            ),
        ),
        (
            f"class MyLinear:\n{BODY}\n\tx = 1",
            "TabError: inconsistent use of tabs and spaces in indentation (2.py, line 4)",
            (
                " in line 4: inconsistent use of tabs and spaces in indentation. Some lines are "
                "indented with tabs, others with spaces: use spaces only"
            ),
        ),
        (
            "1 class MyLinear:\n2     def f(self):\n3\n4         return 1",
            "SyntaxError: invalid syntax (1907083912.py, line 1)",
            (
                " in line 1: invalid syntax. The lines begin with their numbers, which were copied "
                "too: delete the numbers"
            ),
        ),
        (
            f"<<<<<<< HEAD\n{LAYER}\n=======\nx = 1\n>>>>>>> other",
            "SyntaxError: invalid syntax (1955159376.py, line 1)",
            (
                " in line 1: invalid syntax. The cell holds the marks of a merge conflict "
                "(`<<<<<<<`, `>>>>>>>`): keep one of the two versions and delete the marks"
            ),
        ),
        (
            "class MyLinear(nn.Module:\n    pass",
            "SyntaxError: '(' was never closed (1.py, line 1)",
            " in line 1: '(' was never closed",
        ),
        ("class MyLinear(:", "SystemError: what\never", ""),
        (
            f"class MyLinear[T]:\n{BODY}",
            "SyntaxError: invalid syntax (1.py, line 1)",
            (
                " in line 1: invalid syntax. Such type parameters and `type X =` are of Python "
                "3.12, and notebooks are graded with Python 3.11"
            ),
        ),
    ],
    ids=["U+200B", "minus", "tabs", "numbers", "merge", "plain", "another error", "newer"],
)
def test_a_syntax_error_says_what_is_wrong(source, error, said):
    text = explain_missing("MyLinear", cells_of("x = 1", source), replies_of(c1=error))
    assert text.en == f"cell 2, where `MyLinear` stands, has a syntax error{said}"
    assert text.ru.startswith("в ячейке 2, где стоит `MyLinear`, синтаксическая ошибка")


def test_a_syntax_error_in_a_cell_with_time_is_seen():
    source = "%%time\nclass MyLinear(:"
    said = explain_missing(
        "MyLinear", cells_of(source), replies_of(c0="SyntaxError: no (1, line 1)")
    )
    assert "has a syntax error in line 1: no" in said.en


def test_a_cell_that_ran_has_no_syntax_error():
    newer = "type Number = int\nclass MyLinear[T]:\n    pass"
    assert explain_missing("MyLinear", cells_of(newer), replies_of(c0=None)) is None


def test_a_word_that_holds_the_name_is_another_one():
    broken = cells_of("training = = 1")
    assert explain_missing("train", broken, {}) is None


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("sgd_st\u0435p", "its letter `\u0435` is Cyrillic"),
        ("\u0455gd_\u0455t\u0435\u0440", "its letters `\u0435`, `\u0440`, `\u0455` are Cyrillic"),
        ("sgd_stepp", "is it the same thing under another name?"),
        ("SGD_Step", "is it the same thing under another name?"),
        ("SGD_St\u0435p", "its letter `\u0435` is Cyrillic"),
    ],
)
def test_a_letter_of_another_alphabet_is_named(there, said):
    text = explain_absent("sgd_step", submission_of(f"def {there}(): ..."))
    assert text.en.startswith(f"there is `{there}`")
    assert said in text.en


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import torch\nimport wandb", "wandb"),
        ("import wandb.sdk as sdk", "sdk"),
        ("%%time\nfrom wandb.keras import Callback as Back", "Back"),
        ("if True:\n    import wandb", "wandb"),
        ("from wandb.all import *", "nn"),
    ],
)
def test_a_name_of_a_package_that_is_not_here_is_traced_to_its_import(source, name):
    replies = replies_of(c0="ModuleNotFoundError: No module named 'wandb'", c1=None)
    said = explain_unbound(name, cells_of(source, "x = 1"), replies)
    assert said.en == ("cell 1 imports `wandb`, which is not installed where notebooks are graded")
    assert "cell" not in said.ru


@pytest.mark.parametrize(
    ("source", "error", "said"),
    [
        ("import wandb", None, None),
        ("def f():\n    import wandb", "ModuleNotFoundError: No module named 'x'", None),
        ("x = wandb", "NameError: name 'wandb' is not defined", None),
        ("from math import *\nimport x", "ModuleNotFoundError: No module named 'x'", None),
        (
            "import nowhere, wandb",
            "ModuleNotFoundError: No module named 'nowhere'",
            (
                "cell 1, which imports `wandb`, did not finish: ModuleNotFoundError: No module "
                "named 'nowhere'"
            ),
        ),
    ],
)
def test_no_import_is_accused_of_what_it_did_not_do(source, error, said):
    assert english(explain_unbound("wandb", cells_of(source), replies_of(c0=error))) == said


@pytest.mark.parametrize(
    "source",
    [
        "urlretrieve(url)\ndevice = 1",
        "%%time\nurlretrieve(url)\ndevice: str = 'cpu'",
        "(x, device) = urlretrieve(url), 1",
        "if True:\n    urlretrieve(url)\n    device = 1",
        "with urlopen(url) as device:\n    pass",
    ],
)
def test_a_name_that_a_failed_cell_sets_is_traced_to_it(source):
    replies = replies_of(c0=None, c1="URLError: <urlopen error>")
    said = explain_unbound("device", cells_of("x = 1", source), replies)
    assert said.en == "cell 2, which sets `device`, did not finish: URLError: <urlopen error>"
    assert said.ru.startswith("ячейка 2, где задаётся `device`, не выполнилась: URLError")


def test_a_name_that_a_skipped_cell_sets_is_traced_to_it():
    skipped = replies_of(c0="x")[0].model_copy(update={"status": "skipped", "error": None})
    said = explain_unbound("device", cells_of("device = 1"), {0: skipped})
    assert said.en == "cell 1, which sets `device`, did not finish: it was not run"


@pytest.mark.parametrize(
    ("source", "error", "rescued"),
    [
        ("device = 1", None, []),
        ("f(device)\ndevice = 1", "NameError: name 'device' is not defined", []),
        ("def f():\n    device = 1", "URLError: x", []),
        ("x = [1 for device in y]", "URLError: x", []),
        ("f()\ndevice = 1", "URLError: x", ["device"]),
        ("%%bash\ndevice = 1", "URLError: x", []),
    ],
)
def test_no_cell_is_accused_of_a_name_that_it_does_not_withhold(source, error, rescued):
    replies = replies_of(c0=error)
    replies[0] = replies[0].model_copy(update={"rescued": rescued})
    assert explain_unbound("device", cells_of(source), replies) is None


def test_a_definition_that_needed_the_package_says_so():
    cells = cells_of("import lightning as pl", "class MyLinear(pl.Module):\n    pass")
    replies = replies_of(
        c0="ModuleNotFoundError: No module named 'lightning'",
        c1="NameError: name 'pl' is not defined",
    )
    assert explain_missing("MyLinear", cells, replies).en == (
        "cell 2, which defines it, did not finish: NameError: name 'pl' is not defined; cell 1 "
        "imports `lightning`, which is not installed where notebooks are graded"
    )


def test_what_is_written_anywhere_is_counted():
    submission = submission_of(
        "def a():\n    def b(): ...",
        "%%bash\ndef c",
        "class d(:",
        "e = 1",
        "train(a)",
        texts=[TextCell(5, "raw", "def f():\n    return 1"), TextCell(6, "markdown", "def g")],
    )
    assert written([*"abcdefg", "train"], submission) == frozenset("abcdef")


def test_heads_without_end_take_no_time():
    text = ("def f\n" * 75 + ":#" * 500 + "\nx\n") * 40
    texts = [TextCell(number, "markdown", text) for number in range(10)]
    for _ in range(100):
        assert explain_absent("f", submission_of("x = 1", texts=texts)) is None


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("sum = 0\nfor x in [1, 2]:\n    sum += x", "return sum(len(row) for row in x)"),
        ("max, argmax = 0, 1", "best = float(max(losses))"),
        ("%%time\ninput = 3", "input('?')"),
    ],
)
def test_a_name_of_pythons_own_that_is_used_again_is_told_with_its_cell(source, line):
    name = source.removeprefix("%%time\n")[:5].strip(" =,")
    said = explain_not_callable(line, cells_of("x = 1", source, "def f(): ..."))
    assert said.en.startswith(f"`{name}` is Python's own function, and cell 2 gives its name to")
    assert said.ru.startswith(f"`{name}` — встроенная функция Python, а ячейка 2 занимает её имя")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("sum = 0", "return x.sum()(1)"),  # a method is another one
        ("def g():\n    sum = 0", "return sum(x)"),  # nobody else's
        ("loss = 0", "return loss(x)"),
        ("x = 1", "return sum(x)"),
        ("def pow(x, n):\n    return x**n", "return pow(self.alpha(x), 2)"),
    ],
)
def test_another_name_that_cannot_be_called_is_not_guessed_at(source, line):
    assert explain_not_callable(line, cells_of(source)) is None
