"""Notebooks whose reports are known, graded in the sandbox that needs no engine."""

import pytest
from required import require
from toy_course import ToyCourse

# The contract tests hold all sandboxes to the same behaviour; here it is verdicts that count.
SANDBOXES = ("bubblewrap",)


@pytest.fixture(scope="module", params=SANDBOXES)
def sandbox(request):
    return require(request.param)


@pytest.fixture(scope="module")
def bubblewrap():
    return require("bubblewrap")


@pytest.fixture
def course(tmp_path):
    return ToyCourse.make(tmp_path)
