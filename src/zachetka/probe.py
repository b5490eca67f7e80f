"""Probes: module-level functions of a grader whose source travels to the kernel.

A probe sees `nb`, its inputs and what it imports itself. That it uses nothing else is checked
here, outside, so that a teacher's slip shows as a clear error and not as a student's zero.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zachetka.errors import InfrastructureError

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe ready to travel."""

    name: str
    source: str


@functools.cache
def load_probe(function: Callable[..., Any]) -> Probe:
    """Take the source of a probe.

    Raises:
        InfrastructureError: it is no module-level function, or it uses names of its own file.
    """
    name = function.__name__
    if "<" in function.__qualname__ or "." in function.__qualname__:
        raise InfrastructureError(f"the probe {function.__qualname__} is not at module level")
    try:
        source = _strip_annotations(textwrap.dedent(inspect.getsource(function)))
    except OSError as error:
        raise InfrastructureError(f"the probe {name} has no source to send: {error}") from error
    foreign = sorted(foreign_names(source) - {name})
    if foreign:
        raise InfrastructureError(
            f"the probe {name} uses {', '.join(foreign)} of the grader's file, which does not "
            "travel: import inside the probe, and pass values as inputs"
        )
    return Probe(name, source)


def foreign_names(source: str) -> set[str]:
    """Give the globals that a source reads, defaults of arguments included, except for builtins."""
    pending, found = [compile(source, "<probe>", "exec")], set()
    while pending:
        code = pending.pop()
        pending.extend(const for const in code.co_consts if inspect.iscode(const))
        found |= _global_loads(code)
    return {name for name in found if not hasattr(builtins, name)}


def _global_loads(code: Any) -> set[str]:
    import dis

    operations = {"LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL"}
    steps = list(dis.get_instructions(code))
    loads = {step.argval for step in steps if step.opname in operations}
    # A class body inside a probe stores and loads its own names and these.
    own = {step.argval for step in steps if step.opname == "STORE_NAME"}
    return loads - own - {"__name__", "__qualname__", "__module__", "__firstlineno__"}


def _strip_annotations(source: str) -> str:
    """Remove the signature's annotations, whose names do not travel either."""
    tree = ast.parse(source)
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.returns = None
    function.decorator_list = []
    arguments = function.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        argument.annotation = None
    return ast.unparse(tree)
