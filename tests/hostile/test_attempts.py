"""Attacks from inside a notebook, a cell each: one that ends `ok` saw how it was refused.

Each file in `attempts/` is a `# %%` script of named cells, graded once on each backend after an
honest solution. A cell asserts the reason of its refusal itself, so that what is out of reach for
another reason than the expected one (a missing module, a slip in the cell) fails.
"""

from pathlib import Path

import pytest
from attacked_host import AttackedHost
from cell_scripts import load
from required import require
from toy_course import CHECKS, causes

from zachetka.report.model import ReportStatus

FILES = {path.stem: path for path in sorted((Path(__file__).parent / "attempts").glob("*.py"))}
BACKENDS = {"bubblewrap": (), "docker": (pytest.mark.docker,)}


def _on_each_backend(cells_of=None):
    """Parametrise over backends and files, and over a file's cells with their numbers."""
    return [
        pytest.param(
            (backend, file),
            *([index] if cells_of else []),
            id="-".join(filter(None, [backend, file, name])),
            marks=[*marks, pytest.mark.xdist_group(f"attempts-{backend}-{file}")],
        )
        for backend, marks in BACKENDS.items()
        for file in FILES
        for index, (name, _) in enumerate(cells_of(file) if cells_of else [("", "")], 1)
    ]


def _cells(file):
    return load(FILES[file])[1]


@pytest.fixture(scope="module")
def tries(tmp_path_factory):
    """Grade each file once on a backend, for all tests of its cells."""
    done = {}

    def tried(backend, file):
        if (backend, file) not in done:
            host = AttackedHost(tmp_path_factory.mktemp(file))
            sources = [source for _, source in _cells(file)]
            done[backend, file] = host.grade(sources, sandbox=require(backend))
            host.close()
        return done[backend, file]

    return tried


@pytest.fixture
def tried(request, tries):
    """Give the report of a file's cells, and what they changed on the host."""
    return tries(*request.param)


@pytest.mark.parametrize(("tried", "index"), _on_each_backend(_cells), indirect=["tried"])
def test_an_attempt_is_refused_for_its_own_reason(tried, index):
    cell = tried[0].execution.cells[index]
    assert (cell.status, cell.error) == ("ok", None)


@pytest.mark.parametrize("tried", _on_each_backend(), indirect=True)
def test_honest_cells_keep_their_points(tried):
    report, _ = tried
    assert report.status is ReportStatus.GRADED, report.message
    assert causes(report) == dict.fromkeys(CHECKS)
    assert report.score == 1.0
    # Some of these cells reach for what watches them.
    assert all("names the grader" in flag or "may change" in flag for flag in report.flags)


@pytest.mark.parametrize("tried", _on_each_backend(), indirect=True)
def test_the_host_is_as_it_was(tried):
    assert tried[1] == {}


def test_every_file_says_what_it_tries_and_names_its_cells():
    assert FILES
    for path in FILES.values():
        fields, cells = load(path)
        names = [name for name, _ in cells]
        assert fields["about"]
        assert all(names)
        assert len(set(names)) == len(names)
