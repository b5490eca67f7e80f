"""Runs pytest over a grader for one submission, in a process that imports nothing of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy.random  # noqa: F401 - loaded before the fork, not once per submission
import pytest
import pytest_timeout  # noqa: F401 - the same
import safetensors.torch  # noqa: F401 - the same
import torch  # noqa: F401 - the same

from zachetka.agent.patience import WALL_FACTOR
from zachetka.errors import InfrastructureError
from zachetka.pytest_plugin.examination import MAX_REOPENINGS
from zachetka.pytest_plugin.plugin import ExaminationPlugin
from zachetka.pytest_plugin.tampering import signs_of_tampering
from zachetka.session import GRACE_S, START_TIMEOUT_S

if TYPE_CHECKING:
    from zachetka.pytest_plugin.examination import Examination
    from zachetka.sandbox.base import Limits

ROOTDIR = Path(__file__).with_name("rootdir")
COMPARING_S = 60.0
_FINISHED = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
_NEEDLESS = (
    *("cacheprovider", "debugging", "doctest", "faulthandler", "junitxml", "logging", "pastebin"),
    *("setuponly", "setupplan", "stepwise", "threadexception", "tracemalloc", "unittest"),
    "unraisableexception",
)


def _without(*plugins: str) -> list[str]:
    return [option for plugin in plugins for option in ("-p", f"no:{plugin}")]


def longest_check_s(limits: Limits) -> float:
    """Give the longest that a submission can make one check last; what lasts longer is ours.

    Its last probe begins within twice `total_s`, is made twice, and may have to open every sandbox
    first.
    """
    reopening_s = START_TIMEOUT_S + limits.total_s + GRACE_S
    last_probe_s = WALL_FACTOR * limits.probe_s + GRACE_S
    return 2 * limits.total_s + 2 * MAX_REOPENINGS * reopening_s + 2 * last_probe_s + COMPARING_S


def examine(examination: Examination, grader: Path) -> None:
    """Run all checks of a grader; the outcomes stand in the examination.

    Root and working directory are a folder of ours with an empty configuration, and no plugin is
    loaded by itself: nothing that lies beside a submission can be imported. Nothing is written.

    Raises:
        InfrastructureError: the grader is broken.
    """
    sources = {cell.index: cell.source for cell in examination.submission.cells}
    for sign in signs_of_tampering(sources):
        examination.flag(sign)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ.pop("PYTEST_PLUGINS", None)
    os.chdir(ROOTDIR)
    code = pytest.main(
        [
            str(grader),
            f"--rootdir={ROOTDIR}",
            "-c",
            f"{ROOTDIR}/pytest.ini",
            *_without(*_NEEDLESS),
            "-p",
            "pytest_timeout",
            f"--timeout={longest_check_s(examination.limits):g}",
            "--timeout-method=signal",
            "--import-mode=importlib",
            "--noconftest",
            "--capture=no",
            # Rewritten asserts would say what was expected, and be rewritten every time.
            "--assert=plain",
            "--tb=no",
            "-q",
        ],
        plugins=[ExaminationPlugin(examination)],
    )
    if examination.internal_errors:
        raise InfrastructureError(f"the grader failed: {examination.internal_errors[0]}")
    if code not in _FINISHED:
        raise InfrastructureError(f"pytest ended with {code!r} for {grader}")
