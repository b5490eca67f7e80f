"""Every grader of the course, read without a submission: its probes travel, its points add up."""

import importlib.util
import inspect
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from zachetka.manifest import assignment_names, load_manifest
from zachetka.probe import load_probe
from zachetka.pytest_plugin.check import MARK

ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENTS = assignment_names(ROOT)


def functions_of(file):
    spec = importlib.util.spec_from_file_location(f"grader_{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    values = list(vars(module).values())
    # Checks that several tasks share stand in classes.
    classes = [value for value in values if inspect.isclass(value) and info_in(value)]
    values += [method for each in classes for method in vars(each).values()]
    return [value for value in values if inspect.isfunction(value)]


def info_in(cls):
    return any(hasattr(method, "pytestmark") for method in vars(cls).values())


def grader_files(assignment):
    return sorted((ROOT / "graders" / assignment).glob("test_*.py"))


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_probes_travel(assignment):
    public = sorted((ROOT / "assignments" / assignment).glob("test_*.py"))
    probes = [
        function
        for file in [*grader_files(assignment), *public]
        for function in functions_of(file)
        if list(inspect.signature(function).parameters)[:1] == ["nb"]
    ]
    assert len({load_probe(probe).source for probe in probes}) > 5


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_points_of_each_task_are_its_weight(assignment):
    points = dict.fromkeys(load_manifest(ROOT, assignment).tasks, 0.0)
    for file in grader_files(assignment):
        for function in functions_of(file):
            for mark in getattr(function, "pytestmark", ()):
                if mark.name == MARK:
                    points[mark.args[0].task] += mark.args[0].points
    weights = {name: task.weight for name, task in load_manifest(ROOT, assignment).tasks.items()}
    assert points == pytest.approx(weights)


TRAIN = "def train_with_init(init_, x, y):\n    return "
IMPORTS = "import torch\nfrom sklearn import metrics, utils\nfrom sklearn.utils import shuffle\n"


@pytest.mark.parametrize(
    ("source", "flagged"),
    [
        ("shuffle(x, y), metrics.accuracy_score(y, x)", []),
        ("utils.shuffle(x, y), metrics.roc_auc_score(y, x), metrics.log_loss(y, x)", []),
        ("Own(x)\nclass Own(torch.optim.Optimizer): ...", []),
        ("Own(x)\nclass Own(torch.optim.SGD): ...", ["torch.optim.SGD"]),
        ("metrics.pairwise_distances(x)", ["sklearn.metrics.pairwise_distances"]),
    ],
)
def test_training_is_flagged_for_what_could_stand_in_for_adam_or_the_network(source, flagged):
    flags = []
    cells = [SimpleNamespace(source=IMPORTS + TRAIN + source)]
    grader = runpy.run_path(str(ROOT / "graders/weight-init/test_training.py"))
    grader["flag_what_is_no_adam"](SimpleNamespace(cells=cells, flag=flags.append))
    assert flags == [f"train_with_init uses {path}" for path in flagged]
