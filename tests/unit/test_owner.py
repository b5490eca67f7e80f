import subprocess
import sys

import pytest

from zachetka.sandbox.owner import is_dead, owner, start_time


def test_owners_are_told_apart_from_the_dead():
    assert not is_dead(owner())
    machine = owner().split("/")[0]
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    start = start_time(child.pid)
    label = f"{machine}/{child.pid}/{start}"
    assert not is_dead(label)
    assert is_dead(f"{machine}/{child.pid}/{int(start) + 1}")  # the number was given out again
    child.communicate()
    assert is_dead(label)


@pytest.mark.parametrize(
    "label", ["", "x", "//", "elsewhere/1/1", "@/-1/2", "@/9e9/", "@/²/1", "@/0/1"]
)
def test_in_doubt_an_owner_lives(label):
    assert not is_dead(label.replace("@", owner().split("/")[0]))
