"""The reference solution of an assignment, correct alternatives to it, and planted bugs.

`reference_solutions/<assignment>/solution.ipynb` holds every task once, in a cell tagged
`task:<id>`. An alternative or a bug is a small Python file that replaces such cells and says what
the result must score:

    # /// zachetka
    # about = "The bias is not added."
    # score = 0.9
    # fails = ["MyLinear.forward"]
    # diagnosis = "the bias is not added"
    # ///
    # %% MyLinear
    class MyLinear(nn.Module): ...
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import nbformat
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from zachetka.errors import UsageError
from zachetka.manifest import reasons

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from zachetka.language import Language
    from zachetka.manifest import Manifest

SOLUTION_ONLY: Final = "solution-only"

_TASK: Final = "task:"
_LANGUAGE: Final = "lang:"
_FORMAT: Final = 4
# The form of PEP 723, under a name of ours.
_HEADER: Final = re.compile(
    r"\A(?:#!.*\n)?# /// zachetka\n(?P<content>(?:#(?: .*)?\n)*?)# ///[ \t]*(?:\n|\Z)"
)
_CELL: Final = re.compile(r"^# %%[ \t]+(?P<task>\S+)[ \t]*$", re.MULTILINE)


class Kind(StrEnum):
    """What a reference is for."""

    SOLUTION = "solution"
    ALTERNATIVE = "alternative"
    BUG = "bug"
    TEMPLATE = "template"


class _Header(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str = Field(min_length=1)
    score: Annotated[float, Field(ge=0)] | None = None
    fails: tuple[str, ...] = ()
    may_fail: tuple[str, ...] = ()
    diagnosis: Annotated[str, Field(min_length=1)] | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """The solution with some cells replaced, and what that must score.

    `fails` names the checks that must fail, and no others may; None leaves them open. `diagnosis`
    is what the English message of one of them must say. Whether a mistake in training shows in
    `may_fail` takes luck; these points are left out of the score.
    """

    name: str
    kind: Kind
    about: str
    score: float
    fails: frozenset[str] | None = frozenset()
    diagnosis: str | None = None
    may_fail: frozenset[str] = frozenset()
    cells: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class SourceCell:
    """A cell of the solution's notebook."""

    kind: str
    source: str
    id: str
    tags: frozenset[str]

    @property
    def task(self) -> str | None:
        """The task that the cell is tagged with."""
        return next((tag.removeprefix(_TASK) for tag in self.tags if tag.startswith(_TASK)), None)

    def speaks(self, language: Language) -> bool:
        """Whether the cell belongs into the notebook of a language."""
        languages = {tag for tag in self.tags if tag.startswith(_LANGUAGE)}
        return not languages or f"{_LANGUAGE}{language}" in languages


@dataclass(frozen=True, slots=True)
class Solution:
    """A solution's notebook."""

    path: Path
    cells: tuple[SourceCell, ...]


def solution_folder(course: Path, assignment: str) -> Path:
    """Give the folder of an assignment's references."""
    return course / "reference_solutions" / assignment


