import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fake_grading
import psutil
import pytest

from zachetka import batch, plan
from zachetka.errors import InfrastructureError, UsageError
from zachetka.manifest import Manifest
from zachetka.pool import Done, LocalPool, results
from zachetka.report.model import from_json
from zachetka.report.names import report_names

MANIFEST = Manifest.model_validate(
    {
        "schema": "zachetka.assignment/1",
        "name": "mlp",
        "version": "1",
        "title": {"en": "A", "ru": "A"},
        "tasks": {"train": {"weight": 100, "names": ["train"]}},
    }
)


class ThreadPool:
    """An executor that is no process pool, as a cluster's would be."""

    width = 2

    def open(self):
        self.executor = ThreadPoolExecutor(self.width)
        return self.executor

    def close(self):
        self.executor.shutdown()

    def end(self):
        self.executor.shutdown(cancel_futures=True)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def make_batch(folder, orders=(), work=fake_grading.grade):
    for name, order in dict(orders).items():
        (folder / name).write_text(order)
    out = folder.parent / "out"
    batch.prepare_output(out)
    paths = sorted(folder.glob("*.ipynb"))
    jobs = tuple(fake_grading.FakeJob("mlp", path, path.stem) for path in paths)
    return batch.Batch(make_plan(jobs), out, work)


def make_plan(jobs=(), ready=(), stored=()):
    students = [*(job.student for job in jobs), *dict(ready)]
    return plan.Plan(
        plan.Settings(Path(), MANIFEST, "none"),
        jobs,
        dict(ready),
        {},
        report_names(students),
        {student: plan.About() for student in students},
        dict(stored),
    )


def stored(out):
    return {path.name: json.loads(path.read_text("utf-8")) for path in out.glob("*.json")}


def test_every_submission_gets_its_report(folder):
    made = make_batch(folder, {"a.ipynb": "pass", "b.ipynb": "pass"})
    seen = []
    outcome = batch.run_batch(made, ThreadPool(), seen.append)
    assert sorted(stored(made.out)) == ["a.json", "b.json", "summary.json"]
    assert [row.student for row in sorted(seen, key=lambda row: row.student)] == ["a", "b"]
    assert (outcome.errors, outcome.interrupted) == (0, False)
    assert stored(made.out)["summary.json"]["complete"] is True
    assert (made.out / "summary.csv").read_text().startswith("student,status,score,max_score,train")


def test_two_students_with_one_name_are_both_kept_and_flagged(folder):
    made = make_batch(folder, {"Anna.ipynb": "pass", "anna.ipynb": "pass", "b.ipynb": "pass"})
    batch.run_batch(made, ThreadPool())
    reports = stored(made.out)
    assert len(reports) == 4
    assert {name for name, report in reports.items() if report.get("flags")} == set(reports) - {
        "b.json",
        "summary.json",
    }


def test_an_exception_of_ours_is_an_error_and_no_score(folder):
    made = make_batch(folder, {"a.ipynb": "raise a bug", "b.ipynb": "pass"})
    outcome = batch.run_batch(made, ThreadPool())
    report = stored(made.out)["a.json"]
    assert outcome.errors == 1
    assert (report["status"], report["score"]) == ("error", None)
    assert "a bug" in report["message"]
    assert stored(made.out)["b.json"]["score"] == 1.0


def test_what_we_say_of_a_course_is_said_as_it_is(folder):
    made = make_batch(folder, {"a.ipynb": "refuse there is no grader at all"})
    batch.run_batch(made, ThreadPool())
    assert stored(made.out)["a.json"]["message"] == "there is no grader at all"


@pytest.mark.parametrize("names", [("caf\xe9", "cafe\u0301"), ("a\x01", "a\x02"), ("b ", " B")])
def test_names_that_no_report_tells_apart_are_flagged(folder, names):
    made = make_batch(folder, {f"{name}.ipynb": "pass" for name in (*names, "c")})
    outcome = batch.run_batch(made, ThreadPool())
    assert sorted(len(row.flags) for row in outcome.rows) == [0, 1, 1]


def test_only_so_many_jobs_are_in_flight(folder):
    class Counting(ThreadPool):
        most = 0

        def open(self):
            executor = super().open()
            submit, pending = executor.submit, []

            def counted(*args):
                pending.append(submit(*args))
                self.most = max(self.most, sum(not future.done() for future in pending))
                return pending[-1]

            executor.submit = counted
            return executor

    pool = Counting()
    made = make_batch(folder, {f"{number:03}.ipynb": "sleep 0.005" for number in range(40)})
    batch.run_batch(made, pool)
    assert pool.most == pool.width


def test_a_report_that_cannot_be_stored_is_our_error_and_the_batch_goes_on(folder):
    made = make_batch(folder, {"a.ipynb": "pass", "b.ipynb": "pass"})
    (made.out / "a.json").mkdir()
    outcome = batch.run_batch(made, ThreadPool())
    assert {row.student: row.status for row in outcome.rows} == {"a": "error", "b": "graded"}
    assert outcome.errors == 1
    assert from_json((made.out / "b.json").read_bytes()).score == 1.0


