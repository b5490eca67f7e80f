"""One submission under examination: its session, its secret, and what became of each check."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zachetka.errors import Cause, StudentFault
from zachetka.language import Text
from zachetka.replies import KernelLostError

if TYPE_CHECKING:
    from collections.abc import Callable

    from zachetka.probe import Probe
    from zachetka.pytest_plugin.check import CheckInfo
    from zachetka.replies import CellReply
    from zachetka.sandbox.base import Limits
    from zachetka.session import Session
    from zachetka.submission import Submission

MAX_REOPENINGS = 2
MAX_FLAGS = 50
# Several times what a probe of right code takes, for those that come when the time is used up.
SHORT_PROBE_S = 5.0


class SeveralProbesError(Exception):
    """A check asks once more, and its first answer came from a copy that others have used."""


@dataclass(slots=True)
class Outcome:
    """What became of one check; `cause` is None when it passed."""

    id: str
    info: CheckInfo
    cause: Cause | None = None
    text: Text | None = None
    hint: Text | None = None
    duration_s: float = 0.0


@dataclass
class Examination:
    """Shared by all checks of one submission.

    `reopen` gives a fresh session in which the cells have run again: a probe that brought the
    whole sandbox down costs its own check, not the ones after it. That happens `reopenings_left`
    times. `tasks` are those whose checks are made, or None for all. `student_s` is the wall time
    that all probes took together. Past the assignment's `total_s` each has `SHORT_PROBE_S` at most,
    so that a task that waits or loops does not cost the others theirs; past twice as much no more
    are run.

    Copies of the notebook are dear, and most submissions pass most checks: one copy answers check
    after check. What it says may be believed where a check passes on its single answer, and where
    the first thing that a probe asks for is nowhere. Whatever else a check has to say, it says
    about a copy of its own: see `attempt` and `influenced`.
    """

    submission: Submission
    limits: Limits
    secret: bytes
    session: Session | None
    lost: StudentFault | None
    reopen: Callable[[], Session]
    tasks: frozenset[str] | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    internal_errors: list[str] = field(default_factory=list)
    reopenings_left: int = MAX_REOPENINGS
    student_s: float = 0.0
    influenced: bool = False
    _retractions_left: int = MAX_REOPENINGS
    _alone: bool = True
    _asked: bool = False
    _has_reopened: bool = False

    def flag(self, text: str) -> None:
        """Remember something for the teaching assistant, once."""
        if text not in self.flags and len(self.flags) < MAX_FLAGS:
            self.flags.append(text)

    def attempt(self, *, alone: bool) -> None:
        """Begin a check; `alone` gives each of its probes a copy of its own.

        `influenced` tells afterwards whether it used a copy that had answered another check.
        """
        self._alone = alone
        self._asked = self.influenced = False

    def retract(self, student_s: float) -> None:
        """Give back what an attempt has used up that is made again: time, and a sandbox.

        Args:
            student_s: what it was before; once per check, so that all have at most twice the time.
        """
        self.student_s = student_s
        if self.session is None and self._retractions_left > 0:
            self._retractions_left -= 1
            self.reopenings_left += 1

    def probe(
        self, probe: Probe, inputs: dict[str, Any], *, seed: int, timeout_s: float | None
    ) -> Any:
        """Run a probe in the session, or in a new one if an earlier probe ended it.

        Raises:
            StudentFault: see `Session.probe`.
            SeveralProbesError: the check asks once more, and was influenced.
        """
        if self._asked and not self._alone:
            if self.influenced:
                raise SeveralProbesError
            self._alone = True  # its first copy was a fresh one, too
        self._asked = True
        timeout_s = timeout_s or self.limits.probe_s
        while True:
            if self.student_s > 2 * self.limits.total_s:
                raise _out_of_time(2 * self.limits.total_s)
            is_short = self.student_s > self.limits.total_s
            if is_short:
                timeout_s = min(timeout_s, SHORT_PROBE_S)
            session = self._living_session()
            started = time.monotonic()
            try:
                return self._probe_once(session, probe, inputs, seed=seed, timeout_s=timeout_s)
            except KernelLostError:
                continue  # not this probe's doing: the session is reopened, at most so often
            except StudentFault as fault:
                if is_short and fault.cause is Cause.TIME_LIMIT:
                    raise _short_of_time(timeout_s) from fault
                raise
            finally:
                self.student_s += time.monotonic() - started

    def _probe_once(
        self,
        session: Session,
        probe: Probe,
        inputs: dict[str, Any],
        *,
        seed: int,
        timeout_s: float,
    ) -> Any:
        fresh, keep = self._alone or not session.kept, not self._alone
        self.influenced |= not fresh
        try:
            return session.probe(
                probe, inputs, seed=seed, timeout_s=timeout_s, fresh=fresh, keep=keep
            )
        except StudentFault as fault:
            if session.closed:
                self.session, self.lost = None, fault
            if fault.cause is Cause.MISSING and session.kept:
                # Nothing of the notebook has run, so no other copy has it: as if nobody had asked.
                self._asked = self.influenced = False
            raise

    @property
    def replies(self) -> dict[int, CellReply]:
        """How the cells ended in the session that is there, by their places in the notebook."""
        cells = self.session.cells if self.session is not None else []
        return {reply.index: reply for reply in cells}

    def close(self) -> None:
        """End the session that was opened here; the one that was given is its giver's."""
        if self.session is not None and self._has_reopened:
            self.session.close()

    @property
    def left_as_found(self) -> bool:
        """Whether the session that was given is still there to be asked, and came to no harm."""
        return (
            self.session is not None
            and not self.session.closed
            and self.session.is_unharmed()
            and not self._has_reopened
        )

    def _living_session(self) -> Session:
        if self.session is not None:
            return self.session
        if self.reopenings_left <= 0 and self.lost is not None:
            raise self.lost.with_traceback(None)  # or it would grow with every check
        self.reopenings_left -= 1
        self._has_reopened = True
        try:
            self.session = self.reopen()
        except StudentFault as fault:
            self.lost = fault
            raise
        return self.session


def _short_of_time(timeout_s: float) -> StudentFault:
    return StudentFault(
        Cause.TIME_LIMIT,
        Text(
            en="the checks before this one took the time there is, and your code did not finish "
            f"within the {timeout_s:g} s that were left for it",
            ru="предыдущие проверки заняли отведённое время, а в оставшиеся для этой "
            f"{timeout_s:g} с ваш код не уложился",
        ),
    )


def _out_of_time(total_s: float) -> StudentFault:
    return StudentFault(
        Cause.TIME_LIMIT,
        Text(
            en=f"the checks before this one took all the time there is ({total_s:g} s)",
            ru=f"предыдущие проверки заняли всё отведённое время ({total_s:g} с)",
        ),
    )
