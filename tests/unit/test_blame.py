"""Whose fault it is that a cell failed, and where it did."""

import subprocess
import urllib.error

import pytest
from IPython.core.error import StdinNotImplementedError, UsageError

from zachetka.agent.blame import failed_place, is_of_sandbox


def error_of(source, **names):
    names |= {"raised": raised, "subprocess": subprocess}
    try:
        exec(compile(source, "<cell>", "exec"), names)  # noqa: S102 - a cell of ours
    except BaseException as error:  # noqa: BLE001 - an interrupt, too
        return error, names
    raise AssertionError("it has not failed")


def raised(error):
    raise error


@pytest.mark.parametrize(
    "source",
    [
        "open('/no/such/file')",
        "def load():\n    return open('/no/such/file')\nload()",
        "import no_such_package",
        "from os import no_such_name",
        "subprocess.run(['false'], check=True)",
        "try:\n    open('/no/such/file')\nexcept OSError:\n    raise",
        "import os\nos.environ['NO_SUCH_KEY']",
    ],
)
def test_what_is_not_here_is_to_blame(source):
    assert is_of_sandbox(*error_of(source))


@pytest.mark.parametrize(
    ("error", "is_ours"),
    [
        (urllib.error.URLError("no network"), True),
        (AssertionError("Torch not compiled with CUDA enabled"), True),
        (RuntimeError("Found no NVIDIA driver on your system"), True),
        (RuntimeError("Error downloading train-images-idx3-ubyte.gz"), True),
        (StdinNotImplementedError("raw_input was called"), True),
        (UsageError("Line magic function `%x` not found."), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (AssertionError("wrong"), False),
        (KeyError("cuda"), False),
        (Exception("File `'../utils.py'` not found."), True),
        (Exception("File `utils` found."), False),
        (KeyboardInterrupt(), False),
    ],
)
def test_what_a_library_says_is_read(error, is_ours):
    assert is_of_sandbox(*error_of("raised(error)", error=error)) is is_ours


@pytest.mark.parametrize(
    "source",
    [
        "raise FileNotFoundError('moons.npz')",
        "def load():\n    raise OSError\nload()",
        "assert not 'CUDA', 'no CUDA here'",
        "1 / 0",
        "sorted(1)",
    ],
)
def test_what_the_notebook_itself_raises_is_its_own(source):
    assert not is_of_sandbox(*error_of(source))


class ShyError(Exception):
    def __str__(self):
        raise ValueError


def test_an_error_that_cannot_be_read_is_none_of_ours():
    assert not is_of_sandbox(
        *error_of("raised(error)", error=type("E", (ShyError, RuntimeError), {})())
    )


def test_the_place_is_that_of_the_cells_own_code():
    assert failed_place(*error_of("x = 1\nif x:\n    open('/no/such/file')")) == (3, 4)
    assert failed_place(None, {}) is None


def test_of_a_cell_with_an_unknown_magic_nothing_was_run():
    unknown = UsageError("Cell magic `%%memit` not found.")
    assert failed_place(*error_of("raised(error)", error=unknown)) == (0, 0)
    line = UsageError("Line magic function `%memit` not found.")
    assert failed_place(*error_of("raised(error)", error=line)) == (1, 0)


def test_a_name_that_was_withheld_is_not_missing_by_a_mistake():
    error, names = error_of("print(utils)")
    assert is_of_sandbox(error, names, {"utils"})
    assert not is_of_sandbox(error, names, {"utlis"})
    error, names = error_of("def f():\n    count += 1\nf()")
    assert not is_of_sandbox(error, names, {"count"})
