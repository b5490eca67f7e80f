"""Judging what leans on other definitions of the notebook: beside these, then beside right ones.

What is wrong with those has cost its points where it is checked, and must not cost them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zachetka.errors import Cause, StudentFault

if TYPE_CHECKING:
    from collections.abc import Callable


def either_way(judge: Callable[[bool], object]) -> None:
    """Judge, and once more beside right companions if that fails; the first fault is told.

    Args:
        judge: fails the check; it is told whether to put right companions in place.

    Raises:
        StudentFault: it fails either way.
    """
    try:
        judge(False)
    except StudentFault as first:
        try:
            judge(True)
        except StudentFault:
            raise first from None


def own_fault(judge: Callable[[bool], object]) -> None:
    """Do as `either_way`, but tell the second fault: no companion has a part in that.

    What right companions cannot mend is not judged twice: time, crashes, a name that is not there.
    """
    try:
        judge(False)
    except StudentFault as fault:
        if fault.cause in {Cause.TIME_LIMIT, Cause.CRASH, Cause.MISSING}:
            raise
        try:
            judge(True)
        except StudentFault as second:
            # An exception beside right companions alone may come of these: code that needs its own.
            told = (Cause.ASSERTION, Cause.WRONG_TYPE)
            if second.cause not in told and fault.cause in told:
                raise fault from None
            raise
