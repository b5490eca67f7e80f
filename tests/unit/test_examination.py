"""How a grader's checks become outcomes, with a fake session in the place of a sandbox."""

import os
import textwrap
from types import SimpleNamespace

import pytest

from zachetka.errors import Cause, InfrastructureError, StudentFault
from zachetka.examiner import examine_in_child
from zachetka.language import Text
from zachetka.pytest_plugin import run
from zachetka.pytest_plugin.examination import Examination
from zachetka.replies import CellReply, Fault, KernelLostError, UnreachedError, student_fault
from zachetka.sandbox.base import Limits
from zachetka.submission import Cell, Submission
from zachetka.submission.notebook import TextCell

PRELUDE = """
import os, sys, time
import pytest, torch
from zachetka.language import Text
from zachetka.pytest_plugin import (
    Float, Integer, Nothing, Number, Str, Tensor, assert_close, assert_equal, check, fail,
)

T = Text(en="title", ru="название")
HINT = Text(en="look there", ru="смотрите туда")


def ask(nb, *, x=0):
    return nb.f(x)


def ask_g(nb):
    return nb.g()
"""


class FakeSession:
    """Runs probes here, against the names it was given."""

    closed = False
    kept = False
    cells = ()

    def __init__(self, **names):
        self.names = names
        self.seeds = []

    def probe(self, probe, inputs, *, seed, timeout_s, fresh, keep):
        del fresh, keep  # they are all one here
        self.seeds.append((seed, timeout_s))
        module = {}
        exec(probe.source, module)  # noqa: S102 - as the kernel does
        try:
            return module[probe.name](SimpleNamespace(**self.names), **inputs)
        except AttributeError as error:
            text = Text(en=f"no {error.name}", ru=f"нет {error.name}")
            raise StudentFault(Cause.MISSING, text, name=error.name) from error

    def close(self):
        self.closed = True

    def is_unharmed(self):
        return not self.closed


@pytest.fixture
def examine(tmp_path):
    def run(
        checks,
        *,
        cells=(),
        texts=(),
        session=None,
        reopen=None,
        lost=None,
        limits=None,
        tasks=None,
        **names,
    ):
        grader = tmp_path / "test_grader.py"
        grader.write_text(PRELUDE + textwrap.dedent(checks))
        if session is None and lost is None:
            session = FakeSession(**names)
        examination = Examination(
            submission=Submission("ab" * 32, tuple(cells), texts=tuple(texts)),
            limits=limits or Limits(),
            secret=b"0123456789abcdef",
            session=session,
            lost=lost,
            reopen=reopen,
            tasks=tasks,
        )
        return examine_in_child(examination, grader, Limits(total_s=3))

    return run


def outcomes(result):
    return {outcome["id"]: outcome["cause"] for outcome in result["outcomes"]}


def test_each_check_has_its_verdict(examine):
    result = examine(
        """
        @check("a", points=5, title=T)
        def test_right(student):
            assert student.run(ask, x=3, returns=Integer()) == 6

        @check("a", points=5, title=T, hint=HINT)
        def test_wrong(student):
            assert student.run(ask, x=3, returns=Integer()) == 9, "the answer is 9"

        @check("b", points=1.5, title=T)
        def test_failed(student):
            fail(T, hint=HINT, cause="forbidden")

        @check("b", points=1, title=T, hint=HINT)
        def test_type(student):
            student.run(ask, x=3, returns=Str())

        @check("b", points=1, title=T)
        @pytest.mark.parametrize("n", [1, 2])
        def test_each(student, n):
            assert student.run(ask, x=n, returns=Integer()) == 2
        """,
        f=lambda x: 2 * x,
    )
    assert outcomes(result) == {
        "a.right": None,
        "a.wrong": "assertion",
        "b.failed": "forbidden",
        "b.type": "wrong_type",
        "b.each[1]": None,
        "b.each[2]": "assertion",
    }
    wrong, failed = result["outcomes"][1:3]
    assert wrong["text"]["en"] == "the result is wrong"
    assert wrong["hint"]["en"] == failed["hint"]["ru"].replace("смотрите туда", "look there")
    assert (failed["task"], failed["points"], failed["text"]["en"]) == ("b", 1.5, "title")
    assert "9" not in str(wrong["text"])


