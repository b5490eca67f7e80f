import math
from pathlib import Path

import pytest

from zachetka.errors import InfrastructureError
from zachetka.probe import load_probe

FACTOR = 2


def twice(x):
    return x * FACTOR


def pure(nb, *, x: Path, n: int = 3) -> "list[int]":
    """Say nothing."""
    import math

    def inner(y):
        return math.floor(y) + n

    class Counter:
        total = 0

        def add(self, y):
            self.total += y
            return self

    try:
        return [inner(item) for item in nb.f(x)] + [Counter().add(1).total, len(str(x))]
    except (ValueError, KeyError):
        return []


def reads_a_constant(nb):
    return nb.f(FACTOR)


def calls_a_function(nb):
    return twice(nb.f(1))


def uses_a_module(nb):
    return math.floor(nb.f(1))


def uses_it_in_a_lambda(nb):
    return list(map(lambda x: x + FACTOR, nb.f(1)))  # noqa: C417 - a lambda on purpose


def uses_it_in_a_nested_function(nb):
    def inner():
        return [twice(x) for x in nb.f(1)]

    return inner()


def uses_it_in_a_class(nb):
    class Inner:
        value = FACTOR

    return nb.f(Inner.value)


def uses_it_in_a_default(nb, *, factor=FACTOR):
    return nb.f(factor)


def writes_a_global(nb):
    global WRITTEN  # noqa: PLW0603 - what is refused
    WRITTEN = nb.f(1)


@pytest.mark.parametrize(
    ("probe", "name"),
    [
        (reads_a_constant, "FACTOR"),
        (calls_a_function, "twice"),
        (uses_a_module, "math"),
        (uses_it_in_a_lambda, "FACTOR"),
        (uses_it_in_a_nested_function, "twice"),
        (uses_it_in_a_class, "FACTOR"),
        (uses_it_in_a_default, "FACTOR"),
        (writes_a_global, "WRITTEN"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_probe_that_needs_its_file_is_refused_by_name(probe, name):
    with pytest.raises(InfrastructureError) as caught:
        load_probe(probe)
    assert probe.__name__ in str(caught.value)
    assert f"uses {name} of the grader's file" in str(caught.value)


def test_a_probe_inside_a_function_is_refused():
    def local(nb):
        return nb

    with pytest.raises(InfrastructureError, match="not at module level"):
        load_probe(local)


def test_a_method_is_refused():
    class Grader:
        def method(self, nb):
            return nb

    with pytest.raises(InfrastructureError, match="not at module level"):
        load_probe(Grader.method)


def test_a_lambda_is_refused():
    with pytest.raises(InfrastructureError, match="not at module level"):
        load_probe(lambda nb: nb)


def test_a_probe_without_a_source_is_refused():
    module = {}
    exec("def made(nb):\n    return 1", module)  # noqa: S102 - what a probe must not come from
    with pytest.raises(InfrastructureError, match="no source"):
        load_probe(module["made"])


def test_the_source_of_a_pure_probe_runs_where_nothing_of_its_file_is():
    probe = load_probe(pure)
    assert "Path" not in probe.source
    module = {}
    exec(compile(probe.source, "<probe>", "exec"), module)  # noqa: S102 - as the kernel does
    notebook = type("Notebook", (), {"f": staticmethod(lambda x: [x, x + 0.5])})
    assert module[probe.name](notebook, x=1) == [4, 4, 1, 1]
