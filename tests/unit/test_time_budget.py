from types import SimpleNamespace

import pytest

from zachetka.errors import Cause, StudentFault
from zachetka.language import Text
from zachetka.probe import Probe
from zachetka.pytest_plugin.examination import SHORT_PROBE_S, Examination
from zachetka.sandbox.base import Limits


class SlowSession:
    closed = False
    kept = False
    cells = ()

    def __init__(self):
        self.timeouts_s = []

    def probe(self, _probe, _inputs, *, timeout_s, **_options):
        self.timeouts_s.append(timeout_s)
        return 1


@pytest.fixture
def examination():
    return Examination(
        submission=SimpleNamespace(cells=(), sha256="0" * 64),
        limits=Limits(total_s=5.0),
        secret=b"s" * 16,
        session=SlowSession(),
        lost=None,
        reopen=SlowSession,
    )


def ask(examination):
    return examination.probe(Probe("p", "def p(nb): ..."), {}, seed=0, timeout_s=None)


def test_time_of_all_probes_adds_up(examination):
    ask(examination)
    first = examination.student_s
    ask(examination)
    assert 0 < first < examination.student_s


def test_probes_are_short_when_the_time_is_used_up(examination):
    ask(examination)
    examination.student_s = 5.1
    ask(examination)
    assert examination.session.timeouts_s == [examination.limits.probe_s, SHORT_PROBE_S]


def test_a_probe_that_was_short_of_time_is_told_what_took_it(examination):
    def hang(*_, **__):
        raise StudentFault(Cause.TIME_LIMIT, Text("is there an endless loop?", ""))

    examination.session.probe = hang
    with pytest.raises(StudentFault, match="is there an endless loop"):
        ask(examination)
    examination.student_s = 5.1
    with pytest.raises(StudentFault, match="the checks before this one took the time there is"):
        ask(examination)


def test_no_probe_is_run_when_twice_the_time_is_used_up(examination):
    examination.student_s = 10.1
    with pytest.raises(StudentFault) as caught:
        ask(examination)
    assert caught.value.cause is Cause.TIME_LIMIT
    assert examination.session.timeouts_s == []
