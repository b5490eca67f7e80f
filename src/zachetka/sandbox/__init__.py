"""Ways to run a stranger's code, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zachetka.errors import UsageError

if TYPE_CHECKING:
    from zachetka.sandbox.base import Sandbox

AUTO = ("docker", "bubblewrap")


def backends() -> dict[str, Sandbox]:
    """Give every backend by its name, available here or not."""
    from zachetka.sandbox.bubblewrap import BubblewrapSandbox
    from zachetka.sandbox.docker import DockerSandbox
    from zachetka.sandbox.none import NoneSandbox

    return {
        sandbox.name: sandbox for sandbox in (DockerSandbox(), BubblewrapSandbox(), NoneSandbox())
    }


def choose(name: str, passed_over: list[str] | None = None) -> Sandbox:
    """Give the backend of a name; `auto` is docker, else bubblewrap, and never `none`.

    Args:
        name: of a backend, or `auto`.
        passed_over: takes why a better one cannot be used here.

    Raises:
        UsageError: unknown, or not usable here; the message says what to install.
    """
    known = backends()
    if name != "auto":
        if name not in known:
            raise UsageError(f"there is no sandbox {name!r}; there are auto, {', '.join(known)}")
        reason = known[name].unavailable()
        if reason:
            raise UsageError(f"the sandbox {name!r} cannot be used here: {reason}")
        return known[name]
    reasons = [] if passed_over is None else passed_over
    for candidate in AUTO:
        reason = known[candidate].unavailable()
        if reason is None:
            return known[candidate]
        reasons.append(f"{candidate}: {reason}")
    raise UsageError("no sandbox can be used here. " + "; ".join(reasons))
