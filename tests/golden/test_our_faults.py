"""A fault of ours is the status `error`, never a score."""

import subprocess
import sys

import pytest
from toy_course import GRADER, HONEST, ToyCourse, causes

from zachetka import grading, reuse
from zachetka.errors import InfrastructureError, UsageError
from zachetka.report.model import ReportStatus
from zachetka.sandbox.base import Isolation
from zachetka.sandbox.bubblewrap import BubblewrapSandbox

pytestmark = pytest.mark.xdist_group("golden-faults")


@pytest.fixture
def one_attempt(monkeypatch):
    monkeypatch.setattr(grading, "ATTEMPTS", 1)


def assert_no_verdict(report, said):
    assert report.status is ReportStatus.ERROR
    assert report.score is None
    assert said in report.message


@pytest.mark.usefixtures("one_attempt")
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("T = Text", "import no_such_module\nT = Text", "no_such_module"),
        ("2 * x, name", "2 * x + y, name", "NameError"),
        ('return {"out": nb.double(x)}', "return T", "uses T of the grader's file"),
        ('@check("double", points=40, title=T)\n', "", "is no check"),
        ("points=40", "points=41", "double"),
        ("points=40", "points=39", "double"),
        ('@check("double"', '@check("triple"', "triple"),
    ],
    ids=["import", "bug", "impure probe", "unmarked", "too many", "too few", "unknown task"],
)
def test_a_broken_grader_gives_no_score(tmp_path, bubblewrap, old, new, said):
    assert GRADER.count(old) == 1
    course = ToyCourse.make(tmp_path, grader=GRADER.replace(old, new))
    assert_no_verdict(course.grade([HONEST], sandbox=bubblewrap), said)


def test_a_course_without_a_grader_is_a_usage_error(course, bubblewrap):
    (course.root / "course" / "graders" / "toy" / "test_toy.py").unlink()
    (course.root / "course" / "graders" / "toy").rmdir()
    with pytest.raises(UsageError, match="no grader"):
        course.grade([HONEST], sandbox=bubblewrap)


class FailingSandbox(BubblewrapSandbox):
    """Fails to start so many times, then is the real one."""

    def __init__(self, failures):
        self.failures = failures
        self.started = 0

    def start(self, limits, *, rooms=False):
        self.started += 1
        if self.started <= self.failures:
            raise InfrastructureError("the engine is gone")
        return super().start(limits, rooms=rooms)


def test_a_sandbox_that_fails_once_is_tried_again(course, bubblewrap, monkeypatch):
    sandbox = FailingSandbox(1)
    monkeypatch.setattr(grading, "choose", lambda _: sandbox)
    report = course.grade([HONEST], sandbox=bubblewrap)
    assert report.status is ReportStatus.GRADED
    assert report.score == 1.0
    assert sandbox.started == 2


def test_where_no_room_can_be_had_each_gets_a_sandbox(course, bubblewrap, monkeypatch):
    class Roomless(FailingSandbox):
        def no_rooms(self):
            return None

        def start(self, limits, *, rooms=False):
            self.failures = self.started + rooms
            return super().start(limits, rooms=rooms)

    sandbox = Roomless(0)
    monkeypatch.setattr(grading, "choose", lambda _: sandbox)
    monkeypatch.setattr(reuse, "_without_rooms", set())
    monkeypatch.setattr(reuse, "_idle", {})
    for started in (2, 3):
        report = course.grade([HONEST], sandbox=bubblewrap, isolation=Isolation.WARM)
        assert (report.status, report.score) == (ReportStatus.GRADED, 1.0)
        assert report.sandbox.isolation == "fresh"
        assert sandbox.started == started


def test_a_sandbox_that_fails_twice_gives_no_score(course, bubblewrap, monkeypatch):
    sandbox = FailingSandbox(9)
    monkeypatch.setattr(grading, "choose", lambda _: sandbox)
    assert_no_verdict(course.grade([HONEST], sandbox=bubblewrap), "the engine is gone")
    assert sandbox.started == 2


