import json

import nbformat
import pytest

from zachetka import reference, release
from zachetka.errors import UsageError
from zachetka.language import Language
from zachetka.manifest import Manifest
from zachetka.reference import Kind

MANIFEST = Manifest.model_validate(
    {
        "schema": "zachetka.assignment/1",
        "name": "hw",
        "version": "3",
        "title": {"en": "A", "ru": "A"},
        "tasks": {"f": {"weight": 60, "names": ["f"]}, "g": {"weight": 40, "names": ["g"]}},
    }
)
F = "def f():\n    ### BEGIN SOLUTION\n    secret = 1\n    return secret\n    ### END SOLUTION"
G = "def g():\n    ### BEGIN SOLUTION\n    return 2\n    ### END SOLUTION\n\n\nprint('kept')"


def make_course(root, f=F, g=G):
    cells = [
        ("markdown", "# Задание", ["lang:ru"]),
        ("markdown", "# Assignment", ["lang:en"]),
        ("code", "import torch", ["task:imports"]),
        ("code", f, ["task:f"]),
        ("code", g, ["task:g"]),
        ("code", "print(f())", ["solution-only"]),
    ]
    notebook = nbformat.v4.new_notebook(
        cells=[
            {
                "cell_type": kind,
                "id": f"c{index}",
                "metadata": {"tags": tags},
                "source": source,
                **({"outputs": [], "execution_count": 5} if kind == "code" else {}),
            }
            for index, (kind, source, tags) in enumerate(cells)
        ],
        metadata={"kernelspec": {"name": "mine", "display_name": "mine"}},
    )
    folder = root / "reference_solutions" / "hw"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "solution.ipynb").write_text(json.dumps(notebook), "utf-8")
    return root


def sources(text):
    return [cell["source"] for cell in nbformat.reads(text, as_version=4).cells]


def test_a_template_has_one_language_and_no_solution(tmp_path):
    solution = reference.load_solution(make_course(tmp_path), MANIFEST)
    text = release.template(solution, MANIFEST, Language.RU)
    assert sources(text) == [
        "# Задание",
        "import torch",
        "def f():\n    # YOUR CODE HERE\n    raise NotImplementedError",
        "def g():\n    # YOUR CODE HERE\n    raise NotImplementedError\n\n\nprint('kept')",
    ]
    notebook = json.loads(text)
    assert notebook["metadata"]["zachetka"] == {"assignment": "hw", "version": "3", "lang": "ru"}
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert notebook["cells"][1]["execution_count"] is None
    assert "tags" not in notebook["cells"][1]["metadata"]


def test_a_template_is_the_same_every_time(tmp_path):
    texts = set()
    for _ in range(2):
        solution = reference.load_solution(make_course(tmp_path), MANIFEST)
        path = release.write_template(solution, MANIFEST, Language.EN, tmp_path / "out")
        texts.add(path.read_text("utf-8"))
    assert path.name == "hw.en.ipynb"
    assert len(texts) == 1
    nbformat.validate(json.loads(texts.pop()))


@pytest.mark.parametrize(
    ("f", "reason"),
    [
        ("def f(): return 1", "given away"),
        (F + "\n### BEGIN SOLUTION", "there is no ### END"),
        ("### END SOLUTION\n" + F, "does not pair"),
        (F.replace("secret = 1", "### BEGIN SOLUTION"), "does not pair"),
        ("(\n" + F, "no Python"),
    ],
)
def test_wrong_marks_are_refused_before_a_solution_leaks(tmp_path, f, reason):
    solution = reference.load_solution(make_course(tmp_path, f=f), MANIFEST)
    with pytest.raises(UsageError, match=reason):
        release.template(solution, MANIFEST, Language.EN)


def test_several_regions_are_cut():
    source = (
        "a\n### BEGIN SOLUTION\nb\n### END SOLUTION\nc\n  ### BEGIN SOLUTION\n  ### END SOLUTION"
    )
    stub = "# YOUR CODE HERE\nraise NotImplementedError"
    assert release.cut(source) == f"a\n{stub}\nc\n  " + stub.replace("\n", "\n  ")


