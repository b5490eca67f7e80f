"""Which agent this is: host and sandbox hash the same files, each on its own side."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
AGENT_PARTS = ("__init__.py", "errors.py", "language.py", "protocol", "agent")


@functools.cache
def agent_sha256() -> str:
    """Give the SHA-256 of the agent's sources: the host and a sandbox's image must agree on it."""
    digest = hashlib.sha256()
    for part in AGENT_PARTS:
        path = PACKAGE / part
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            digest.update(file.relative_to(PACKAGE).as_posix().encode() + b"\0")
            digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()