def test_only_the_checks_of_the_tasks_asked_for_are_made(examine):
    checks = """
        @check("a", points=5, title=T)
        def test_one(student):
            pass

        @check("b", points=5, title=T)
        def test_two(student):
            pass
        """
    assert outcomes(examine(checks, tasks=frozenset({"b"}))) == {"b.two": None}


def test_an_attempt_gives_the_fault_and_other_faults_end_the_check(examine):
    result = examine(
        """
        @check("a", points=5, title=T)
        def test_attempt(student):
            fault = student.attempt(ask, returns=Str())
            assert fault.cause == "wrong_type"
            assert student.attempt(ask, x=1, returns=Integer()) == 1
            student.run(ask_g, returns=Nothing())
            os._exit(1)
        """,
        f=lambda x: x,
    )
    assert outcomes(result) == {"a.attempt": "missing"}


def test_flags_are_kept_once_and_bounded(examine):
    result = examine(
        """
        @check("a", points=5, title=T)
        def test_flags(student):
            for i in range(1000):
                student.flag(f"flag {i % 200}")
        """
    )
    assert result["flags"][:2] == ["flag 0", "flag 1"]
    assert len(result["flags"]) == 50


def test_a_text_that_says_all_that_was_returned_is_bounded(examine):
    result = examine(
        """
        @check("a", points=5, title=T)
        def test_words(student):
            words = student.run(ask, x=1 << 22, returns=Str())
            fail(Text(words, words), hint=Text(words, words))
        """,
        f=lambda x: "\U0001f600" * x,
    )
    assert outcomes(result) == {"a.words": "assertion"}
    assert len(result["outcomes"][0]["text"]["ru"]) < 10_000


def test_a_check_sees_the_sources(examine):
    result = examine(
        """
        @check("a", points=5, title=T)
        def test_sources(student):
            assert [(cell.index, cell.source) for cell in student.cells] == [(2, "x = 1")]
        """,
        cells=[Cell(2, "x = 1")],
    )
    assert outcomes(result) == {"a.sources": None}


def test_inputs_and_seeds_are_the_same_every_time(examine):
    checks = """
        @check("a", points=5, title=T)
        def test_inputs(student, rng):
            student.flag(str((rng.normal(3), rng.seed())))
            student.flag(str(student.run(ask, x=rng.integers(0, 1 << 40), returns=Integer())))
        """
    first, second = (examine(checks, f=lambda x: x)["flags"] for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("cells", "name", "hint"),
    [
        (["def f(): ..."], "f", "a later line deletes it"),
        (["%%timeit\ndef f(): ..."], "f", "`f` stands in cell 1, which is a `%%timeit` cell"),
        (["def f(: ..."], "f", "cell 1, where `f` stands, has a syntax error"),
        (["def f(): ...", "%reset -f"], "f", "cell 2 deletes all names"),
        (["def F(): ..."], "f", None),
        (["def mlp_model(): ..."], "mlp_modle", "there is `mlp_model`"),
        (["%%html\n<b>f(</b>"], "f", None),
        (["!ls f("], "f", None),
        (["x = 1"], "f", None),
        ([], "f", None),
        # Minutes of parsing for Python 3.11.
        (["x = f'" + "{a}" * 300_000 + "'", "def F(): ..."], "f", None),
    ],
)
def test_a_missing_name_is_explained(examine, cells, name, hint):
    result = examine(
        f"""
        def ask_name(nb):
            return nb.{name}

        @check("a", points=5, title=T)
        def test_name(student):
            student.run(ask_name, returns=Nothing())
        """,
        cells=[Cell(index, source) for index, source in enumerate(cells)],
    )
    (outcome,) = result["outcomes"]
    assert outcome["cause"] == "missing"
    if hint is None:
        assert outcome["hint"] is None
    else:
        assert hint in outcome["hint"]["en"]


