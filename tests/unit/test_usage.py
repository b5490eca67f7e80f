import mmap
import os

from zachetka.agent.usage import data_bytes_of, is_ending


def test_a_process_that_has_come_to_its_end_is_told_from_others():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert is_ending(pid)
    os.waitpid(pid, 0)
    assert not is_ending(pid)
    assert not is_ending(os.getpid())


def test_what_a_process_keeps_to_itself_is_counted():
    before = data_bytes_of(os.getpid())
    with mmap.mmap(-1, 64 << 20, flags=mmap.MAP_PRIVATE):
        assert data_bytes_of(os.getpid()) - before >= 64 << 20
    assert data_bytes_of(None) == 0
