"""Classes of students made up for tests of pages: the same every time."""

import functools
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from zachetka.errors import Cause
from zachetka.manifest import Manifest
from zachetka.report.model import (
    Check,
    CheckStatus,
    Execution,
    ExecutionStatus,
    GraderInfo,
    Late,
    Report,
    ReportStatus,
    SubmissionInfo,
)
from zachetka.report.store import ClassRecord, Missing, Stored

DEADLINE = datetime(2026, 3, 1, 20, 59, tzinfo=UTC)
MIB = 1024 * 1024
NAMES = ("Иван", "Мария", "Пётр", "Анна", "Олег", "Дарья", "Лев", "Ольга", "Тимур", "Zoë")
SURNAMES = ("Петров", "Сидорова-Ким", "Абрамов", "Ёлкин", "Смирнова", "O'Brien", "Ли", "Вайс")
TITLES = (
    "forward pass of a batch",
    "a layer with bias=False",
    "gradients agree with finite differences",
    "weights are drawn from the right distribution",
    "the history has one loss per epoch",
    "does not change its input",
)
CAUSES = tuple(Cause)


@dataclass(frozen=True)
class Twin:
    """A pair as the search for them gives it."""

    first: str
    second: str
    score: float
    page: str = ""


def manifest(tasks=("MyLinear", "MyMLP", "train", "plots"), max_score=1.0):
    return Manifest.model_validate(
        {
            "schema": "zachetka.assignment/1",
            "name": "mlp",
            "version": "1",
            "max_score": max_score,
            "title": {"en": "A multilayer perceptron by hand", "ru": "Перцептрон"},
            "tasks": {task: {"weight": 100 / len(tasks), "names": ["f"]} for task in tasks},
        }
    )


@functools.cache
def check(name, *, passed=True, points=1.0, cause=None, **more):
    """Make a check `<task>.<check>`; they never change, and thousands of students share theirs."""
    why = None if passed else cause or Cause.ASSERTION
    fields = {"id": name, "task": name.split(".")[0], "title": name.split(".")[1]}
    fields |= {"points": points if passed else 0.0, "max_points": points}
    fields |= {"status": CheckStatus.PASSED if passed else CheckStatus.FAILED, "cause": why}
    return Check(**{**fields, "message": None, "hint": None, "duration_s": 0.1, **more})


def report(student="ivan", *, checks=(), status=ReportStatus.GRADED, **more):
    """Make a report whose score is what its checks gave."""
    score = {
        ReportStatus.GRADED: sum(each.points for each in checks),
        ReportStatus.REJECTED: 0.0,
        ReportStatus.ERROR: None,
    }[status]
    fields = {"assignment": "mlp", "student": student, "status": status, "score": score}
    fields |= {"max_score": sum(each.max_points for each in checks) or 1.0, "checks": checks}
    fields |= {"submission": SubmissionInfo(file=f"{student}.ipynb", sha256=None, bytes=None)}
    fields |= {"execution": None, "flags": (), "sandbox": None, "grader": None}
    return Report(**{**fields, "graded_at": DEADLINE + timedelta(days=1), **more})


def stored(student="ivan", **fields):
    return Stored(f"{student}.json", report(student, **fields))


def execution(wall_s=5.0, peak_memory_bytes=300 * MIB):
    return Execution(
        status=ExecutionStatus.OK,
        cells=(),
        wall_s=wall_s,
        cpu_s=None,
        peak_memory_bytes=peak_memory_bytes,
    )


def record(*reports, **fields):
    return ClassRecord(Path("reports"), "mlp", tuple(reports), **fields)


def made_class(count, *, checks_per_task=6, max_score=1.0, seed=5):
    """Make a class as they are: most are good, some are late, a few are in trouble."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    tasks = list(manifest().tasks)
    ids = [f"{task}.check_{number}" for task in tasks for number in range(checks_per_task)]
    hardness = {name: chance.uniform(-1.8, 1.2) for name in ids}
    reports = []
    for number in range(count):
        name = f"{chance.choice(SURNAMES)} {chance.choice(NAMES)} {number}"
        reports.append(
            Stored(f"{name}.json", _made_report(number, name, chance, hardness, max_score))
        )
    reports.sort(key=lambda each: each.report.student)
    groups = ("БПМИ231", "БПМИ232", "БПМИ233")
    return ClassRecord(
        Path("reports"),
        "mlp",
        tuple(reports),
        missing=tuple(
            Missing(f"absent{number}", f"Отсутствующий {number}", groups[number % 3])
            for number in range(count // 12)
        ),
        strays=(("notes.docx", "no notebook"), ("unknown/hw.ipynb", "nobody in the roster"))
        if count > 20
        else (),
        broken=("half.json",) if count > 20 else (),
    )


def _made_report(number, name, chance, hardness, max_score):
    common = {"name": name, "group": ("БПМИ231", "БПМИ232", "БПМИ233")[number % 3]}
    common |= {"grader": GraderInfo(version="1", sha256="a" * 64)}
    if number % 41 == 17:
        why = "the file is no notebook: it ends in the middle of a string"
        return report(name, status=ReportStatus.REJECTED, message=why, **common)
    if number % 67 == 33:
        why = "the sandbox was lost: the engine does not answer"
        return report(name, status=ReportStatus.ERROR, message=why, **common)
    skill = chance.gauss(1.3, 1.1)
    worth = max_score / len(hardness)
    checks = tuple(
        check(
            each,
            passed=skill * (-0.4 if index == 7 else 1) + chance.gauss(0, 0.8) > hard,
            points=worth,
            cause=chance.choice(CAUSES[:4] * 4 + CAUSES),
            title=TITLES[index % len(TITLES)],
        )
        for index, (each, hard) in enumerate(hardness.items())
    )
    days = chance.choice((0, 0, 0, 0, 0, 1, 2))
    late = Late(
        deadline=DEADLINE,
        handed_in_at=DEADLINE + timedelta(days=days, hours=-3),
        days=days,
        percent=10 * days,
        points_lost=0.1 * days * sum(each.points for each in checks),
        extension="ill" if number % 30 == 1 else None,
    )
    flags = ()
    if number % 9 == 0:
        flags = (
            f"cell {number % 13} failed; what it declares below was kept: MyLinear, f{number}",
        )
    if number % 25 == 3:
        flags = (*flags, "another submission has the same student name")
    others = ("hw (1).ipynb",) if number % 50 == 7 else ()
    file = SubmissionInfo(file=f"{name}.ipynb", sha256="b" * 64, bytes=1000, others=others)
    earned = sum(each.points for each in checks)
    return report(
        name,
        checks=checks,
        max_score=max_score,
        score=max(0.0, min(max_score, earned) - late.points_lost),
        late=late,
        flags=flags,
        repairs=("the metadata named a kernel that is not here",) if number % 14 == 2 else (),
        submission=file,
        execution=execution(chance.lognormvariate(1.8, 0.5), int(chance.gauss(410, 40)) * MIB),
        **common,
    )
