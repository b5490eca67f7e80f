import os

from zachetka.agent.usage import is_ending


def test_a_process_that_has_come_to_its_end_is_told_from_others():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert is_ending(pid)
    os.waitpid(pid, 0)
    assert not is_ending(pid)
    assert not is_ending(os.getpid())
