"""A wrong step with a keyword of the student's own, which `train` uses, costs the step alone."""

import json
from pathlib import Path

from toy_course import notebook

from zachetka.grading import Job, grade

ROOT = Path(__file__).resolve().parents[2]
UP_THE_GRADIENT = """
def sgd_step(parameters, learning_rate, maximize=False):
    for p in parameters:
        if p.grad is not None:
            p.data = p.data + (-1 if maximize else 1) * learning_rate * p.grad


def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    history = []
    for _ in range(epochs):
        total = 0.0
        for xb, yb in minibatches(x, y, batch_size, generator=generator):
            loss = loss_fn(model, xb, yb)
            for p in model.parameters():
                p.grad = None
            loss.backward()
            sgd_step(model.parameters(), learning_rate, maximize=False)
            total += loss.item() * len(xb)
        history.append(total / len(x))
    return history
"""


def test_train_does_not_pay_for_it(tmp_path, bubblewrap):
    solution = json.loads((ROOT / "reference_solutions/mlp/solution.ipynb").read_text())
    cells = [each["source"] for each in solution["cells"] if each["cell_type"] == "code"]
    path = tmp_path / "petrov.ipynb"
    path.write_text(json.dumps(notebook([*map("".join, cells), UP_THE_GRADIENT])))
    report = grade(Job(ROOT, "mlp", path, "petrov", sandbox=bubblewrap))
    assert {check.id for check in report.checks if check.cause} == {"sgd_step.update"}
