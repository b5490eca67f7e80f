import pytest

from zachetka.errors import Cause, InfrastructureError, StudentFault
from zachetka.sandbox.base import Death, Limits
from zachetka.sandbox.failure import blame

OURS = InfrastructureError


@pytest.mark.parametrize(
    ("death", "greeted", "verdict"),
    [
        (Death(0), False, OURS),
        (Death(1, stderr_tail="ImportError: torch"), False, OURS),
        (Death(-9, out_of_memory=True), False, OURS),
        (Death(None), False, OURS),
        (Death(1, engine_error="no such image"), False, OURS),
        (Death(1, engine_error="the engine is gone"), True, OURS),
        (Death(None, out_of_memory=True, engine_error="the engine is gone"), True, OURS),
        (Death(-9, out_of_memory=True), True, Cause.MEMORY_LIMIT),
        (Death(0, out_of_memory=True), True, Cause.MEMORY_LIMIT),
        (Death(0), True, Cause.CRASH),
        (Death(1, stderr_tail="bwrap: a forged message"), True, Cause.CRASH),
        (Death(-9), True, Cause.CRASH),
        (Death(-11), True, Cause.CRASH),
        (Death(None), True, Cause.CRASH),
    ],
    ids=str,
)
def test_who_is_to_blame(death, greeted, verdict):
    error = blame(death, greeted=greeted, limits=Limits())
    if verdict is OURS:
        assert isinstance(error, InfrastructureError)
    else:
        assert isinstance(error, StudentFault)
        assert error.cause is verdict


def test_our_error_says_what_the_sandbox_said_last():
    death = Death(1, stderr_tail="Traceback:\nImportError: no torch\n")
    assert "ImportError: no torch" in str(blame(death, greeted=False, limits=Limits()))


def test_the_memory_limit_is_named():
    limits = Limits(memory_bytes=512 << 20)
    fault = blame(Death(-9, out_of_memory=True), greeted=True, limits=limits)
    assert "512 MiB" in fault.text.en
    assert "512 МиБ" in fault.text.ru
