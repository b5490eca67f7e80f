import os
import signal

from zachetka.sandbox.stream import ChildProcess


def test_what_has_been_killed_is_not_killed_again(monkeypatch):
    child = ChildProcess(["/bin/sleep", "1000"])
    child.kill()
    assert child.poll() == -signal.SIGKILL
    sent = []
    # The numbers of the process and of its pipes may be somebody else's by now.
    for name in ("kill", "killpg", "read"):
        monkeypatch.setattr(os, name, lambda *args: sent.append(args))
    child.kill()
    assert child.stderr_tail() == ""
    assert sent == []
