from __future__ import annotations

import ast
import itertools
import json
import time
from pathlib import Path

import pytest

from zachetka.manifest import load_manifest
from zachetka.reference import Kind, load_solution, load_variants
from zachetka.similarity import LEAST_SHARED, THRESHOLD, Pair, lines_of, similar_pairs

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = ("activations", "mlp", "weight-init")

RELU = """\
class MyReLU(nn.Module):
    def forward(self, x):
        return torch.where(x > 0, x, torch.zeros_like(x))
"""
TRAIN = """\
def train(model, x, y, *, epochs, batch_size, learning_rate):
    # every epoch sees all rows once, in an order of its own
    history = []
    for epoch in range(epochs):
        total, seen = 0.0, 0
        order = torch.randperm(len(x))
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            loss = F.mse_loss(model(x[rows]).squeeze(-1), y[rows])
            model.zero_grad()
            loss.backward()
            with torch.no_grad():
                for parameter in model.parameters():
                    if parameter.grad is not None:
                        parameter -= learning_rate * parameter.grad
            total += loss.item() * len(rows)
            seen += len(rows)
        history.append(total / seen)
    return history


def accuracy(model, x, targets):
    model.eval()
    with torch.no_grad():
        scores = model(x).reshape(-1)
    right = ((scores > 0) & (targets > 0)) | ((scores < 0) & (targets < 0))
    return right.sum().item() / right.numel()
"""


class Course:
    """What an assignment of this repository has: the template, and ways to solve each task."""

    def __init__(self, assignment):
        manifest = load_manifest(ROOT, assignment)
        solution = load_solution(ROOT, manifest)
        self.templates = [
            _cells(path) for path in sorted((ROOT / "assignments" / assignment).glob("*.ipynb"))
        ]
        self.ways = {
            cell.task: [_without_marks(cell.source)]
            for cell in solution.cells
            if cell.task in manifest.tasks
        }
        for variant in load_variants(ROOT, manifest, solution):
            if variant.kind is Kind.ALTERNATIVE:
                for task, source in variant.cells.items():
                    if task in self.ways:
                        self.ways[task].append(source)

    @property
    def given(self):
        """The cells that a student leaves as they are."""
        return [cell for cell in self.templates[0] if "NotImplementedError" not in cell]

    def honest_class(self):
        """Students of whom no two solve any task with the same text."""
        count = sorted(map(len, self.ways.values()))[-3]
        return {
            f"student{number:02}.json": [
                *self.given,
                *(ways[number] for ways in self.ways.values() if number < len(ways)),
            ]
            for number in range(count)
        }


def _cells(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def _without_marks(source):
    return "\n".join(line for line in source.split("\n") if not line.strip().startswith("###"))


@pytest.fixture(scope="module", params=ASSIGNMENTS)
def course(request):
    return Course(request.param)


class Disguise(ast.NodeTransformer):
    """What somebody does who copies and hides it, and the copy still runs."""

    def __init__(self, cells, kept):
        self.names, self.attributes = {}, {}
        for node in itertools.chain.from_iterable(ast.walk(ast.parse(cell)) for cell in cells):
            match node:
                case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                    self._rename(self.names, name, kept)
                case ast.Attribute(attr=name, ctx=ast.Store()):
                    self._rename(self.attributes, name, kept)
                case ast.FunctionDef(name=name):
                    self._rename(self.names, name, kept)
                    self._rename(self.attributes, name, kept)

    @staticmethod
    def _rename(table, name, kept):
        if name not in kept and not name.startswith("__"):
            table.setdefault(name, f"другое_{len(table)}")

    def visit_Name(self, node):
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node):
        node.arg = self.names.get(node.arg, node.arg)
        return node

    def visit_Attribute(self, node):
        self.generic_visit(node)
        node.attr = self.attributes.get(node.attr, node.attr)
        return node

    def visit_FunctionDef(self, node):
        if ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
        for argument in node.args.args:
            argument.annotation = ast.Name("object", ast.Load())
        self.generic_visit(node)
        node.name = self.names.get(node.name, node.name)
        node.body = [
            part for each in node.body for part in (ast.parse("print('ok')").body[0], each)
        ]
        return node

    def cell(self, source):
        tree = self.visit(ast.parse(source))
        tree.body.reverse()
        parts = [ast.unparse(ast.fix_missing_locations(part)) for part in tree.body]
        return "# мой код\n" + "\n\n\n# дальше\n".join(parts).replace("'", '"')


def disguised(cells, kept=frozenset()):
    disguise = Disguise(cells, kept)
    return [disguise.cell(cell) for cell in reversed(cells)]


def _names_of(cells):
    return {
        name
        for cell in cells
        for node in ast.walk(ast.parse(cell))
        for name in (getattr(node, "attr", None), getattr(node, "name", None))
        if name
    }


def scores(pairs):
    return {(pair.first, pair.second): pair.score for pair in pairs}


# Whether the thresholds hold on real solutions.


