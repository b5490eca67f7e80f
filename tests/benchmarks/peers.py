"""The same notebooks with the same checks, laid out as each of the other tools wants them."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat

from zachetka.language import Language
from zachetka.manifest import load_manifest
from zachetka.reference import Kind, build, load_solution, load_variants

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
_MARK = re.compile(r"### (BEGIN|END) ")
PREPARATION = f"import sys\nsys.path.insert(0, {str(HERE)!r})\nimport inline"


@dataclass(frozen=True)
class Classwork:
    """The submissions to one assignment: a notebook per student."""

    course: Path
    assignment: str
    notebooks: dict[str, nbformat.NotebookNode]

    @property
    def grader(self) -> Path:
        return self.course / "graders" / self.assignment

    @property
    def tasks(self) -> dict[str, float]:
        manifest = load_manifest(self.course, self.assignment)
        return {name: task.weight for name, task in manifest.tasks.items()}

    def write(self, folder: Path) -> list[Path]:
        """Write the notebooks as their students handed them in."""
        folder.mkdir(parents=True, exist_ok=True)
        for student, notebook in self.notebooks.items():
            nbformat.write(notebook, folder / f"{student}.ipynb")
        return sorted(folder.glob("*.ipynb"))


def make_class(course: Path, assignment: str, count: int) -> Classwork:
    """Make a class: the solution in both languages, alternatives, and a bug in every third."""
    manifest = load_manifest(course, assignment)
    solution = load_solution(course, manifest)
    variants = load_variants(course, manifest, solution)
    right = [{}, {}, *(v.cells for v in variants if v.kind is Kind.ALTERNATIVE)]
    # The last bugs of the list would be of one task: take them evenly.
    bugs = [v.cells for v in variants if v.kind is Kind.BUG]
    wrong = bugs[:: max(1, len(bugs) // count)]
    handed_in = [
        (wrong if number % 3 == 2 else right)[number // 3 if number % 3 == 2 else number]
        for number in range(count)
    ]
    return Classwork(
        course,
        assignment,
        {
            f"student{number:02}": build(solution, cells, list(Language)[number % 2])
            for number, cells in enumerate(handed_in)
        },
    )


def _test_cells(work: Classwork) -> Iterator[tuple[str, float, str]]:
    for task, weight in work.tasks.items():
        yield task, weight, f"assert inline.passes({task!r}, globals())"


class Nbgrader:
    """A course folder of nbgrader's with the assignment released and everything submitted."""

    name = "nbgrader"

    def __init__(self, folder: Path, work: Classwork, tools: Path) -> None:
        self.folder, self.work, self.tools = folder, work, tools

    def prepare(self) -> list[list[str]]:
        """Write the folder; give the commands that come once before anything is graded."""
        name = self.work.assignment
        config = (
            "c = get_config()\n"
            f"c.CourseDirectory.root = {str(self.folder)!r}\n"
            "c.ExecutePreprocessor.timeout = 600\n"
        )
        self.folder.mkdir(parents=True)
        (self.folder / "nbgrader_config.py").write_text(config)
        source = self.folder / "source" / name
        source.mkdir(parents=True)
        first = next(iter(self.work.notebooks.values()))
        nbformat.write(self._with_tests(first), source / f"{name}.ipynb")
        for student, notebook in self.work.notebooks.items():
            place = self.folder / "submitted" / student / name
            place.mkdir(parents=True)
            nbformat.write(self._with_tests(notebook), place / f"{name}.ipynb")
        return [[str(self.tools / "nbgrader"), "generate_assignment", name, "--force"]]

    def command(self) -> list[str]:
        return [str(self.tools / "nbgrader"), "autograde", self.work.assignment, "--force"]

    def forget(self) -> None:
        """Remove what the last round wrote."""
        shutil.rmtree(self.folder / "autograded", ignore_errors=True)

    def outputs(self) -> list[Path]:
        """Give a file per submission that was written when it was graded."""
        return list(self.folder.glob(f"autograded/*/{self.work.assignment}/*.ipynb"))

    def scores(self) -> dict[str, float]:
        """Give each student's score out of 1."""
        import sqlite3

        with sqlite3.connect(self.folder / "gradebook.db") as database:
            rows = database.execute(
                "SELECT student.id, SUM(COALESCE(grade.manual_score, grade.auto_score)) "
                "FROM grade JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id "
                "JOIN submitted_assignment ON submitted_notebook.assignment_id = "
                "submitted_assignment.id JOIN student ON submitted_assignment.student_id = "
                "student.id GROUP BY student.id"
            ).fetchall()
        return {student: score / 100 for student, score in rows}

    def _with_tests(self, notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
        notebook = nbformat.from_dict(json.loads(json.dumps(notebook)))
        for cell in notebook.cells:
            # In a cell that is not nbgrader's own its marks of a solution are an error.
            lines = cell.source.splitlines()
            cell.source = "\n".join(line for line in lines if not _MARK.search(line))
        notebook.cells.append(_locked("preparation", PREPARATION, grade=False, points=0))
        for number, (_, weight, source) in enumerate(_test_cells(self.work)):
            notebook.cells.append(_locked(f"task{number}", source, grade=True, points=weight))
        notebook.metadata.kernelspec = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        return notebook


def _locked(name: str, source: str, *, grade: bool, points: float) -> nbformat.NotebookNode:
    about = {
        "schema_version": 3,
        "grade_id": name,
        "grade": grade,
        "locked": True,
        "solution": False,
        "task": False,
    }
    if grade:
        about["points"] = points
    return nbformat.v4.new_code_cell(source, metadata={"nbgrader": about})


class Otter:
    """An autograder of otter's, run on one submission after another."""

    name = "otter-grader"

    def __init__(self, folder: Path, work: Classwork, tools: Path) -> None:
        self.folder, self.work, self.tools = folder, work, tools

    def prepare(self) -> list[list[str]]:
        """Write the autograder and the notebooks."""
        self.folder.mkdir(parents=True)
        with zipfile.ZipFile(self.folder / "autograder.zip", "w") as archive:
            archive.writestr("otter_config.json", json.dumps({"lang": "python", "seed": 1}))
            archive.writestr("requirements.txt", "")
            for number, (task, weight, _) in enumerate(_test_cells(self.work)):
                code = f">>> {PREPARATION}\n".replace("\n", "\n>>> ")[:-4]
                code += f">>> inline.passes({task!r}, globals())\nTrue"
                case = {"code": code, "hidden": True, "locked": False}
                test = {
                    "name": f"task{number}",
                    "points": weight,
                    "suites": [{"cases": [case], "scored": True, "type": "doctest"}],
                }
                archive.writestr(f"tests/task{number}.py", f"OK_FORMAT = True\ntest = {test!r}\n")
        self.work.write(self.folder / "submissions")
        return []

    def command(self) -> list[str]:
        script = (
            'for notebook in submissions/*.ipynb; do name=$(basename "$notebook" .ipynb); '
            'mkdir -p "out/$name"; '
            f'"{self.tools}/otter" run --no-logo -a autograder.zip -o "out/$name" "$notebook"; done'
        )
        return ["sh", "-c", script]

    def forget(self) -> None:
        """Remove what the last round wrote."""
        shutil.rmtree(self.folder / "out", ignore_errors=True)

    def outputs(self) -> list[Path]:
        """Give a file per submission that was written when it was graded."""
        return list(self.folder.glob("out/*/results.json"))

    def scores(self) -> dict[str, float]:
        """Give each student's score out of 1."""
        return {
            path.parent.name: sum(
                test.get("score", 0.0) for test in json.loads(path.read_text())["tests"]
            )
            / 100
            for path in self.outputs()
        }


class Papermill:
    """Papermill, which only runs notebooks: the checks are cells at the end."""

    name = "papermill"

    def __init__(self, folder: Path, work: Classwork, tools: Path) -> None:
        self.folder, self.work, self.tools = folder, work, tools

    def prepare(self) -> list[list[str]]:
        """Write the notebooks with the checks at their ends."""
        place = self.folder / "submissions"
        place.mkdir(parents=True)
        for student, notebook in self.work.notebooks.items():
            longer = nbformat.from_dict(json.loads(json.dumps(notebook)))
            lines = [PREPARATION, "score = 0"]
            for task, weight, _ in _test_cells(self.work):
                lines.append(f"score += {weight} * inline.passes({task!r}, globals())")
            lines.append("print('SCORE', score / 100)")
            longer.cells.append(nbformat.v4.new_code_cell("\n".join(lines)))
            longer.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
            nbformat.write(longer, place / f"{student}.ipynb")
        return []

    def command(self) -> list[str]:
        script = (
            "mkdir -p out; for notebook in submissions/*.ipynb; do "
            f'"{self.tools}/papermill" --no-progress-bar --log-level ERROR '
            '"$notebook" "out/$(basename "$notebook")"; done'
        )
        return ["sh", "-c", script]

    def forget(self) -> None:
        """Remove what the last round wrote."""
        shutil.rmtree(self.folder / "out", ignore_errors=True)

    def outputs(self) -> list[Path]:
        """Give a file per submission that was written when it was graded."""
        return list(self.folder.glob("out/*.ipynb"))

    def scores(self) -> dict[str, float]:
        """Give each student's score out of 1."""
        found = {}
        for path in self.outputs():
            for output in nbformat.read(path, 4).cells[-1].get("outputs", ()):
                for line in output.get("text", "").splitlines():
                    if line.startswith("SCORE"):
                        found[path.stem] = float(line.split()[1])
        return found


class Ours:
    """`zachetka batch`."""

    def __init__(
        self, folder: Path, work: Classwork, *, sandbox: str, isolation: str, jobs: int
    ) -> None:
        self.folder, self.work = folder, work
        self.name = f"zachetka, {sandbox}, {isolation}"
        self._options = ["--sandbox", sandbox, "--isolation", isolation, "--jobs", str(jobs)]

    def prepare(self) -> list[list[str]]:
        """Write the notebooks."""
        self.work.write(self.folder / "submissions")
        return []

    def command(self) -> list[str]:
        program = [os.environ.get("ZACHETKA_PROGRAM", "zachetka")]
        where = ["--course", str(self.work.course), "--out", "out", "--allow-watched-memory"]
        return [*program, "batch", self.work.assignment, "submissions", *where, *self._options]

    def forget(self) -> None:
        """Remove what the last round wrote."""
        shutil.rmtree(self.folder / "out", ignore_errors=True)

    def outputs(self) -> list[Path]:
        """Give a file per submission that was written when it was graded."""
        return [path for path in self.folder.glob("out/*.json") if path.stem != "summary"]

    def scores(self) -> dict[str, float]:
        """Give each student's score out of 1."""
        return {path.stem: json.loads(path.read_text())["score"] for path in self.outputs()}