@pytest.mark.parametrize(
    ("fault", "hint"),
    [
        (StudentFault(Cause.ERROR, Text(en="error", ru="ошибка")), "look there"),
        (UnreachedError(Cause.ERROR, Text(en="no torch", ru="нет torch")), None),
        (StudentFault(Cause.MISSING, Text(en="no f", ru="нет f")), None),
    ],
)
def test_a_checks_own_hint_is_for_code_that_got_so_far(examine, fault, hint):
    result = examine(
        """
        @check("a", points=5, title=T, hint=HINT)
        def test_error(student):
            student.run(ask, returns=Integer())
        """,
        session=FailingSession(fault),
    )
    said = result["outcomes"][0]["hint"]
    assert (said and said["en"]) == hint


def test_an_import_that_failed_explains_an_unbound_name(examine):
    session = FailingSession(
        UnreachedError(Cause.ERROR, Text(en="no wandb", ru="нет wandb"), name="wandb")
    )
    error = "ModuleNotFoundError: No module named 'wandb'"
    session.cells = (
        CellReply(
            index=0, status="error", duration_s=0.1, error=error, rescued=[], truncated=False
        ),
    )
    result = examine(
        """
        @check("a", points=5, title=T, hint=HINT)
        def test_error(student):
            student.run(ask, returns=Integer())
        """,
        session=session,
        cells=[Cell(0, "import wandb")],
    )
    assert result["outcomes"][0]["hint"]["en"].startswith("cell 1 imports `wandb`, which is not")


def test_a_name_of_pythons_own_that_a_cell_uses_again_is_explained(examine):
    fault = Fault(
        cause="error",
        detail="TypeError: 'int' object is not callable",
        function="f",
        code="return sum(x)",
    )
    result = examine(
        """
        @check("a", points=5, title=T, hint=HINT)
        def test_error(student):
            student.run(ask, returns=Integer())
        """,
        session=FailingSession(student_fault(fault, 1.0, Limits())),
        cells=[Cell(0, "sum = 0")],
    )
    hint = result["outcomes"][0]["hint"]["en"]
    assert hint.startswith("`sum` is Python's own function, and cell 1 gives its name to")


def test_a_name_in_a_text_is_explained(examine):
    result = examine(
        """
        @check("a", points=5, title=T, hint=HINT)
        def test_name(student):
            student.run(ask, returns=Integer())
        """,
        texts=[TextCell(0, "markdown", "def f(x):\n    return x")],
    )
    hint = result["outcomes"][0]["hint"]["en"]
    assert hint.startswith("`f` stands in cell 1, which is a Markdown cell")


PASSING = """
@check("a", points=5, title=T)
def test_fine(student):
    pass
"""


@pytest.mark.parametrize(
    ("checks", "said"),
    [
        ("import no_such_module_of_ours", "no_such_module_of_ours"),
        ("def broken(:", "SyntaxError"),
        (PASSING + "def test_unmarked(): ...", "test_unmarked is no check"),
        ("x = 1", "no checks|NO_TESTS"),
        (PASSING + "import os\nos._exit(0)", "died"),
        (PASSING + "pytest.exit('done')", "pytest ended|failed"),
    ],
    ids=["import", "syntax", "unmarked", "empty", "death", "pytest.exit"],
)
def test_a_broken_grader_is_no_verdict(examine, checks, said):
    with pytest.raises(InfrastructureError, match=said):
        examine(checks)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("student.runn()", "AttributeError"),
        ("raise KeyError('x')", "KeyError"),
        ("sys.exit(0)", "SystemExit"),
        ("os._exit(0)", "died"),
        ("pytest.skip('later')", "Skipped"),
        ("pytest.fail('no')", "no"),
        ("pytest.xfail('later')", "XFailed"),
        ("pytest.exit('done')", "pytest ended|failed"),
        ("raise KeyboardInterrupt", "pytest ended|failed|Keyboard"),
        ("assert_close(torch.ones(2), 'x', name='f')", "f|Error"),
        ("student.run(lambda nb: 1, returns=Integer())", "not at module level"),
        ("student.run(uses_prelude, returns=Nothing())", "uses HINT of the grader's file"),
        ("fail('a string')", "Error"),
        ("fail(T, cause='luck')", "luck"),
    ],
)
def test_a_bug_in_a_check_is_no_verdict(examine, body, said):
    with pytest.raises(InfrastructureError, match=said):
        examine(
            f"""
            def uses_prelude(nb):
                return HINT

            @check("a", points=5, title=T)
            def test_first(student):
                pass

            @check("a", points=5, title=T)
            def test_bug(student):
                {body}
            """
        )


