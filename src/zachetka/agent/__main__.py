"""Entry point of the sandbox: `python -P -s -m zachetka.agent`.

The whole contract. Standard input and output are the wire (see `zachetka.protocol.frames`); they
move to private descriptors before anything else happens, so nothing that a notebook prints can
reach them. The host speaks first and last; the agent ends when the host closes its end.

    host  -> {"type": "run", "cells": [{"index": 3, "source": "..."}], "limits": {...}}
    agent -> {"type": "hello", ...}                     before the first answer
    agent -> {"type": "start", "index": 3}              a cell begins
    agent -> {"type": "cell", "index": 3, "status": "ok", ...}    one per cell
    agent -> {"type": "ran", ...}                       all cells have ended
    host  -> {"type": "probe", "source": "def ...", "inputs": <tree>, ...} + blob
    agent -> {"type": "value", "value": <tree>} + blob  or  {"type": "fault", "cause": ...}
             or {"type": "lost"}                        there is no kernel left to ask
    host  -> {"type": "renew"}                          done with this notebook
    agent -> {"type": "hello", ...}                     ready for another one

Two processes: this one imports what notebooks import, forks kernels on request and takes the
whole sandbox down when the host is gone (`forkserver`); its first child drives the notebook and
answers the host (`driver`). As PID 1 of its sandbox this one cannot be stopped by the others.
"""

from __future__ import annotations

import os
import shutil

# Before torch or numpy load: threads of parallel jobs would fight for the same cores.
for _variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")


def main() -> None:
    """Serve until the host hangs up, and exit."""
    from zachetka.agent.confine import confine
    from zachetka.agent.wire import take_over_stdio

    temporary = os.environ.pop("ZACHETKA_REMOVE", None)
    wire = take_over_stdio()
    confine()
    os.chdir(os.environ["HOME"])

    from zachetka.agent import driver, forkserver, probing

    forkserver.preload()
    probing.warm_up()
    status = 1
    try:
        status = forkserver.serve(wire, driver.serve)
    finally:
        if temporary is not None:
            forkserver.end_children()
            shutil.rmtree(temporary, ignore_errors=True)
        os._exit(status)


if __name__ == "__main__":
    main()