def test_no_two_honest_solutions_are_a_pair_and_they_stay_far_below_the_threshold(course):
    pairs = similar_pairs(course.honest_class(), course.templates, threshold=0, least_shared=0)
    assert max(pair.score for pair in pairs) < THRESHOLD / 2
    assert max(pair.weight for pair in pairs) < LEAST_SHARED


def test_two_honest_students_alone_are_no_pair(course):
    students = course.honest_class()
    for first, second in itertools.combinations(students, 2):
        both = {name: students[name] for name in (first, second)}
        assert similar_pairs(both, course.templates) == []


def test_a_disguised_copy_is_far_above_the_threshold_in_its_class(course):
    students = course.honest_class()
    kept = _names_of(itertools.chain(*course.templates))
    for name in list(students)[:4]:
        own = [cell for cell in students[name] if cell not in course.given]
        copy = [*course.given, *disguised(own, kept)]
        (pair,) = similar_pairs({**students, "zz.json": copy}, course.templates)
        assert (pair.first, pair.second) == (name, "zz.json")
        assert pair.score > 0.8


def test_a_disguised_copy_is_found_in_a_class_of_two_with_references(course):
    students = course.honest_class()
    kept = _names_of(itertools.chain(*course.templates))
    references = list(students.values())[2:]
    cells = students["student01.json"]
    own = [cell for cell in cells if cell not in course.given]
    pairs = similar_pairs(
        {"a": cells, "b": disguised(own, kept)}, course.templates, references=references
    )
    assert scores(pairs)["a", "b"] > 0.8