def test_a_bug_in_a_fixture_is_no_verdict(examine):
    with pytest.raises(InfrastructureError, match="ZeroDivisionError"):
        examine(
            """
            @pytest.fixture
            def model():
                yield 1
                1 / 0

            @check("a", points=5, title=T)
            def test_fixture(student, model):
                pass
            """
        )


def test_a_check_that_hangs_is_no_verdict(examine, monkeypatch):
    monkeypatch.setattr(run, "longest_check_s", lambda _limits: 1.0)
    with pytest.raises(InfrastructureError, match="Timeout"):
        examine(
            """
            @check("a", points=5, title=T)
            def test_hangs(student):
                while True:
                    pass
            """,
        )


def test_what_a_grader_prints_is_not_seen(examine, capfd):
    examine(
        """
        print("the answer is 42")

        @check("a", points=5, title=T)
        def test_prints(student):
            print("the answer is 42")
            os.write(1, b"the answer is 42")
            sys.stderr.write("the answer is 42")
            assert 42 == 41
        """
    )
    assert "42" not in "".join(capfd.readouterr())


LOOK = """
@check("a", points=5, title=T)
def test_surroundings(student):
    student.flag(os.environ.get("ZACHETKA_PLANTED", "clean"))
    student.flag(str(sorted(set(sys.path) & {"", ".", os.environ["ZACHETKA_FOLDER"]})))
"""


