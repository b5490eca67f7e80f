"""The pytest plugin: fixtures for a grader, and the verdict of each of its checks.

A failed comparison or a fault of the student's code is a verdict. Any other exception in a
grader is a bug of ours and must never cost a student a point: it is kept apart and reported.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest

from zachetka.errors import Cause, StudentFault
from zachetka.language import Text
from zachetka.pytest_plugin.check import MARK, id_of, info_of
from zachetka.pytest_plugin.examination import Examination, Outcome, SeveralProbesError
from zachetka.pytest_plugin.rng import Rng
from zachetka.pytest_plugin.student import Student
from zachetka.replies import UnreachedError

if TYPE_CHECKING:
    from collections.abc import Generator


class ExaminationPlugin:
    """Registered for one run of pytest over one submission."""

    def __init__(self, examination: Examination) -> None:
        self.examination = examination

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare our marker."""
        config.addinivalue_line("markers", f"{MARK}(info): a check of a task")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out the checks that were not asked for."""
        tasks = self.examination.tasks
        if tasks is not None:
            infos = [(item, info_of(item)) for item in items]
            items[:] = [item for item, info in infos if info is None or info.task in tasks]

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> Rng:
        """Random inputs of this check for this submission."""
        return self._rng(request.node, "inputs")

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Student:
        """The submission."""
        return Student(self.examination, self._rng(request.node, "probes"))

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        """Run a check, and once more by itself where another one may have made it fail.

        With other inputs: a submission may have kept those of the first time in a file.
        """
        examination = self.examination
        flags, student_s = [*examination.flags], examination.student_s
        examination.attempt(alone=False)
        try:
            return (yield)
        except (StudentFault, AssertionError, SeveralProbesError):
            if not examination.influenced:
                raise
            examination.flags[:] = flags
            examination.retract(student_s)
            examination.attempt(alone=True)
            self._call_again(pyfuncitem)
            return True
        finally:
            examination.attempt(alone=True)  # for the fixtures of the next one

    def _call_again(self, item: pytest.Function) -> None:
        anew = {
            "rng": self._rng(item, "inputs\0alone"),
            "student": Student(self.examination, self._rng(item, "probes\0alone")),
        }
        names = item._fixtureinfo.argnames  # noqa: SLF001 - as pytest itself calls a function
        item.obj(**{name: anew.get(name, item.funcargs[name]) for name in names})

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport:
        """Turn what a check did into its outcome.

        In pytest's place: its report renders the sources of a failed test, which nobody will read,
        and which takes longer than the test itself.
        """
        assert call.when != "collect"
        info = info_of(item)
        if info is None:
            self._note_internal(f"{item.nodeid} is no check: it lacks @check")
        elif call.when == "call" or call.excinfo is not None:
            outcome = Outcome(id_of(item, info), info, duration_s=call.duration)
            if call.excinfo is not None:
                self._judge(outcome, call.excinfo.value)
            self.examination.outcomes.append(outcome)
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="passed" if call.excinfo is None else "failed",
            longrepr=None,
            when=call.when,
        )

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what went wrong while the grader was collected."""
        if report.failed:
            self._note_internal("the grader could not be collected", report.longreprtext)

    def _judge(self, outcome: Outcome, error: BaseException) -> None:
        if isinstance(error, StudentFault):
            outcome.cause, outcome.text = error.cause, error.text
            # What never got as far as what the check asks about is no matter for its hint.
            is_reached = error.cause is not Cause.MISSING and not isinstance(error, UnreachedError)
            outcome.hint = error.hint or (outcome.info.hint if is_reached else None)
        elif isinstance(error, AssertionError):
            outcome.cause = Cause.ASSERTION
            outcome.text = Text(en="the result is wrong", ru="неверный результат")
            outcome.hint = outcome.info.hint
        else:
            # Also pytest's own Failed, which is how pytest-timeout ends a grader that hangs.
            what, _, _ = f"{type(error).__name__}: {error}".partition("\n")
            trace = "".join(traceback.format_exception(error))
            self._note_internal(f"{outcome.id}: {what}", trace)

    def _note_internal(self, message: str, trace: str = "") -> None:
        # The message in a line of its own: a table shows no more of it.
        self.examination.internal_errors.append(f"{message[:1000]}\n{trace[-4000:]}".strip())

    def _rng(self, item: pytest.Item, purpose: str) -> Rng:
        info = info_of(item)
        check_id = id_of(item, info) if info else item.nodeid
        examination = self.examination
        return Rng(examination.secret, examination.submission.sha256, f"{check_id}\0{purpose}")
