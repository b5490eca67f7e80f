"""Entry point of the sandbox: `python -P -s -m zachetka.agent`.

The whole contract. Standard input and output are the wire (see `zachetka.protocol.frames`); they
move to private descriptors before anything else happens, so nothing that a notebook prints can
reach them. The agent greets first, in a sandbox of rooms as soon as the host opens one (`warm`);
the host speaks last, and the agent ends when the host closes its end.

    agent -> {"type": "hello", ...}                     ready
    host  -> {"type": "run", "cells": [{"index": 3, "source": "..."}], "limits": {...}}
    agent -> {"type": "start", "index": 3}              a cell begins
    agent -> {"type": "cell", "index": 3, "status": "ok", ...}    one per cell
    agent -> {"type": "ran", ...}                       all cells have ended
    host  -> {"type": "probe", "source": "def ...", "inputs": <tree>, ...} + blob
    agent -> {"type": "value", "value": <tree>} + blob  or  {"type": "fault", "cause": ...}
             or {"type": "lost"}                        there is no kernel left to ask
    host  -> {"type": "end"}                            done with this notebook

Two processes: this one imports what notebooks import, forks kernels on request and takes the
whole sandbox down when the host is gone (`forkserver`); its first child drives the notebook and
answers the host (`driver`). As PID 1 of its sandbox this one cannot be stopped by the others.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zachetka.agent.wire import Wire

# Before torch or numpy load: threads of parallel jobs would fight for the same cores.
for _variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")


def main() -> None:
    """Serve until the host hangs up, and exit."""
    from zachetka.agent import warm
    from zachetka.agent.confine import confine
    from zachetka.agent.wire import take_over_stdio

    temporary = os.environ.pop("ZACHETKA_REMOVE", None)
    rooms = warm.rooms_asked_for()
    wire = take_over_stdio()
    if rooms is not None:
        os._exit(
            warm.keep(wire, rooms, lambda: load(often_used=True), lambda: live(wire, alone=True))
        )
    confine()
    os.chdir(os.environ["HOME"])
    load()
    status = 1
    try:
        status = live(wire)
    finally:
        if temporary is not None:
            from zachetka.agent import forkserver

            forkserver.end_children()
            shutil.rmtree(temporary, ignore_errors=True)
        os._exit(status)


def load(*, often_used: bool = False) -> None:
    """Import what notebooks import; what not all of them do is worth its time for several."""
    from zachetka.agent import forkserver, kernel_process, probing

    forkserver.preload(often_used=often_used)
    probing.warm_up()
    kernel_process.warm_up()


def live(wire: Wire, *, alone: bool = False) -> int:
    """Serve one notebook, and give the exit status of its sandbox or room."""
    from zachetka.agent import driver, forkserver

    return forkserver.serve(wire, driver.serve, alone=alone)


if __name__ == "__main__":
    main()
