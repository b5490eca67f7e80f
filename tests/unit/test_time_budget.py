from types import SimpleNamespace

import pytest

from zachetka.errors import Cause, StudentFault
from zachetka.probe import Probe
from zachetka.pytest_plugin.examination import Examination
from zachetka.sandbox.base import Limits


class SlowSession:
    closed = False
    kept = False
    cells = ()
    probes = 0

    def probe(self, _probe, _inputs, **_options):
        self.probes += 1
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


def test_no_probe_is_run_when_the_time_is_used_up(examination):
    examination.student_s = 5.1
    with pytest.raises(StudentFault) as caught:
        ask(examination)
    assert caught.value.cause is Cause.TIME_LIMIT
    assert examination.session.probes == 0
