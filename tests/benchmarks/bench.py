"""Grades the same notebooks with Zachetka and with what people use, side by side in one run.

`make bench` runs it, and writes tests/benchmarks/RESULTS.md. The other tools come from PyPI into an
environment of their own, which borrows torch and the like from ours. CPU time is that of the whole
machine, less what it does when idle, since an engine's containers are nobody's children: let
nothing else run meanwhile.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import peers

from zachetka.sandbox import backends

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
COURSE = HERE.parents[1]
PATH = f"{HERE}{os.pathsep}{COURSE / 'src'}"  # of programs that are measured
TOOLS = ("nbgrader==0.9.6", "otter-grader==7.0.0", "papermill==2.7.0")
ASSIGNMENTS = ("mlp", "weight-init", "activations")
COLD_IMPORT = (
    "import torch, torch._dynamo, numpy, sklearn.svm, matplotlib.pyplot, ipykernel.kernelapp"
)
_ALL_POINTS = 0.999
TICKS = os.sysconf("SC_CLK_TCK")
CORES = len(os.sched_getaffinity(0))


@dataclass
class Sample:
    """What one run over a class has cost."""

    tool: str
    assignment: str
    submissions: int
    wall_s: float
    cpu_s: float
    peak_bytes: int
    first_s: float
    each_s: list[float] = field(default_factory=list)


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=8, help="submissions to each assignment")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--assignments", nargs="*", default=ASSIGNMENTS)
    parser.add_argument("--only", nargs="*", default=(), help="tools whose names hold one of these")
    parser.add_argument("--page", type=Path)
    arguments = parser.parse_args()
    tools = install_tools(COURSE / ".venv-bench")
    with tempfile.TemporaryDirectory(prefix="zachetka-bench-") as folder:
        page = to_page(measure_all(arguments, Path(folder), tools), arguments)
        if arguments.page:
            arguments.page.write_text(page, "utf-8")  # whatever becomes of the rest
        if not arguments.only:
            page += steps_table(split_all(arguments, Path(folder)))
    print(page)  # noqa: T201 - what the program is for
    if arguments.page:
        arguments.page.write_text(page, "utf-8")


def install_tools(place: Path) -> Path:
    """Give the folder of the other tools' programs, installed from PyPI if they are not yet."""
    programs = place / "bin"
    done = place / ".installed"
    if not (done.exists() and done.read_text() == " ".join(TOOLS)):
        say(f"installing {', '.join(TOOLS)} in {place}")
        venv.create(place, with_pip=True, clear=True)
        subprocess.run([programs / "pip", "install", "-q", *TOOLS], check=True)
        site = next(place.glob("lib/python3*/site-packages"))
        ours = [path for path in sys.path if path.endswith("site-packages")]
        # After its own packages: what they do not bring is the same as ours.
        (site / "zachetka-bench.pth").write_text("\n".join([*ours, str(COURSE / "src")]))
        done.write_text(" ".join(TOOLS))
    return programs


def contenders(work: peers.Classwork, folder: Path, tools: Path) -> list[Any]:
    """List who grades this class, and in which order."""
    found: list[Any] = []
    for sandbox in ("docker", "bubblewrap"):
        if (reason := backends()[sandbox].unavailable()) is not None:
            say(f"without {sandbox}: {reason}")
            continue
        for isolation in ("warm", "fresh"):
            for jobs in sorted({1, CORES}):
                place = folder / f"{sandbox}-{isolation}-{jobs}"
                ours = peers.Ours(place, work, sandbox=sandbox, isolation=isolation, jobs=jobs)
                ours.name += f", --jobs {jobs}"
                found.append(ours)
    others = (peers.Nbgrader, peers.Otter, peers.Papermill)
    return found + [peer(folder / peer.name, work, tools) for peer in others]


