from pathlib import Path

import pytest

from zachetka.sandbox.base import Limits
from zachetka.sandbox.none import NoneSandbox


def test_an_interrupt_while_it_ends_leaves_no_folder(monkeypatch):
    process = NoneSandbox().start(Limits())
    end, home = process._child.kill, Path(process._home)

    def interrupted():
        end()
        raise KeyboardInterrupt

    monkeypatch.setattr(process._child, "kill", interrupted)
    with pytest.raises(KeyboardInterrupt):
        process.kill()
    assert not home.exists()
