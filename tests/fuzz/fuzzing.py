"""How many inputs a target gets, and what one input may cost.

`ZACHETKA_FUZZ_INPUTS` asks for that many random inputs of every target, as `make fuzz` does.
Without it there are a thousand, the same ones in every run.
"""

import os
import tracemalloc

from hypothesis import HealthCheck, event, settings

INPUTS = int(os.environ.get("ZACHETKA_FUZZ_INPUTS", "0"))
INPUT_MS = 10_000
KIB = 1 << 10

settings.register_profile(
    "zachetka-fuzz",
    max_examples=INPUTS or 1000,
    derandomize=not INPUTS,
    # A failure prints what reproduces it; nothing is kept between runs.
    database=None,
    print_blob=True,
    # Nothing here takes a hundredth of it, but where the time is quadratic.
    deadline=INPUT_MS,
    suppress_health_check=[HealthCheck.too_slow],
)
fuzzed = settings.get_profile("zachetka-fuzz")


def outcome(call, *, errors, at_most_bytes):
    """Give what a call returns or which of the allowed errors it raises, within its memory."""
    tracemalloc.start()
    try:
        found = call()
    except errors as error:
        found = error
    finally:
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    # Pytest's --hypothesis-show-statistics tells how many inputs got how far.
    event(type(found).__name__)
    assert peak_bytes <= at_most_bytes
    return found
