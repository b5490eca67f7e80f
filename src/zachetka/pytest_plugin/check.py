"""The marker of a check: which task it belongs to, what it is worth, what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from zachetka.language import Text

MARK = "zachetka_check"
F = TypeVar("F", bound="Callable[..., object]")


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """What a grader says about one check; `points` are percent of the assignment."""

    task: str
    points: float
    title: Text
    hint: Text | None = None


def check(task: str, *, points: float, title: Text, hint: Text | None = None) -> Callable[[F], F]:
    """Make a pytest function a check of a task.

    Args:
        task: the task's id in assignment.toml.
        points: percent of the assignment; the checks of a task sum to its weight.
        title: what is checked, for the student.
        hint: where to look when it fails, for the student.
    """
    return pytest.mark.zachetka_check(CheckInfo(task, points, title, hint))


def info_of(item: pytest.Item) -> CheckInfo | None:
    """Give what the marker of a collected test says; None for a test without one."""
    mark = item.get_closest_marker(MARK)
    return mark.args[0] if mark else None


def id_of(item: pytest.Item, info: CheckInfo) -> str:
    """Give the id of a check: its task and the name of its function."""
    return f"{info.task}.{item.name.removeprefix('test_')}"