def test_every_task_has_one_cell(tmp_path):
    course = make_course(tmp_path)
    path = course / "reference_solutions" / "hw" / "solution.ipynb"
    path.write_text(path.read_text("utf-8").replace("task:g", "task:f"), "utf-8")
    with pytest.raises(UsageError, match="2 cells tagged task:f"):
        reference.load_solution(course, MANIFEST)
    path.write_text("{")
    with pytest.raises(UsageError, match="cannot be read"):
        reference.load_solution(course, MANIFEST)
    path.unlink()
    with pytest.raises(UsageError, match="no reference solution"):
        reference.load_solution(course, MANIFEST)


BUG = """# /// zachetka
# about = "g returns 3"
# score = 0.6
# fails = ["g.value"]
# ///
# %% g
def g():
    return 3
"""


def test_a_bug_replaces_one_cell(tmp_path):
    course = make_course(tmp_path)
    folder = course / "reference_solutions" / "hw"
    (folder / "bugs").mkdir()
    (folder / "bugs" / "three.py").write_text(BUG)
    (folder / "alternatives").mkdir()
    (folder / "alternatives" / "other.py").write_text(
        '# /// zachetka\n# about = "x"\n#\n# ///\n\n# %% imports\nimport numpy\n# %%  f\npass\n'
    )
    solution = reference.load_solution(course, MANIFEST)
    other, three = reference.load_variants(course, MANIFEST, solution)
    assert (three.name, three.kind, three.score) == ("three", Kind.BUG, 0.6)
    assert three.fails == {"g.value"}
    notebook = reference.build(solution, three.cells, Language.EN)
    assert [cell.source for cell in notebook.cells] == [
        "# Assignment",
        "import torch",
        F,
        "def g():\n    return 3",
        "print(f())",
    ]
    assert (other.score, other.fails) == (1.0, frozenset())
    assert other.cells == {"imports": "import numpy", "f": "pass"}


def test_every_wrong_file_is_named_at_once(tmp_path):
    course = make_course(tmp_path)
    folder = course / "reference_solutions" / "hw" / "bugs"
    folder.mkdir()
    (folder / "a.py").write_text(BUG.replace('"g.value"', '"gg.value"'))
    (folder / "b.py").write_text(BUG.replace("about", "abbot").replace("0.6", '"x"'))
    (folder / "c.py").write_text(BUG, "utf-8-sig")
    solution = reference.load_solution(course, MANIFEST)
    with pytest.raises(UsageError) as caught:
        reference.load_variants(course, MANIFEST, solution)
    said = str(caught.value)
    assert "a.py is wrong: 'gg.value' is a check of no task; the tasks: f, g" in said
    assert "b.py is wrong: about: Field required; score: " in said
    assert "c.py" not in said


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "does not start"),
        (BUG.replace("# ///\n# %%", "# %%"), "does not start"),
        (BUG.replace("about", "abbot"), "about: Field required"),
        (BUG.replace("0.6", '"x"'), "score"),
        (BUG.replace("0.6", ""), "Invalid value"),
        (BUG.replace("# fails", '# diagnosis = ""\n# fails'), "diagnosis"),
        (BUG.replace("%% g", "%% h"), "no cell tagged task:h"),
        (BUG.replace("# %% g", "# % g"), "code before"),
        (BUG.partition("# %%")[0], "replaces nothing"),
        (BUG + "# %% f\npass", "a bug replaces one cell"),
        (BUG.replace("0.6", "1.0"), "a bug replaces one cell"),
        (BUG + "# %% g\npass", "twice"),
    ],
)
def test_a_wrong_file_says_why(text, reason):
    with pytest.raises(ValueError, match=reason):
        reference.parse_variant(text, "x", Kind.BUG, 1.0, {"f", "g"})


def test_an_alternative_is_correct():
    with pytest.raises(ValueError, match="an alternative is correct"):
        reference.parse_variant(BUG, "x", Kind.ALTERNATIVE, 1.0, {"f", "g"})