def test_copies_that_a_third_of_the_class_has_are_still_pairs(course):
    students = course.honest_class()
    copies = [f"ring{number}" for number in range(len(students) // 2 - 1)]
    ring = dict.fromkeys(copies, students["student00.json"])
    pairs = similar_pairs({**students, **ring}, course.templates)
    assert set(scores(pairs)) == set(itertools.combinations([*copies, "student00.json"], 2))


# What is no evidence.


@pytest.mark.parametrize("count", [2, 3, 100])
def test_the_same_five_lines_by_everybody_are_no_pair(count):
    students = {f"s{number}": [RELU] for number in range(count)}
    assert similar_pairs(students, []) == []


def test_what_half_of_the_class_has_weighs_nothing():
    students = {f"s{number:02}": [TRAIN if number % 2 else f"x = {number}"] for number in range(60)}
    assert similar_pairs(students, [], threshold=0, least_shared=0) == []


def test_what_the_template_has_weighs_nothing_though_it_was_renamed():
    copies = {"a": [TRAIN], "b": disguised([TRAIN])}
    assert similar_pairs(copies, [[TRAIN]], threshold=0, least_shared=0) == []


def test_references_make_what_they_have_less_rare():
    copies = {"a": [TRAIN], "b": [TRAIN]}
    alone = similar_pairs(copies, [], least_shared=0)[0].weight
    known = similar_pairs(copies, [], references=[[TRAIN]] * 5, least_shared=0)[0].weight
    assert known < alone


def test_a_large_notebook_that_contains_a_small_one_is_as_close_as_a_copy():
    more = TRAIN.replace("accuracy", "f").replace("+", "-").replace("len", "sum")
    pairs = similar_pairs({"a": [TRAIN], "b": [more, TRAIN, RELU]}, [])
    assert scores(pairs) == {("a", "b"): 1.0}


# What a disguise does not change.


@pytest.mark.parametrize(
    "change",
    [
        lambda code: code.replace("parameter", "p").replace("history", "losses"),
        lambda code: code.replace("    ", "\t"),
        lambda code: code.replace("\n", "\r\n"),
        lambda code: "import torch as t\n" + code.replace(" torch.", " t."),
        lambda code: "from torch.nn.functional import mse_loss\n" + code.replace(" F.mse", " mse"),
        lambda code: code.replace("(model, x, ", "(model: nn.Module, x: torch.Tensor, "),
        lambda code: code.replace("total, seen = 0.0, 0", "total, seen = (0, 0)"),
        lambda code: "%matplotlib inline\n!pip install torch\n" + code,
        lambda code: "\n\n\n".join(reversed(code.split("\n\n\n"))),
        lambda code: code + "\n\ndef broken(:\n    pass\n",
        lambda code: "if torch version > 2\n" + code,
    ],
)
def test_what_does_not_change_the_code_changes_nothing(change):
    original = "import torch\nimport torch.nn.functional as F\n" + TRAIN
    pairs = similar_pairs({"a": [original], "b": [change(original)]}, [])
    assert scores(pairs)["a", "b"] > 0.9


def test_imports_of_the_template_count_where_one_student_changed_them():
    given = "import torch\nimport torch.nn.functional as F\nfrom torch import nn"
    renamed = TRAIN.replace("torch.", "t.").replace("F.", "t.nn.functional.")
    students = {"a": [given, TRAIN], "b": ["import torch as t", renamed]}
    assert scores(similar_pairs(students, [[given]]))["a", "b"] == 1.0


def test_the_same_broken_code_is_found():
    broken = TRAIN.replace("for epoch in range(epochs):", "for epoch in range(epochs)")
    assert scores(similar_pairs({"a": [broken], "b": [broken]}, []))["a", "b"] == 1.0


def test_cells_that_are_split_and_joined_are_found():
    apart = TRAIN.split("\n\n\n")
    assert scores(similar_pairs({"a": [TRAIN], "b": apart}, []))["a", "b"] > 0.9


# Where it is, and what else agrees.


def test_passages_name_the_lines_of_both():
    moved = "\n\n\n" + TRAIN
    (pair,) = similar_pairs({"a": [TRAIN], "b": ["y = 1", moved]}, [])
    (passage,) = pair.shared
    last = len(TRAIN.rstrip().split("\n"))
    assert (passage.first.cell, passage.first.first, passage.first.last) == (0, 1, last)
    assert (passage.second.cell, passage.second.first, passage.second.last) == (1, 4, last + 3)
    assert passage.weight == pytest.approx(pair.weight, abs=0.1)


def test_passages_stay_in_their_cells():
    pieces = TRAIN.split("\n\n\n")
    (pair,) = similar_pairs({"a": pieces, "b": pieces}, [])
    assert sorted((each.first.cell, each.second.cell) for each in pair.shared) == [(0, 0), (1, 1)]


def test_rare_remarks_are_told_and_common_ones_are_not():
    remark = "every epoch sees all rows once, in an order of its own"
    pair = similar_pairs({"a": [TRAIN], "b": [TRAIN]}, [])[0]
    assert pair.remarks == (remark,)
    given = similar_pairs({"a": [TRAIN], "b": [TRAIN]}, [[f"# {remark.upper()}!"]])[0]
    assert given.remarks == ()
    others = {f"c{number}": [f"# {remark}\nx = {number}"] for number in range(5)}
    common = similar_pairs({"a": [TRAIN], "b": [TRAIN], **others}, [])[0]
    assert common.remarks == ()


def test_the_order_is_by_score_then_by_name_and_does_not_depend_on_the_input():
    part = TRAIN.partition("\n\n\n")[0]
    other = part.replace("total", "1 - total").replace("squeeze", "view")
    students = {"d": [TRAIN], "b": [TRAIN], "c": [other], "a": [TRAIN]}
    pairs = similar_pairs(students, [])
    again = similar_pairs(dict(reversed(students.items())), [])
    assert pairs == again
    assert [(pair.first, pair.second) for pair in pairs][:3] == [("a", "b"), ("a", "d"), ("b", "d")]
    assert [pair.score for pair in pairs] == sorted((p.score for p in pairs), reverse=True)


@pytest.mark.parametrize("students", [{}, {"a": []}, {"a": [""], "b": [""]}, {"a": [TRAIN]}])
def test_who_is_alone_or_has_nothing_is_in_no_pair(students):
    assert similar_pairs(students, []) == []


def test_a_pair_is_frozen():
    with pytest.raises(AttributeError):
        Pair("a", "b", 1.0, ()).score = 0


# Sources from strangers.


@pytest.mark.parametrize(
    "source",
    [
        "(" * 100_000,
        "[" * 60 + "1 2" + "]" * 60,
        "x = " + "-" * 50_000 + "1",
        "x = " + "+".join(["a"] * 40_000),
        "x" + ".a" * 40_000,
        "x" + "()" * 40_000,
        "lambda:" * 10_000 + "1",
        "1 if 1 else " * 8_000 + "1",
        "x = " + "9" * 50_000,
        "x = 0x" + "f" * 50_000,
        "x = 1\0y = 2",
        "a" * 1_000_000,
        "'" * 99_999,
        '"""' * 33_333,
        "f'" + "{a}" * 30_000 + "'",
        "# " + "\\" * 90_000,
        "\ud800 = '\udfff'",
        "\f\v\x1c\u2028x = 1",
        "a b\n" * 25_000,
        "".join(" " * depth + "if a:\n" for depth in range(120)),
        "x = '\\d'",
    ],
    ids=range(21),
)
@pytest.mark.filterwarnings("error")
def test_hostile_sources_cost_little_and_stop_nobody(source):
    start = time.process_time()
    students = {"a": [source], "b": [source], "c": [TRAIN], "d": [TRAIN]}
    pairs = similar_pairs(students, [])
    assert scores(pairs)["c", "d"] == 1.0
    assert time.process_time() - start < 20


def test_only_so_much_of_a_submission_is_read():
    padding = [f"x = '{'a' * 99_000}'"] * 6
    assert similar_pairs({"a": [*padding, TRAIN], "b": [*padding, TRAIN]}, []) == []


def test_lines_are_counted_as_python_counts_them():
    assert lines_of("a\r\nb\rc\nd\x0ce\u2028f") == ["a", "b", "c", "d\x0ce\u2028f"]