def test_files_beside_a_grader_or_in_the_working_directory_are_not_imported(
    examine, tmp_path, monkeypatch
):
    planted = "import os\nos.environ['ZACHETKA_PLANTED'] = __file__\nraise SystemExit(3)\n"
    names = ("conftest", "pytest", "torch", "sitecustomize", "usercustomize", "json", "_pytest")
    folder = tmp_path / "class"
    folder.mkdir()
    for place in (tmp_path, folder):
        for name in names:
            (place / f"{name}.py").write_text(planted)
        (place / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
        (place / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--nope'\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ZACHETKA_FOLDER", str(folder))
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    assert examine(LOOK)["flags"] == ["clean", "[]"]


@pytest.fixture
def working_directory():
    return os.getcwd()  # noqa: PTH109 - compared as it is


def test_our_own_working_directory_and_environment_stay(examine, working_directory):
    environment = dict(os.environ)
    examine(PASSING)
    assert os.getcwd() == working_directory  # noqa: PTH109 - compared as it is
    assert dict(os.environ) == environment


class FailingSession(FakeSession):
    """Has a fault instead of an answer, and lives on."""

    def __init__(self, fault):
        super().__init__()
        self.fault = fault

    def probe(self, *_args, **_options):
        raise self.fault


class DyingSession(FakeSession):
    """Is gone with its first probe of `f`; others work."""

    def __init__(self, fault, **names):
        super().__init__(**names)
        self.fault = fault

    def probe(self, probe, inputs, **options):
        if probe.name == "ask":
            self.closed = True
            raise self.fault
        return super().probe(probe, inputs, **options)


TWO_AND_ONE = """
@check("a", points=5, title=T)
def test_kills(student):
    student.run(ask, returns=Integer())

@check("a", points=5, title=T)
def test_next(student):
    assert student.run(ask_g, returns=Integer()) == 1
"""
CRASH = StudentFault(Cause.CRASH, Text(en="gone", ru="нет"))


def test_a_probe_that_ends_the_sandbox_costs_its_own_check(examine):
    result = examine(
        TWO_AND_ONE, session=DyingSession(CRASH), reopen=lambda: FakeSession(g=lambda: 1)
    )
    assert outcomes(result) == {"a.kills": "crash", "a.next": None}


def test_a_probe_that_found_the_kernel_dead_is_asked_again(examine):
    result = examine(
        TWO_AND_ONE,
        session=DyingSession(KernelLostError()),
        reopen=lambda: FakeSession(f=lambda _: 1, g=lambda: 1),
    )
    assert outcomes(result) == {"a.kills": None, "a.next": None}


def test_a_sandbox_is_not_opened_again_for_ever(examine):
    result = examine(
        TWO_AND_ONE,
        session=DyingSession(KernelLostError()),
        reopen=lambda: DyingSession(KernelLostError(), g=lambda: 1),
    )
    assert outcomes(result) == {"a.kills": "crash", "a.next": "crash"}
    # The first check, too: no earlier one can have done it.
    assert "could not be asked" in result["outcomes"][0]["text"]["en"]


def test_cells_that_brought_the_sandbox_down_cost_every_probe(examine):
    def reopen():
        raise CRASH

    result = examine(TWO_AND_ONE + PASSING, lost=CRASH, reopen=reopen)
    assert outcomes(result) == {"a.kills": "crash", "a.next": "crash", "a.fine": None}


def test_a_sandbox_lost_by_our_fault_is_no_verdict(examine):
    def reopen():
        raise InfrastructureError("the engine is gone")

    with pytest.raises(InfrastructureError, match="the engine is gone"):
        examine(TWO_AND_ONE, session=DyingSession(CRASH), reopen=reopen)


class CopyingSession(FakeSession):
    """Makes the names anew for each fresh copy, and keeps a copy that gave a value."""

    def __init__(self, make):
        super().__init__()
        self.make = make

    def probe(self, probe, inputs, *, fresh, keep, **options):
        if not (fresh or self.kept):
            raise RuntimeError("there is no copy to be asked again")  # no verdict: ours
        if fresh:
            self.names = self.make()
        self.kept = False
        value = super().probe(probe, inputs, fresh=fresh, keep=keep, **options)
        self.kept = keep
        return value


def counting():
    """Make an `f` that says how often it was called in its copy."""
    calls = []

    def f(x):
        calls.append(x)
        return len(calls)

    return {"f": f, "g": lambda: calls}


COUNTED = """
@check("a", points=5, title=T)
def test_first(student):
    assert student.run(ask, returns=Integer()) == 1

@check("a", points=5, title=T)
def test_second(student):
    assert student.run(ask, returns=Integer()) == {expected}
"""


@pytest.mark.parametrize("expected", [1, 2])
def test_a_check_that_passes_in_a_used_copy_or_in_its_own_passes(examine, expected):
    result = examine(COUNTED.format(expected=expected), session=CopyingSession(counting))
    assert outcomes(result) == {"a.first": None, "a.second": None}


@pytest.fixture
def examine_after_another(examine):
    """Examine by checks of which none is the first to use its copy."""
    another = """
@check("a", points=5, title=T)
def test_first(student):
    student.run(ask, returns=Integer())
"""
    return lambda checks, **options: examine(another + textwrap.dedent(checks), **options)


def test_what_a_check_says_against_a_submission_it_says_of_a_copy_of_its_own(examine_after_another):
    result = examine_after_another(
        """
        @check("a", points=5, title=T)
        def test_second(student):
            count = student.run(ask, returns=Integer())
            student.flag(f"called {count} times")
            fail(Text(en=f"called {count} times", ru=f"вызвана {count} раз"))
        """,
        session=CopyingSession(counting),
    )
    assert outcomes(result) == {"a.first": None, "a.second": "assertion"}
    assert result["outcomes"][1]["text"]["en"] == "called 1 times"
    assert result["flags"] == ["called 1 times"]


def test_answers_that_a_check_compares_come_from_copies_of_their_own(examine_after_another):
    result = examine_after_another(
        """
        @check("a", points=5, title=T)
        def test_compares(student):
            assert [student.run(ask, returns=Integer()) for _ in range(3)] == [1, 1, 1]
        """,
        session=CopyingSession(counting),
    )
    assert outcomes(result) == {"a.first": None, "a.compares": None}


def test_a_second_attempt_has_other_inputs(examine_after_another):
    result = examine_after_another(
        """
        SEEN = []

        @check("a", points=5, title=T)
        def test_second(student, rng):
            SEEN.append(rng.integers(0, 10**9))
            student.flag(f"{len(set(SEEN))} of {len(SEEN)}")
            assert student.run(ask, x=SEEN[-1], returns=Integer()) == 1
        """,
        session=CopyingSession(counting),
    )
    assert outcomes(result) == {"a.first": None, "a.second": None}
    assert result["flags"] == ["2 of 2"]


def test_no_copy_is_used_again_that_gave_no_answer(examine):
    calls = []

    def make():
        calls.append(1)

        def f(_):
            raise StudentFault(Cause.CRASH, Text(en=f"copy {len(calls)}", ru="упала"))

        return {"f": f, "g": lambda: 1}

    result = examine(
        TWO_AND_ONE + TWO_AND_ONE.replace("test_", "test_again_"), session=CopyingSession(make)
    )
    assert outcomes(result) == {
        "a.kills": "crash",
        "a.next": None,
        "a.again_kills": "crash",
        "a.again_next": None,
    }
    assert [outcome["text"]["en"] for outcome in result["outcomes"] if outcome["text"]] == [
        "copy 1",
        "copy 3",  # the second was that of the check before
    ]


def test_a_check_whose_first_copy_was_fresh_is_not_begun_again(examine):
    copies = []

    def make():
        copies.append(1)
        return {"f": lambda _: len(copies)}

    result = examine(
        """
        @check("a", points=5, title=T)
        def test_compares(student):
            student.flag(str([student.run(ask, returns=Integer()) for _ in range(3)]))
        """,
        session=CopyingSession(make),
    )
    assert result["flags"] == ["[1, 2, 3]"]


class CopyingSessionWithoutNames(CopyingSession):
    """Keeps a copy that was asked for what is not there."""

    def probe(self, probe, inputs, *, fresh, keep, **options):
        try:
            return super().probe(probe, inputs, fresh=fresh, keep=keep, **options)
        except StudentFault:
            self.kept = keep
            raise


@pytest.mark.parametrize("body", ["student.run", "student.attempt"])
def test_a_name_that_is_nowhere_is_asked_for_in_one_copy(examine, body):
    copies = []

    def make():
        copies.append(1)
        return {"g": lambda: len(copies)}

    result = examine(
        f"""
        def ask_h(nb):
            return nb.h()

        def copies(student):
            return student.run(ask_g, returns=Integer())

        @check("a", points=5, title=T)
        def test_first(student):
            student.flag(str(copies(student)))

        @check("a", points=5, title=T)
        def test_second(student):
            faults = [{body}(probe, returns=Integer()) for probe in (ask, ask_h)]
            raise faults[1]

        @check("a", points=5, title=T)
        def test_third(student):
            student.flag(f"still {{copies(student)}}")
        """,
        session=CopyingSessionWithoutNames(make),
    )
    assert outcomes(result) == {"a.first": None, "a.second": "missing", "a.third": None}
    assert result["flags"] == ["1", "still 1"]
