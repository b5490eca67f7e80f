"""The least that it can cost: the same cells and checks in one warm process, nothing kept apart.

Usage: floor.py GRADER NOTEBOOK...; prints a JSON line for each.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import json
import os
import sys
import time
from pathlib import Path

import matplotlib as mpl
import nbformat

mpl.use("agg")

import inline
import sklearn.datasets
import sklearn.model_selection
import sklearn.svm  # noqa: F401

from zachetka.agent.probing import warm_up


def run(notebook: Path) -> dict[str, object]:
    """Run the cells in the order they stand in, as far as they run."""
    names: dict[str, object] = {"__name__": "__main__", "__builtins__": builtins}
    for cell in nbformat.read(notebook, 4).cells:
        if cell.cell_type != "code":
            continue
        lines = [line for line in cell.source.splitlines() if not line.startswith(("%", "!"))]
        with contextlib.suppress(Exception):
            exec(compile("\n".join(lines), "<cell>", "exec"), names)  # noqa: S102 - our references
    return names


def main() -> None:
    """Grade what the command line names, one after the other."""
    grader, *notebooks = map(Path, sys.argv[1:])
    inline.load_checks(grader)
    warm_up()
    os.environ["ZACHETKA_BENCH_GRADER"] = str(grader)
    for notebook in notebooks:
        wall, cpu = time.monotonic(), time.process_time()
        with contextlib.redirect_stdout(io.StringIO()):
            names = run(notebook)
            cells_cpu = time.process_time() - cpu
            failed = inline.failures(grader, names)
        line = {
            "student": notebook.stem,
            "wall_s": time.monotonic() - wall,
            "cpu_s": time.process_time() - cpu,
            "cells_cpu_s": cells_cpu,
            "failed": sorted(failed),
        }
        print(json.dumps(line), flush=True)  # noqa: T201 - what the program is for


if __name__ == "__main__":
    main()
