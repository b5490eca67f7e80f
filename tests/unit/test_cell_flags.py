"""What a teacher reads of cells that did not run to their end."""

import pytest

from zachetka.replies import CellReply
from zachetka.writing import cell_flags


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("error", ["cell 3 failed; what it declares below was kept: f, x"]),
        ("skipped", ["cell 3 was not run; what it declares was kept: f, x"]),
        (
            "crash",
            ["cell 3 failed; what it declares was kept: f, x", "cell 3 was stopped: crash"],
        ),
    ],
)
def test_what_was_kept_is_said_of_how_the_cell_ended(status, said):
    reply = CellReply(
        index=2,
        status=status,
        duration_s=0.1,
        error=None,
        rescued=["f", "x"],
        truncated=False,
    )
    assert list(cell_flags([reply])) == said
