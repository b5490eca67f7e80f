"""What became of an export, for the one who asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from zachetka.report.clean import some_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zachetka.report.model import Report

_NAMES: Final = 5


class Reason(Enum):
    """Why a report is not in what was written; said of one and of several."""

    ABSENT = ("not in the sheet", "not in the sheet")
    ERROR = (
        "has no grade because of an error of ours",
        "have no grade because of an error of ours",
    )
    LEFT = ("left as it was", "left as they were")

    @property
    def of_one(self) -> str:
        """How it is said of one."""
        return self.value[0]

    @property
    def of_several(self) -> str:
        """How it is said of several."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Left:
    """One report that is not in what was written; `who` is for people, `why` says more."""

    reason: Reason
    who: str
    why: str


def without_grade(report: Report) -> Left:
    """Say of a report that it has no grade because of an error of ours."""
    return Left(Reason.ERROR, report.label, report.message or "no more is known")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`done` of `total` is what `what` says: "grades filled in"."""

    what: str
    done: int
    total: int
    left: tuple[Left, ...] = ()
    notes: tuple[str, ...] = ()

    def summary(self) -> str:
        """Say it all in one line."""
        parts = [f"{self.done} of {self.total} {self.what}"]
        for reason in Reason:
            names = [left.who for left in self.left if left.reason is reason]
            if names:
                said = reason.of_one if len(names) == 1 else reason.of_several
                parts.append(f"{len(names)} {said}: {some_of(names, _NAMES)}")
        return "; ".join(parts)

    def details(self) -> Iterator[str]:
        """Say in a line each what is not in what was written, and what else is to be known."""
        for left in self.left:
            yield f"{left.who}: {left.reason.of_one}: {left.why}"
        yield from self.notes
