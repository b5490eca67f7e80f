"""Opens the sessions of notebooks: each in a sandbox of its own, or in a room of one for several.

A process keeps at most one empty sandbox, for the next notebook with the same limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zachetka.errors import InfrastructureError
from zachetka.examiner import load
from zachetka.sandbox.base import Isolation
from zachetka.session import Session

if TYPE_CHECKING:
    from zachetka.sandbox.base import Limits, Sandbox

_idle: dict[tuple[str, Limits], Session] = {}
# Backends in which this process could not have a room.
_without_rooms: set[str] = set()


def isolation_in(sandbox: Sandbox, wanted: Isolation) -> Isolation:
    """Say what a notebook gets there: a room only where it is wanted and can be had."""
    if wanted is Isolation.FRESH or sandbox.name in _without_rooms:
        return Isolation.FRESH
    return Isolation.WARM if sandbox.no_rooms() is None else Isolation.FRESH


def open_session(sandbox: Sandbox, limits: Limits, wanted: Isolation) -> Session:
    """Give a session, in the sandbox of the last notebook if they may share it.

    Raises:
        InfrastructureError: no sandbox could be started.
    """
    if isolation_in(sandbox, wanted) is Isolation.FRESH:
        return Session(sandbox, limits, meanwhile=load)
    if _idle:
        key, session = _idle.popitem()
        try:
            if key == (sandbox.name, limits) and session.renew():
                return session
        except BaseException:
            session.close()
            raise
        session.close()
    try:
        return Session(sandbox, limits, rooms=True, meanwhile=load)
    except InfrastructureError:
        # A security module of the host may refuse what rooms are made with.
        _without_rooms.add(sandbox.name)
        return open_session(sandbox, limits, wanted)


def release(session: Session, sandbox: Sandbox) -> None:
    """Close a session, but for a sandbox that has rooms and can be left to the next notebook."""
    # At once: what the notebook has left running would have no limit of time.
    if session.vacate():
        _idle[sandbox.name, session.limits] = session


def end_idle_sandbox() -> None:
    """End what this process keeps for another notebook, for which nobody else will tidy up."""
    while _idle:
        _idle.popitem()[1].close()
