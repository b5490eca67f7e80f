from fuzzing import KIB, fuzzed, outcome
from hypothesis import example, given
from mutations import spliced

from zachetka.reference import Kind, parse_variant

BUG = """#!/usr/bin/env python
# /// zachetka
# about = "g returns 3"
# score = 0.6
# fails = ["g.value"]
# may_fail = ["g.other"]
# diagnosis = "3"
# ///
# %% g
def g():
    return 3
"""
TOKENS = (
    b"# /// zachetka\n", b"# ///\n", b"# ", b"#\n", b"\n", b"# %% g\n", b"# %% f\n", b"# %%", b"=",
    b"[", b"]", b'"', b"nan", b"inf", b"-1", b"true", b"9" * 5000, b"[" * 2000, b"\x0c", b"\x85",
    "\u2028".encode(), b"# score = 0\n", b"# fails = []\n", b"# x = 1\n", b"#\n" * 500, b"\0",
)  # fmt: skip


@fuzzed
@given(spliced([BUG.encode()], TOKENS))
@example(BUG.replace("0.6", "[" * 5000).encode())
@example(BUG.replace("0.6", "-1").encode())
def test_any_variant_is_read_or_wrong(data):
    text = data.decode("utf-8", "replace")
    found = outcome(
        lambda: parse_variant(text, "three", Kind.BUG, 1.0, {"f", "g"}),
        errors=ValueError,
        # Mostly the frames of a parser that recursed as deep as Python goes.
        at_most_bytes=4096 * KIB + 100 * len(data),
    )
    if isinstance(found, ValueError):
        assert str(found)
        return
    assert 0 <= found.score < 1
    assert found.fails
    assert found.about
    assert set(found.cells) <= {"f", "g"}
