"""Whether a notebook is of another homework than the one that it was handed in for."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from zachetka.errors import Cause, UsageError
from zachetka.language import Text
from zachetka.manifest import assignment_names, load_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from zachetka.manifest import Manifest
    from zachetka.submission import Submission

# One name in common may be chance: of the own assignment, and of another one.
_HARDLY_SHARE: Final = 0.3
_LIKE_SHARE: Final = 0.3


def wrong_homework(
    submission: Submission, outcomes: list[dict[str, Any]], manifest: Manifest, course: Path
) -> Text | None:
    """Say once that a notebook has next to nothing of the assignment, and which one it looks like.

    Args:
        submission: the notebook.
        outcomes: of the checks, as the examiner gives them.
        manifest: the assignment that it was handed in for.
        course: where the other assignments are.
    """
    name = manifest.name
    missing = [outcome["cause"] == Cause.MISSING for outcome in outcomes]
    if 2 * sum(missing) < len(missing):
        return None  # nobody need read the cells once more for that
    share = _share(manifest, submission)
    if share == 0 and all(missing):
        other = _homework_like(submission, name, course)
        text = Text(
            en=f"This notebook defines nothing that {name} asks for",
            ru=f"В этом ноутбуке нет ничего из того, что просит задание {name}",
        )
    elif share < _HARDLY_SHARE:
        other = _homework_like(submission, name, course)
        if other is None and any(outcome["cause"] is None for outcome in outcomes):
            return None  # what is wrong stands at the checks
        text = Text(
            en=f"This notebook defines hardly anything that {name} asks for",
            ru=f"В этом ноутбуке нет почти ничего из того, что просит задание {name}",
        )
    else:
        return None
    if other is None:
        return text
    return text + Text(
        en=f"; it looks like the homework {other}",
        ru=f"; похоже, это домашнее задание {other}",
    )


def _share(manifest: Manifest, submission: Submission) -> float:
    """Give the part of an assignment's names that a notebook defines, wherever in it."""
    from zachetka.pytest_plugin.missing import written

    return len(written(manifest.names, submission)) / len(manifest.names)


def _homework_like(submission: Submission, name: str, course: Path) -> str | None:
    """Name the other assignment that a notebook declares, or else has most names of."""
    others = [other for other in assignment_names(course) if other != name]
    if submission.declared_assignment in others:
        return submission.declared_assignment
    shares: dict[str, float] = {}
    for other in others:
        with suppress(UsageError):  # a slip in another assignment is no matter here
            shares[other] = _share(load_manifest(course, other), submission)
    best = max(shares, key=lambda other: shares[other], default=None)
    return best if best is not None and shares[best] >= _LIKE_SHARE else None
