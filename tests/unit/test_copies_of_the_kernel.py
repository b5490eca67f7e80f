"""The driver knows each copy of the kernel that it asked for, whoever speaks first."""

import select
import socket
import subprocess
import sys
import threading
import time

import pytest

from zachetka.agent.driver import _accept_copy, _listener

# Far from the half minute of the deadline, also on a busy machine.
AT_ONCE_S = 15.0
CONNECTS = """
import socket, sys
copy = socket.socket(socket.AF_UNIX)
copy.connect(sys.argv[1])
copy.recv(1)
"""


@pytest.fixture
def listener(tmp_path):
    with _listener(str(tmp_path / "copies"), socket.SOCK_STREAM) as listener:
        yield listener


@pytest.fixture
def ends():
    """Give the driver's and the parent's end of what is said about copies."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    yield ends
    for end in ends:
        end.close()


@pytest.fixture
def copy(listener):
    """Another process that connects at once."""
    command = [sys.executable, "-c", CONNECTS, listener.getsockname()]
    with subprocess.Popen(command) as process:
        assert select.select([listener], [], [], 30)[0]
        yield process
        process.kill()


def deadline():
    return time.monotonic() + 30


def test_what_is_told_after_the_copy_has_connected_is_not_left_for_the_next(listener, ends, copy):
    driver, parent = ends
    later = threading.Timer(0.3, parent.send, [str(copy.pid).encode()])
    later.start()
    connection, pid = _accept_copy(listener, driver, deadline())
    connection.close()
    later.join()
    assert pid == copy.pid
    assert select.select([driver], [], [], 0)[0] == []


def test_a_copy_is_told_by_itself_where_its_parent_is_gone(listener, ends, copy):
    driver, parent = ends
    parent.close()
    connection, pid = _accept_copy(listener, driver, deadline())
    connection.close()
    assert pid == copy.pid


def test_a_parent_that_is_gone_is_not_waited_for(listener, ends):
    driver, parent = ends
    parent.close()
    started = time.monotonic()
    assert _accept_copy(listener, driver, deadline()) is None
    assert time.monotonic() - started < AT_ONCE_S


def test_a_copy_that_has_ended_before_it_connects_is_not_waited_for(listener, ends):
    driver, parent = ends
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    parent.send(str(ended.pid).encode())
    started = time.monotonic()
    assert _accept_copy(listener, driver, deadline()) is None
    assert time.monotonic() - started < AT_ONCE_S


def test_a_parent_that_says_nothing_is_waited_for_a_moment_only(listener, ends, copy):
    driver, _ = ends
    started = time.monotonic()
    connection, pid = _accept_copy(listener, driver, deadline())
    connection.close()
    assert pid == copy.pid
    assert time.monotonic() - started < AT_ONCE_S
