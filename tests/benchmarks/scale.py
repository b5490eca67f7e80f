"""How a batch grows with the class: `make scale` grades made classes of 100 to 3,000 notebooks.

The notebooks are all different and next to empty, so that what is seen is the batch's own cost:
reading, planning, storing, the summary and all the pages. CPU time is that of the whole machine.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from bench import COURSE, Meter, idle_cpu, say

SIZES = (100, 1000, 3000)
_LOOK_S = 0.02


@dataclass(frozen=True)
class Growth:
    """What a class of one size has cost."""

    submissions: int
    before_first_s: float
    wall_s: float
    cpu_s: float
    peak_bytes: int


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--sandbox", default="auto")
    parser.add_argument("--isolation", default="warm")
    arguments = parser.parse_args()
    idle = idle_cpu()
    rows = ["| submissions | before the first, s | wall s | wall each | CPU each | parent MiB |"]
    rows.append("|" + " --- |" * 6)
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory(prefix="zachetka-scale-") as folder:
            found = measure(Path(folder), size, idle, arguments)
        rows.append(
            f"| {size} | {found.before_first_s:.1f} | {found.wall_s:.0f} | "
            f"{found.wall_s / size:.3f} | {found.cpu_s / size:.3f} | {found.peak_bytes >> 20} |"
        )
        say(rows[-1])
    print("\n".join(rows))  # noqa: T201 - what the program is for


def measure(folder: Path, size: int, idle: float, arguments: argparse.Namespace) -> Growth:
    """Grade a class of so many."""
    make_class(folder / "class", size)
    program = Path(sys.executable).with_name("zachetka")
    command = [program, "batch", "mlp", folder / "class", "--out", folder / "out"]
    command += ["--course", COURSE, "--sandbox", arguments.sandbox]
    command += ["--isolation", arguments.isolation, "--allow-watched-memory"]
    with Meter(idle) as meter, (folder / "log").open("w") as log:
        started = time.monotonic()
        batch = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        watch = Watch(batch.pid, started)
        code = batch.wait()
        watch.join()
    reports = len(list((folder / "out").glob("*.json"))) - 1
    if code or reports != size or not (folder / "out" / "class.html").exists():
        say(f"left with {code} and {reports} reports: {(folder / 'log').read_text()[-2000:]}")
    return Growth(size, watch.before_first_s, meter.wall_s, meter.cpu_s, watch.peak_bytes)


class Watch(threading.Thread):
    """Looks at a batch from outside: when its first agent starts, how large it becomes itself."""

    def __init__(self, pid: int, started: float) -> None:
        super().__init__()
        self._pid, self._began = pid, started
        self.before_first_s = float("nan")
        self.peak_bytes = 0
        self.start()

    def run(self) -> None:
        """Look until the batch is gone."""
        while (status := _read(self._pid, "status")) and "VmHWM:" in status:
            peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
            self.peak_bytes = int(peak.split()[1]) << 10
            if self.before_first_s != self.before_first_s and _agent_runs():
                self.before_first_s = time.monotonic() - self._began
            time.sleep(_LOOK_S)


def _agent_runs() -> bool:
    pids = (int(path.name) for path in Path("/proc").glob("[0-9]*"))
    return any("zachetka.agent" in _read(pid, "cmdline") for pid in pids)


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except OSError:
        return ""


def make_class(folder: Path, size: int) -> None:
    """Write so many notebooks that differ."""
    folder.mkdir()
    for number in range(size):
        cell = nbformat.v4.new_code_cell(f"number = {number}", id="cell")
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / f"s{number:05}.ipynb")


if __name__ == "__main__":
    main()