def measure_all(
    arguments: argparse.Namespace, folder: Path, tools: Path
) -> dict[str, list[Sample]]:
    """Let all of them grade every class, in turns."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    environment["PATH"] = f"{tools}{os.pathsep}{environment['PATH']}"
    environment["ZACHETKA_PROGRAM"] = str(Path(sys.executable).with_name("zachetka"))
    idle = idle_cpu()
    samples: dict[str, list[Sample]] = {}
    for assignment in arguments.assignments:
        work = peers.make_class(COURSE, assignment, arguments.count)
        environment["ZACHETKA_BENCH_GRADER"] = str(work.grader)
        os.environ["ZACHETKA_PROGRAM"] = environment["ZACHETKA_PROGRAM"]
        everyone = [
            tool
            for tool in contenders(work, folder / assignment, tools)
            if not arguments.only or any(part in tool.name for part in arguments.only)
        ]
        for tool in everyone:
            for command in tool.prepare():
                subprocess.run(command, cwd=tool.folder, env=environment, check=True)
        expected: dict[str, bool] | None = None
        for number in range(arguments.rounds):
            samples.setdefault("floor", []).append(
                floor(work, folder / assignment / f"floor{number}", environment)
            )
            for tool in everyone:
                sample = measure(tool, assignment, environment, idle)
                samples.setdefault(tool.name, []).append(sample)
                # The other tools give all of a task's points or none.
                scores = {key: value > _ALL_POINTS for key, value in sorted(tool.scores().items())}
                expected = expected or scores
                if scores != expected:
                    say(f"{tool.name} does not say what the first one said: {scores} {expected}")
    samples["cold import"] = [cold_import(environment, idle)]
    return samples


def split_all(arguments: argparse.Namespace, folder: Path) -> dict[str, dict[str, float]]:
    """See where our own cost goes: CPU seconds by step, for each way to grade."""
    found = {}
    for assignment in arguments.assignments:
        work = peers.make_class(COURSE, assignment, arguments.count)
        notebooks = work.write(folder / f"{assignment}-split")
        found[f"{assignment}, floor"] = floor_steps(work, notebooks)
        for sandbox in ("docker", "bubblewrap"):
            if backends()[sandbox].unavailable() is None:
                for isolation in ("warm", "fresh"):
                    command = [sys.executable, HERE / "split.py", assignment, sandbox, isolation]
                    spent = subprocess.run(
                        [*command, *notebooks],
                        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": PATH},
                        stdout=subprocess.PIPE,
                        check=True,
                    ).stdout
                    found[f"{assignment}, {sandbox}, {isolation}"] = json.loads(spent)
    return found


def measure(tool: Any, assignment: str, environment: dict[str, str], idle: float) -> Sample:
    """Run a tool over its class once."""
    tool.forget()
    started_at = time.time()
    with Meter(idle) as meter, (tool.folder / "log").open("w") as log:
        subprocess.run(
            tool.command(),
            cwd=tool.folder,
            env=environment,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    written = sorted(path.stat().st_mtime - started_at for path in tool.outputs())
    count = len(tool.work.notebooks)
    if len(written) != count:
        say(f"{tool.name}: {len(written)} of {count} graded:")
        say((tool.folder / "log").read_text()[-2000:])
    each = [after - before for before, after in zip([0.0, *written], written, strict=False)]
    sample = Sample(
        tool.name,
        assignment,
        count,
        meter.wall_s,
        meter.cpu_s,
        meter.peak_bytes,
        written[0] if written else float("nan"),
        each,
    )
    say(f"{tool.name}, {assignment}: {sample.cpu_s / count:.2f} CPU s each")
    return sample


class Meter:
    """Measures the machine for a while."""

    def __init__(self, idle: float) -> None:
        self._idle = idle
        self._end = threading.Event()

    def __enter__(self) -> Self:
        self._lowest = self._highest = used_bytes()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        self._busy, self._started = busy_s(), time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall_s = time.monotonic() - self._started
        self.cpu_s = busy_s() - self._busy - self._idle * self.wall_s
        self._end.set()
        self._thread.join()
        self.peak_bytes = self._highest - self._lowest

    def _watch(self) -> None:
        # What ran before may still be on its way out at the start, and this at the end.
        while not self._end.wait(0.1):
            used = used_bytes()
            self._lowest, self._highest = min(self._lowest, used), max(self._highest, used)


def busy_s() -> float:
    """Give the CPU seconds that the whole machine has worked since it started; see proc(5)."""
    fields = list(map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]))
    user, nice, system, _, _, irq, soft_irq = fields[:7]
    return (user + nice + system + irq + soft_irq) / TICKS


def used_bytes() -> int:
    """Give what all processes have in memory, shared pages counted once; see proc(5)."""
    return _memory("AnonPages") + _memory("Mapped")


def _memory(what: str) -> int:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) * 1024


def idle_cpu() -> float:
    """Give how many CPU seconds the machine uses in a second by itself."""
    before, started = busy_s(), time.monotonic()
    time.sleep(5)
    idle = (busy_s() - before) / (time.monotonic() - started)
    if idle > 0.1 * CORES:
        say(f"the machine is busy by itself ({idle:.2f} CPU s per s): the figures will be noisy")
    return idle


def floor(work: peers.Classwork, folder: Path, environment: dict[str, str]) -> Sample:
    """Run the cells and checks in one process."""
    notebooks = work.write(folder)
    with Meter(0.0) as meter:
        results = run_floor(work, notebooks, environment)
    return Sample(
        "floor",
        work.assignment,
        len(results),
        sum(result["wall_s"] for result in results),
        sum(result["cpu_s"] for result in results),
        meter.peak_bytes,
        float("nan"),
        [result["wall_s"] for result in results],
    )


def run_floor(
    work: peers.Classwork, notebooks: list[Path], environment: dict[str, str]
) -> list[dict[str, Any]]:
    """Give what the floor says of each notebook."""
    lines = subprocess.run(
        [sys.executable, HERE / "floor.py", work.grader, *notebooks],
        env=environment | {"PYTHONPATH": PATH},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout.splitlines()
    return [json.loads(line) for line in lines]


def floor_steps(work: peers.Classwork, notebooks: list[Path]) -> dict[str, float]:
    """Give the CPU seconds of a submission in the floor, under the names of our own steps."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    # The first one has paid for everybody, as in split.py.
    _, *each = run_floor(work, [notebooks[0], *notebooks], environment)
    whole, cells = (
        statistics.mean(result[name] for result in each) for name in ("cpu_s", "cells_cpu_s")
    )
    return {"kernel and cells": cells, "probes, checks, report": whole - cells}