def test_a_sandbox_that_cannot_be_opened_again_gives_no_score(course, bubblewrap, monkeypatch):
    class LastingOne(FailingSandbox):
        def start(self, limits, *, rooms=False):
            self.started += 1
            if self.started % 2 == 0:
                raise InfrastructureError("the engine is gone")
            return BubblewrapSandbox.start(self, limits, rooms=rooms)

    monkeypatch.setattr(grading, "choose", lambda _: LastingOne(0))
    kill_the_agent = """
def double(x):
    import os, signal
    for pid in os.listdir("/proc"):
        if pid.isdigit() and int(pid) not in (1, os.getpid(), os.getppid()):
            os.kill(int(pid), signal.SIGKILL)
"""
    report = course.grade([HONEST, kill_the_agent], sandbox=bubblewrap)
    assert_no_verdict(report, "the engine is gone")


def test_an_agent_that_does_not_start_is_ours(course, bubblewrap, monkeypatch):
    from zachetka.sandbox import bubblewrap as backend

    monkeypatch.setattr(backend, "agent_command", lambda: ["/bin/false"])
    assert_no_verdict(course.grade([HONEST], sandbox=bubblewrap), "did not start")


def test_an_agent_that_says_nothing_is_ours(course, bubblewrap, monkeypatch):
    from zachetka import session
    from zachetka.sandbox import bubblewrap as backend

    monkeypatch.setattr(backend, "agent_command", lambda: ["/bin/sleep", "1000"])
    monkeypatch.setattr(session, "START_TIMEOUT_S", 0.5)
    assert_no_verdict(course.grade([HONEST], sandbox=bubblewrap), "did not start")


def test_a_kernel_that_does_not_start_is_ours(course, bubblewrap, monkeypatch):
    from zachetka import session

    # As long as not a line of the notebook has run, it cannot be to blame.
    monkeypatch.setattr(session, "GRACE_S", -300.0 - session.START_TIMEOUT_S)
    assert_no_verdict(course.grade([HONEST], sandbox=bubblewrap), "kernel did not start")


def test_an_agent_of_another_version_is_ours(course, bubblewrap, monkeypatch):
    from zachetka import session

    monkeypatch.setattr(session, "agent_sha256", lambda: "0" * 64)
    assert_no_verdict(course.grade([HONEST], sandbox=bubblewrap), "another version")


def test_two_graders_with_checks_of_one_name_give_no_score(course, bubblewrap, monkeypatch):
    monkeypatch.setattr(grading, "ATTEMPTS", 1)
    folder = course.root / "course" / "graders" / "toy"
    (folder / "test_second.py").write_text(
        "from zachetka.language import Text\n"
        "from zachetka.pytest_plugin import check\n"
        "@check('word', points=0, title=Text(en='x', ru='x'))\n"
        "def test_word(student): ...\n"
    )
    assert_no_verdict(course.grade([HONEST], sandbox=bubblewrap), "word.word")


def test_public_checks_without_points_are_a_grader_of_their_own(course, bubblewrap):
    public = course.root / "test_public.py"
    public.write_text(GRADER.replace("points=40", "points=0").replace("points=20", "points=0"))
    job = course.job(course.hand_in([HONEST]), sandbox=bubblewrap)
    report = grading.grade(grading.Job(**{**vars_of(job), "grader_path": public}))
    assert causes(report) == dict.fromkeys(causes(report))
    assert report.score == 0.0


def vars_of(job):
    return {name: getattr(job, name) for name in job.__slots__}


THREADED = """
import os, sys
os.environ["OMP_NUM_THREADS"] = "2"
import torch
torch.set_num_threads(2)
torch.rand(1 << 22).exp().sum()  # now there is a pool of threads, which no fork inherits
from pathlib import Path
from zachetka.grading import Job, grade
print(grade(Job(Path(sys.argv[1]), "toy", Path(sys.argv[2]), "student", sys.argv[3])).score)
"""


def test_a_caller_with_threads_of_its_own_does_not_hang_the_grader(tmp_path, bubblewrap):
    busy = "    torch.rand(1 << 22).exp().sum()\n    x = rng.normal"
    assert GRADER.count("    x = rng.normal") > 0
    course = ToyCourse.make(
        tmp_path, grader=GRADER.replace("    x = rng.normal", f"    import torch\n{busy}")
    )
    command = [sys.executable, "-c", THREADED, course.root / "course", course.hand_in([HONEST])]
    command.append(bubblewrap)
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "1.0\n"
