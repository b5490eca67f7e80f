"""What was seen of a notebook, in the terms and the language of its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zachetka.errors import Cause
from zachetka.language import Language, Text
from zachetka.report.model import (
    CellRun,
    CellStatus,
    Check,
    CheckStatus,
    Execution,
    ExecutionStatus,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zachetka.errors import StudentFault
    from zachetka.manifest import Manifest
    from zachetka.replies import CellReply
    from zachetka.session import Session

_CELL_FLAGS: Final = 50


def written_checks(
    outcomes: Iterable[dict[str, Any]], manifest: Manifest, language: Language
) -> tuple[Check, ...]:
    """Give the checks in the order of the assignment's tasks, and in the grader's within one."""
    order = list(manifest.tasks)
    checks = [_check(outcome, manifest.max_score, language) for outcome in outcomes]
    return tuple(sorted(checks, key=lambda check: order.index(check.task)))


def _check(outcome: dict[str, Any], max_score: float, language: Language) -> Check:
    max_points = round(outcome["points"] / 100 * max_score, 9)
    return Check(
        id=outcome["id"],
        task=outcome["task"],
        title=Text(**outcome["title"]).in_language(language),
        points=0.0 if outcome["cause"] else max_points,
        max_points=max_points,
        status=CheckStatus.FAILED if outcome["cause"] else CheckStatus.PASSED,
        cause=Cause(outcome["cause"]) if outcome["cause"] else None,
        message=_in_language(outcome["text"], language),
        hint=_in_language(outcome["hint"], language),
        duration_s=round(outcome["duration_s"], 4),
    )


def _in_language(text: dict[str, str] | None, language: Language) -> str | None:
    return Text(**text).in_language(language) if text else None


def written_execution(session: Session, fault: StudentFault | None, wall_s: float) -> Execution:
    """Give how the cells ran; with a `fault`, that is what ended them all."""
    cells = tuple(_cell_run(reply) for reply in session.cells)
    status = ExecutionStatus.OK
    if fault is not None:
        known = fault.cause.value in set(ExecutionStatus)
        status = ExecutionStatus(fault.cause.value) if known else ExecutionStatus.CRASH
    elif any(cell.status is not CellStatus.OK for cell in cells):
        status = ExecutionStatus.FAILED
    return Execution(
        status=status,
        cells=cells,
        wall_s=round(wall_s, 4),
        cpu_s=session.cpu_s,
        peak_memory_bytes=session.peak_memory_bytes(),
    )


def _cell_run(reply: CellReply) -> CellRun:
    status = CellStatus.FAILED if reply.status == "error" else CellStatus(reply.status)
    return CellRun(
        index=reply.index,
        status=status,
        duration_s=reply.duration_s,
        error=reply.error,
        traceback=reply.traceback,
    )


def cell_flags(replies: Iterable[CellReply]) -> Iterator[str]:
    """Give what a teacher should know of cells that did not run to their end as written.

    Nobody reads that of a thousand cells; how each ended stands in the report.
    """
    flags = list(_flags_of_each(replies))
    yield from flags[:_CELL_FLAGS]
    if len(flags) > _CELL_FLAGS:
        yield f"{len(flags) - _CELL_FLAGS} more remarks on cells were left out"


def _flags_of_each(replies: Iterable[CellReply]) -> Iterator[str]:
    for reply in replies:
        number = reply.index + 1
        if reply.rescued:
            names = ", ".join(reply.rescued)
            # Of a cell that took its kernel down, all that it declares was kept.
            below = " below" if reply.status == "error" else ""
            ended = "was not run" if reply.status == "skipped" else "failed"
            yield f"cell {number} {ended}; what it declares{below} was kept: {names}"
        if reply.truncated:
            yield f"cell {number} printed too much; the rest was dropped"
        if reply.status in {"crash", "memory_limit", "time_limit"}:
            yield f"cell {number} was stopped: {reply.status}"
