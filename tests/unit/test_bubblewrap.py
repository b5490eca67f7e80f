from __future__ import annotations

from pathlib import Path

from zachetka.sandbox import bubblewrap
from zachetka.sandbox.base import Limits


def test_a_python_that_lies_in_tmp_is_not_hidden(monkeypatch):
    python = Path("/tmp/clone/.venv")  # noqa: S108 - where a clone may lie
    monkeypatch.setattr(bubblewrap, "python_folders", lambda: [python])
    arguments = bubblewrap.bwrap_arguments(Limits())
    own_tmp = arguments.index("/tmp")  # noqa: S108
    assert arguments[own_tmp - 1] == "--tmpfs"
    assert own_tmp < arguments.index(str(python))
