import pytest

from zachetka.errors import Cause, InfrastructureError, StudentFault
from zachetka.sandbox.base import Death, Limits
from zachetka.sandbox.failure import Phase, Stop, blame

OURS = "ours"
STARTING, WAITING, RUNNING = Phase

# Rows: how it ended; columns: who is to blame while starting, while waiting, while running.
ENGINE = Death(1, engine_error="the engine is gone")
TABLE = [
    (Death(0), OURS, OURS, Cause.CRASH),
    (Death(1, stderr_tail="ImportError: torch"), OURS, OURS, Cause.CRASH),
    (Death(1, stderr_tail="bwrap: a forged message"), OURS, OURS, Cause.CRASH),
    (Death(-11), OURS, OURS, Cause.CRASH),
    (Death(-15), OURS, OURS, Cause.CRASH),
    (Death(139), OURS, OURS, Cause.CRASH),
    (Death(None), OURS, OURS, OURS),
    (Death(1, host_out_of_memory=True), OURS, OURS, OURS),
    # The first process of a sandbox cannot be killed from inside.
    (Death(-9), OURS, OURS, OURS),
    (Death(137), OURS, OURS, OURS),
    (Death(-9, out_of_memory=True), OURS, OURS, Cause.MEMORY_LIMIT),
    (Death(137, out_of_memory=True), OURS, OURS, Cause.MEMORY_LIMIT),
    (Death(0, out_of_memory=True), OURS, OURS, Cause.MEMORY_LIMIT),
    (ENGINE, OURS, OURS, OURS),
    (Death(None, out_of_memory=True, engine_error="no such image"), OURS, OURS, OURS),
    (Stop.DEADLINE, OURS, OURS, Cause.TIME_LIMIT),
    (Stop.MEMORY, OURS, OURS, Cause.MEMORY_LIMIT),
    (Stop.OUTPUT, OURS, OURS, Cause.OUTPUT_LIMIT),
    (Stop.PROTOCOL, OURS, OURS, Cause.CRASH),
]


@pytest.mark.parametrize(
    ("end", "phase", "verdict"),
    [(end, phase, who) for end, *row in TABLE for phase, who in zip(Phase, row, strict=True)],
    ids=str,
)
def test_who_is_to_blame(end, phase, verdict):
    error = blame(end, phase=phase, limits=Limits())
    if verdict is OURS:
        assert isinstance(error, InfrastructureError)
    else:
        assert isinstance(error, StudentFault)
        assert error.cause is verdict


@pytest.mark.parametrize(
    ("end", "phase", "said"),
    [
        (Death(1, stderr_tail="Traceback:\nImportError: no torch\n"), STARTING, "no torch"),
        (Death(3), STARTING, "exit code 3"),
        (ENGINE, RUNNING, "the engine is gone"),
        (Stop.DEADLINE, WAITING, "kernel did not start: it said nothing in time"),
        (Death(-9), RUNNING, "out of memory.*--jobs"),
        (Stop.PROTOCOL, STARTING, "(no frame)"),
        (Stop.MEMORY, STARTING, "before the notebook began"),
        (Stop.OUTPUT, STARTING, "too much"),
    ],
)
def test_our_error_says_what_is_known(end, phase, said):
    error = blame(end, phase=phase, limits=Limits(), detail="no frame")
    with pytest.raises(InfrastructureError, match=said):
        raise error


def test_the_memory_limit_is_named():
    limits = Limits(memory_bytes=512 << 20)
    fault = blame(Death(-9, out_of_memory=True), phase=RUNNING, limits=limits)
    assert "512 MiB" in fault.text.en
    assert "512 МиБ" in fault.text.ru
