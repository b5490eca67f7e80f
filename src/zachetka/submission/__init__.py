"""Read what a student handed in: bytes with a cap, then the sources of the code cells, no more.

Nothing in the file is trusted and nothing but strings leaves this package. A file that is no
notebook is rejected with a sentence for its student; whatever can be repaired is, and noted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zachetka.submission.archive import Address, read_member
from zachetka.submission.file import FILE_BYTES, RawSubmission, read_bytes
from zachetka.submission.notebook import (
    CELL_COUNT,
    SOURCE_BYTES,
    SOURCES_BYTES,
    Cell,
    Submission,
    parse,
    refuse_without_code,
)

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "CELL_COUNT",
    "FILE_BYTES",
    "SOURCES_BYTES",
    "SOURCE_BYTES",
    "Address",
    "Cell",
    "RawSubmission",
    "Submission",
    "parse",
    "read_bytes",
    "read_member",
    "read_submission",
    "refuse_without_code",
]


def read_submission(path: Path) -> Submission:
    """Read a notebook; `read_bytes` and then `parse`.

    Raises:
        SubmissionRejectedError: it is no notebook that could be run.
        UsageError: there is no such file.
        InfrastructureError: the file is there and cannot be read.
    """
    return parse(read_bytes(path))
