import json

from fuzzing import KIB, fuzzed, outcome
from hypothesis import example, given
from mutations import damaged, spliced, to_json

from zachetka.errors import SubmissionRejectedError
from zachetka.submission import (
    CELL_COUNT,
    SOURCE_BYTES,
    SOURCES_BYTES,
    RawSubmission,
    parse,
)

MODERN = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
        "zachetka": {"assignment": "mlp", "lang": "ru"},
    },
    "cells": [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Задание\n", "1"]},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {},
            "execution_count": 1,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["привет\n"]}],
            "source": ["x = 'Зачётка'\r\n", "y = 2"],
        },
        {"cell_type": "code", "source": "z"},
    ],
}
OLD = {
    "nbformat": 3,
    "metadata": {"name": "old"},
    "worksheets": [
        {"cells": [{"cell_type": "code", "input": ["x = 1"], "language": "python", "outputs": []}]},
        {"cells": [{"cell_type": "code", "input": "y", "outputs": []}]},
    ],
}
STRANGE = {"metadata": {"kernelspec": {"name": "ir"}}, "cells": [{"source": "a", "outputs": []}, 7]}
SEEDS = (MODERN, OLD, STRANGE)
KEYS = (
    "cells", "metadata", "cell_type", "source", "worksheets", "name", "input", "outputs",
    "language", "kernelspec", "language_info", "zachetka", "assignment", "lang", "nbformat", "",
)  # fmt: skip
TOKENS = (
    b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\ud800", b"\\u0000", b"\\r", b"null",
    b"NaN", b"1e999", b"9" * 5000, b"[" * 2000, b'{"cells":' * 2000, b"0," * 500, b"{}," * 500,
    b"\xff", b"\xd0", b"\x98", b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"\r\n", b'"cells":',
)  # fmt: skip
TEXTS = [json.dumps(seed, ensure_ascii=False) for seed in SEEDS]
FILES = spliced(
    [text.encode(code) for text in TEXTS for code in ("utf-8", "utf-16", "utf-32-le", "cp1251")],
    TOKENS,
)
TREES = damaged(SEEDS, KEYS).map(to_json)


def changed(**changes):
    return json.dumps({**MODERN, **changes}).encode()


@fuzzed
@given(FILES | TREES)
@example(b'{"cells": [' + b"0," * 20_000 + b"0]}")
@example(b'{"cells": [' + b'{"outputs":0},' * 20_000 + b"{}]}")
@example(b'{"cells": ' + b"[" * 900 + b"]" * 900 + b"}")
@example(changed(cells=[{"cell_type": "code", "source": "\0\r\ud800"}]))
@example(changed(metadata={"zachetka": {"assignment": "я", "lang": 5}}))
def test_any_file_is_read_or_rejected(data):
    raw = RawSubmission("0" * 64, data)
    found = outcome(
        lambda: parse(raw),
        errors=SubmissionRejectedError,
        at_most_bytes=64 * KIB + 40 * len(data),
    )
    if isinstance(found, SubmissionRejectedError):
        assert found.text.en
        assert found.text.ru
        return
    check(found, len(data))


def check(found, size):
    """Check what the agent, the graders and the report take for granted."""
    indices = [cell.index for cell in found.cells]
    assert indices == sorted(set(indices))
    assert all(0 <= index <= size for index in indices)
    sizes = [len(cell.source.encode("utf-8")) for cell in found.cells]
    assert len(sizes) <= CELL_COUNT
    assert max(sizes, default=0) <= SOURCE_BYTES
    assert sum(sizes) <= SOURCES_BYTES
    assert not any(char in cell.source for cell in found.cells for char in "\0\r")
    for name in (found.declared_assignment, found.declared_language):
        assert name is None or name.isascii()
    assert len(set(found.repairs)) == len(found.repairs) <= 2 * len(sizes) + 9
    rewritten = [
        {"cell_type": "code", "source": cell.source.splitlines(keepends=True)}
        for cell in found.cells
    ]
    again = parse(RawSubmission("0" * 64, json.dumps({"nbformat": 4, "cells": rewritten}).encode()))
    assert [cell.source for cell in again.cells] == [cell.source for cell in found.cells]
    assert again.repairs == ()
