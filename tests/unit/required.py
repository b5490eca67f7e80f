"""Which sandboxes a test can have here."""

import os

import pytest

from zachetka.sandbox import backends


def require(name):
    """Give the name of a backend, or skip; docker fails instead where it is required."""
    reason = backends()[name].unavailable()
    if reason and name == "docker" and os.environ.get("ZACHETKA_REQUIRE_DOCKER") == "1":
        pytest.fail(f"docker is required here: {reason}", pytrace=False)
    if reason:
        pytest.skip(f"{name}: {reason}")
    return name
