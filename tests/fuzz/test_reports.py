import json
import re

import pydantic
from fuzzing import KIB, fuzzed, outcome
from hypothesis import example, given
from hypothesis import strategies as st
from mutations import damaged, spliced, to_json

from zachetka.report.clean import clean_line, clean_text
from zachetka.report.model import LINE_LIMIT, PROSE_LIMIT, ROUNDING, from_json
from zachetka.report.model import to_json as stored

SEED = {
    "schema": "zachetka.report/1",
    "assignment": "mlp",
    "student": "petrov",
    "submission": {"file": "petrov.ipynb", "sha256": "0" * 64, "bytes": 10},
    "status": "graded",
    "message": None,
    "score": 0.5,
    "max_score": 1.0,
    "checks": [
        {
            "id": "MyLinear.forward",
            "task": "MyLinear",
            "title": "вперёд",
            "points": 0.0,
            "max_points": 0.5,
            "status": "failed",
            "cause": "wrong_type",
            "message": "expected float32 (6, 4)\ngot (6, 1)",
            "hint": None,
            "duration_s": 0.1,
        }
    ],
    "execution": {
        "status": "ok",
        "cells": [{"index": 0, "status": "ok", "duration_s": 0.2, "error": None}],
        "wall_s": 1.0,
        "cpu_s": None,
        "peak_memory_bytes": 1,
    },
    "flags": ["cell 3 printed too much"],
    "sandbox": {
        "backend": "none",
        "image": None,
        "limits": {"cell_s": 60.0, "processes": 128},
        "enforcement": {"memory": "control group"},
    },
    "grader": {"version": "1", "sha256": "1" * 64},
    "graded_at": "2026-01-02T03:04:05+03:00",
}
KEYS = ("score", "status", "message", "checks", "limits", "id", "file", "cells", "", "enforcement")
TOKENS = (
    b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\ud800", b"\\u001b[31m", b"\\u202e", b"-",
    b"null", b"NaN", b"1e999", b"9" * 5000, b"[" * 2000, b"\xff", b"\xef\xbb\xbf", b"\0", b"\\r",
    b"0001-01-01T00:00:00+23:59", b"9999-12-31T23:59:59-23:59", b"rejected", b"error", b"x" * 5000,
)  # fmt: skip
REPORTS = spliced([json.dumps(SEED).encode()], TOKENS) | damaged([SEED], KEYS).map(to_json)


@fuzzed
@given(REPORTS)
@example(b"[" * 100_000)
@example(json.dumps({**SEED, "score": None}).encode())
@example(json.dumps({**SEED, "score": 1.1}).encode())
@example(json.dumps(SEED).replace("cell_s", "cell\\u202e\\u001b").encode())
@example(json.dumps({**SEED, "graded_at": "2026-01-02T03:04:05"}).encode())
def test_any_report_is_read_or_refused(data):
    report = outcome(
        lambda: from_json(data),
        errors=pydantic.ValidationError,
        at_most_bytes=256 * KIB + 40 * len(data),
    )
    if isinstance(report, pydantic.ValidationError):
        return
    assert report.score is None or 0 <= report.score <= report.max_score + ROUNDING
    assert (report.score is None) == (report.status == "error")
    for check in report.checks:
        for prose in (check.message, check.hint):
            assert prose is None or len(prose) <= PROSE_LIMIT
    for line in (report.student, *report.flags, *(check.id for check in report.checks)):
        assert len(line) <= LINE_LIMIT
        assert "\n" not in line
    assert report.graded_at.utcoffset() is not None
    text = stored(report)
    assert not re.search(r"(?<!\\)(?:\\\\)*\\u00|[\x00\x1b\u202e]", text)
    assert from_json(text) == report


PIECES = st.sampled_from(
    ("\x1b", "\x1b[", "\x1b[31m", "\x1b]", "\x07", "\x9b", "\\", "m", "[", "\r", "\n", "\r\n",
     "\u202e", "\ud800", "\udc00", "\u200b", "\ufeff", "\x85", "\u2028", " ", "я", "👩‍💻", "\0",
     "x" * 70)
) | st.text(st.characters(exclude_categories=[]), max_size=20)  # fmt: skip


@fuzzed
@given(st.lists(PIECES, max_size=12).map("".join), st.integers(0, 300))
@example("\x1b\x1b[m[31m", 100)
@example("\x1b]" * 4000, 300)
@example("я" * 4_000_000, 300)
def test_any_text_is_cleaned_within_its_bound(text, limit):
    cleaned = outcome(lambda: clean_text(text, limit), errors=(), at_most_bytes=1024 * KIB)
    assert len(cleaned) <= limit
    assert clean_text(cleaned, limit) == cleaned
    cleaned.encode("utf-8")
    assert not any(char in cleaned for char in "\x00\x1b\x9b\r\u202e\u2028")
    line = clean_line(text, limit)
    assert clean_line(line, limit) == line
    assert not any(char in line for char in "\n\t")