def test_a_summary_that_cannot_be_stored_is_said(folder):
    made = make_batch(folder, {"a.ipynb": "pass"})
    (made.out / "summary.csv").mkdir()
    with pytest.raises(InfrastructureError, match="cannot write the summary"):
        batch.run_batch(made, ThreadPool())


def test_old_summaries_and_leftovers_are_removed(folder):
    out = folder / "out"
    out.mkdir()
    for name in ("summary.json", "summary.csv", ".zachetka-1.tmp", "a.json"):
        (out / name).touch()
    batch.prepare_output(out)
    assert [path.name for path in out.iterdir()] == ["a.json"]
    with pytest.raises(UsageError, match="cannot write"):
        batch.prepare_output(out / "a.json")


def test_workers_that_die_cost_their_own_job_only(folder, tmp_path):
    orders = {f"{name}.ipynb": "pass" for name in "bcef"}
    orders |= {"a.ipynb": "die", "d.ipynb": f"die_once {tmp_path / 'mark'}"}
    made = make_batch(folder, orders)
    outcome = batch.run_batch(made, LocalPool(2))
    statuses = {row.student: row.status for row in outcome.rows}
    assert statuses == dict.fromkeys("bcdef", "graded") | {"a": "error"}
    assert "worker process died" in stored(made.out)["a.json"]["message"]


RUN = """
import signal
import sys
from pathlib import Path
import test_batch
from zachetka import batch, pool
if __name__ == "__main__":
    # Whoever runs the tests in the background has it ignored, and so would this process.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    made = test_batch.make_batch(Path(sys.argv[1]))
    outcome = batch.run_batch(made, pool.LocalPool(2))
    sys.exit(130 if outcome.interrupted else 0)
"""


@pytest.fixture
def started(folder, tmp_path):
    """A batch in a process group of its own, with a child of the work running."""
    (folder / "a.ipynb").write_text("pass")
    (folder / "b.ipynb").write_text(f"child {tmp_path / 'child'}")
    (folder / "c.ipynb").write_text(f"swallow {tmp_path / 'worker'}")
    script = tmp_path / "run.py"
    script.write_text(RUN)
    here = str(Path(__file__).parent)
    process = subprocess.Popen(
        [sys.executable, str(script), str(folder)],
        env=os.environ | {"PYTHONPATH": here},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until(lambda: all((tmp_path / name).exists() for name in ("child", "worker", "out/a.json")))
    time.sleep(0.2)
    pids = [int((tmp_path / name).read_text()) for name in ("child", "worker")]
    yield process, pids, tmp_path / "out"
    process.kill()
    process.wait()


def until(condition, timeout_s=60):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def alive(pids):
    return [pid for pid in pids if is_alive(pid)]


def is_alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_ctrl_c_keeps_what_is_finished_and_leaves_no_process(started):
    process, pids, out = started
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 130
    assert stderr == ""
    assert alive(pids) == []
    reports = stored(out)
    assert sorted(reports) == ["a.json", "summary.json"]
    assert reports["summary.json"]["complete"] is False
    assert list(out.glob(".*")) == []


WARM_UP = """
import signal
import time
from zachetka import pool
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    pool.LocalPool(1).warm_up()
    print("begun", flush=True)
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        pass
"""


@pytest.mark.parametrize("after_s", [0.0, 0.3, 0.8])
def test_ctrl_c_while_workers_warm_up_says_nothing(tmp_path, after_s):
    script = tmp_path / "run.py"
    script.write_text(WARM_UP)
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "begun\n"
    time.sleep(after_s)
    os.killpg(process.pid, signal.SIGINT)
    # To the end of what holds the pipes, the process that warms up among them.
    _, stderr = process.communicate(timeout=60)
    assert stderr == ""


def test_workers_go_when_their_parent_was_killed(started):
    process, pids, _ = started
    process.kill()
    until(lambda: not alive(pids), timeout_s=60)


def test_a_worker_goes_although_its_interrupt_was_dropped(folder, tmp_path):
    (folder / "a.ipynb").write_text(f"drops {tmp_path / 'worker'}")
    script = tmp_path / "run.py"
    script.write_text(RUN)
    process = subprocess.Popen(
        [sys.executable, str(script), str(folder)],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
        start_new_session=True,
    )
    until((tmp_path / "worker").exists)
    time.sleep(0.2)
    worker = int((tmp_path / "worker").read_text())
    process.kill()
    process.wait()
    until(lambda: not alive([worker]), timeout_s=8)  # before the worker's own last resort


def test_a_pool_can_be_closed_from_a_thread(folder):
    made = make_batch(folder, {"a.ipynb": "pass"})
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(batch.run_batch(made, LocalPool(1))))
    thread.start()
    thread.join(60)
    assert outcomes[0].rows[0].status == "graded"


def test_workers_have_loaded_what_an_examination_needs():
    job = "zachetka.pytest_plugin.run"
    assert list(results([job], fake_grading.is_loaded, LocalPool(1))) == [Done(job, True)]


def test_a_long_path_for_temporary_files_is_said_before_anything_starts(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("x" * 80)))
    with pytest.raises(UsageError, match="TMPDIR"):
        LocalPool(1).open()
