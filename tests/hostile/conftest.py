"""The sandboxes for strangers' code, which all attacks are tried on."""

import os

import pytest

from zachetka.sandbox import backends


@pytest.fixture(scope="session")
def usable():
    """Give the name of a backend, or skip; docker fails instead where it is required."""

    def name_of(name):
        reason = backends()[name].unavailable()
        if reason and name == "docker" and os.environ.get("ZACHETKA_REQUIRE_DOCKER") == "1":
            pytest.fail(f"docker is required here: {reason}", pytrace=False)
        if reason:
            pytest.skip(f"{name}: {reason}")
        return name

    return name_of