def cold_import(environment: dict[str, str], idle: float) -> Sample:
    """Import once, in a process of its own, what notebooks of these courses import."""
    with Meter(idle) as meter:
        subprocess.run([sys.executable, "-c", COLD_IMPORT], env=environment, check=True)
    return Sample("cold import", "", 1, meter.wall_s, meter.cpu_s, meter.peak_bytes, meter.wall_s)


def to_page(samples: dict[str, list[Sample]], arguments: argparse.Namespace) -> str:
    """Give the figures as Markdown."""
    now = datetime.now(UTC).date()
    memory = int(_memory("MemAvailable") / 2**30)
    command = shlex.join(["bench.py", *sys.argv[1:]])
    about = (
        f"Written by `{command}` on {now}: {arguments.count} submissions to each of "
        f"{', '.join(arguments.assignments)}, {arguments.rounds} round(s), the same notebooks and "
        "the same checks for everyone, one tool after the other. "
        f"{CORES} cores of {cpu_name()}, {memory} GiB free, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}, torch {version('torch')}; "
        f"{', '.join(TOOLS)}."
    )
    terms = (
        "*CPU* is that of the whole machine, less what it does when idle, per submission. *Wall* "
        "is the time between two results, where they come one after the other. *Floor* is the "
        "same cells and checks in one process that has everything loaded, nothing kept apart. "
        "*Peak* is the largest use of memory by all processes together, those before the run left "
        "out and shared pages counted once."
    )
    columns = ("tool", "CPU s each", "of the floor", "wall s, median", "worst", "per minute")
    columns += ("first after s", "peak MiB")
    rows = ["# What grading a submission costs", "", about, "", terms, ""]
    rows += [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    least = _cpu_each(samples["floor"])
    for tool, found in samples.items():
        each = [second for sample in found for second in sample.each_s]
        count, wall = (sum(getattr(s, name) for s in found) for name in ("submissions", "wall_s"))
        cpu = _cpu_each(found)
        rows.append(
            f"| {tool} | {cpu:.2f} | {cpu / least:.1f} | "
            f"{statistics.median(each) if each else wall:.2f} | {max(each, default=wall):.2f} | "
            f"{60 * count / wall:.0f} | {_first(found)} | "
            f"{max(s.peak_bytes for s in found) >> 20} |"
        )
    return "\n".join(rows) + "\n"


def steps_table(steps: dict[str, dict[str, float]]) -> str:
    """Give the steps of our own cost as Markdown."""
    names = list(max(steps.values(), key=len))
    rows = ["", "## Where our own CPU seconds go", ""]
    about = (
        "Of each submission after a worker's first; trusted side and sandbox together. *Above* is "
        "what it costs more than its own cells do in the floor: with the floor, the checks alone."
    )
    rows += [about, ""]
    rows += [f"| graded | {' | '.join(names)} | all | above |", f"|{' --- |' * (len(names) + 3)}"]
    for name, spent in steps.items():
        cells = steps[f"{name.partition(',')[0]}, floor"]["kernel and cells"]
        each = [f"{spent[step]:.2f}" if step in spent else "–" for step in names]
        whole = sum(spent.values())
        rows.append(f"| {name} | {' | '.join(each)} | {whole:.2f} | {whole - cells:.2f} |")
    return "\n".join(rows) + "\n"


def _first(samples: Sequence[Sample]) -> str:
    first = statistics.median(sample.first_s for sample in samples)
    return "–" if math.isnan(first) else f"{first:.1f}"


def _cpu_each(samples: Sequence[Sample]) -> float:
    return sum(s.cpu_s for s in samples) / sum(s.submissions for s in samples)


def cpu_name() -> str:
    """Give what the processor calls itself."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def say(text: str) -> None:
    """Tell who waits."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - what the program is for


if __name__ == "__main__":
    main()