def load_solution(course: Path, manifest: Manifest) -> Solution:
    """Read solution.ipynb and check that it has exactly one cell for every task.

    Raises:
        UsageError: it is missing or wrong.
    """
    path = solution_folder(course, manifest.name) / "solution.ipynb"
    try:
        notebook = nbformat.read(path, as_version=_FORMAT)
        nbformat.validate(notebook)
    except FileNotFoundError as error:
        raise UsageError(f"there is no reference solution {path}") from error
    except (OSError, ValueError, nbformat.ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise UsageError(f"{path} cannot be read: {reason}") from error
    cells = tuple(_source_cells(notebook, manifest.name))
    tasks = [cell.task for cell in cells if cell.task is not None]
    for task in manifest.tasks:
        if tasks.count(task) != 1:
            raise UsageError(
                f"{path} has {tasks.count(task)} cells tagged {_TASK}{task}, not exactly one"
            )
    return Solution(path, cells)


def _source_cells(notebook: Any, assignment: str) -> Iterator[SourceCell]:
    for index, cell in enumerate(notebook.cells):
        yield SourceCell(
            kind=cell.cell_type,
            source=cell.source,
            # Ids must not change from one release to the next, or templates would differ always.
            id=cell.get("id") or f"{assignment}-{index}",
            tags=frozenset(cell.metadata.get("tags", ())),
        )


def load_variants(course: Path, manifest: Manifest, solution: Solution) -> list[Variant]:
    """Read all alternatives and bugs of an assignment.

    Raises:
        UsageError: files are wrong; each is named.
    """
    known = {cell.task for cell in solution.cells if cell.task is not None}
    folder = solution_folder(course, manifest.name)
    variants: list[Variant] = []
    wrong: list[str] = []
    for kind, name in ((Kind.ALTERNATIVE, "alternatives"), (Kind.BUG, "bugs")):
        for path in sorted((folder / name).glob("*.py")):
            try:
                text = path.read_text("utf-8-sig")
                variant = parse_variant(text, path.stem, kind, manifest.max_score, known)
                _check_tasks(variant, manifest)
                variants.append(variant)
            except (OSError, ValueError) as error:
                wrong.append(f"{path} is wrong: {error}")
    if wrong:
        raise UsageError("; ".join(wrong))
    return variants


def _check_tasks(variant: Variant, manifest: Manifest) -> None:
    """Refuse a check of a task that is not there: it would be told as one that never fails."""
    for check in sorted((variant.fails or frozenset()) | variant.may_fail):
        task = check.partition(".")[0]
        if task not in manifest.tasks:
            known = ", ".join(manifest.tasks)
            raise ValueError(f"{check!r} is a check of no task; the tasks: {known}")


def parse_variant(
    text: str, name: str, kind: Kind, max_score: float, known_tasks: set[str]
) -> Variant:
    """Read one file of an alternative or a bug.

    Raises:
        ValueError: the file is wrong.
    """
    header = _HEADER.match(text)
    if header is None:
        raise ValueError("it does not start with a block '# /// zachetka' ... '# ///'")
    content = "".join(line[2:] + "\n" for line in header["content"].splitlines())
    try:
        said = _Header.model_validate(tomllib.loads(content))
    except ValidationError as error:
        raise ValueError(reasons(error)) from error
    except RecursionError as error:
        raise ValueError("its header is nested too deeply") from error
    cells = _variant_cells(text[header.end() :])
    unknown = sorted(set(cells) - known_tasks)
    if unknown:
        raise ValueError(f"the solution has no cell tagged {_TASK}{unknown[0]}")
    score = max_score if said.score is None else said.score
    if kind is Kind.BUG and (len(cells) != 1 or not said.fails or score >= max_score):
        raise ValueError("a bug replaces one cell, names the checks that it fails and its score")
    if kind is Kind.ALTERNATIVE and (
        said.fails or said.may_fail or said.diagnosis or score != max_score
    ):
        raise ValueError("an alternative is correct: it fails nothing and scores full marks")
    return Variant(
        name=name,
        kind=kind,
        about=said.about,
        score=score,
        fails=frozenset(said.fails),
        diagnosis=said.diagnosis,
        may_fail=frozenset(said.may_fail),
        cells=cells,
    )


def _variant_cells(text: str) -> dict[str, str]:
    before, *parts = _CELL.split(text)
    if before.strip():
        raise ValueError("there is code before the first '# %% task'")
    if not parts:
        raise ValueError("it replaces nothing: there is no line '# %% task'")
    cells: dict[str, str] = {}
    for task, source in zip(parts[::2], parts[1::2], strict=True):
        if task in cells:
            raise ValueError(f"it replaces {task} twice")
        cells[task] = source.strip("\n")
    return cells


def build(
    solution: Solution,
    replaced: Mapping[str, str],
    language: Language,
    *,
    only_tasks: bool = False,
) -> Any:
    """Make a notebook of the solution with some tasks' cells replaced.

    Args:
        solution: where the cells come from.
        replaced: new sources of tasks' cells, by task.
        language: of the text.
        only_tasks: leave out the text and the demonstrations.
    """
    cells = [
        new_cell(cell.kind, replaced.get(cell.task or "", cell.source), cell.id)
        for cell in solution.cells
        if cell.speaks(language) and (cell.task is not None or not only_tasks)
    ]
    return new_notebook(cells, {})


def new_cell(kind: str, source: str, cell_id: str) -> Any:
    """Make a cell without outputs."""
    make: dict[str, Callable[..., Any]] = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }
    return make[kind](source, id=cell_id)


def new_notebook(cells: Sequence[Any], metadata: Mapping[str, Any]) -> Any:
    """Make a notebook for a Python kernel of any version."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    language = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    return nbformat.v4.new_notebook(
        cells=list(cells),
        metadata={"kernelspec": kernel, "language_info": language, **metadata},
    )


def to_ipynb(notebook: Any) -> str:
    """Give a notebook's file: the same cells always give the same text."""
    text: str = nbformat.writes(notebook, version=_FORMAT)
    return text.rstrip("\n") + "\n"
