from datetime import UTC, datetime

import pytest

from zachetka.errors import UsageError
from zachetka.intake.gradescope import GradescopeEntry, Submitter, read_metadata

EXPORT = """---
submission_17:
  :submitters:
  - :name: "Ivan: Petrov"
    :sid: 0042
    :email: ip@x.ru
  - :name: Анна
    :sid:
    :email: a@x.ru
  :created_at: 2026-11-21 12:30:00.123456789 -07:00
  :score: 0.0
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    tests: []
  :history: []
"""


def test_a_group_has_several_submitters_and_ids_keep_their_zeros():
    assert read_metadata(EXPORT.encode()) == {
        "submission_17": GradescopeEntry(
            (Submitter("Ivan: Petrov", "0042", "ip@x.ru"), Submitter("Анна", "", "a@x.ru")),
            datetime(2026, 11, 21, 19, 30, 0, 123456, tzinfo=UTC),
        )
    }


@pytest.mark.parametrize(
    "entry",
    ["{}", "{':submitters': 5}", "{':submitters': [5, {}, {':name': [1]}], ':created_at': [1]}"],
)
def test_what_an_entry_lacks_is_left_out(entry):
    assert read_metadata(f"submission_1: {entry}".encode()) == {
        "submission_1": GradescopeEntry((), None)
    }


@pytest.mark.parametrize(
    "data",
    [b"", b"- 1", b"text", b"a: [", b"\xff\xfe\xff", b"a: *b", b"[" * 100_000, b"? " * 10_000],
    ids=range(8),
)
def test_a_file_that_is_none_is_said_in_one_line(data):
    with pytest.raises(UsageError, match=r"submission_metadata\.yml") as caught:
        read_metadata(data)
    assert "\n" not in str(caught.value)


def test_aliases_do_not_multiply():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    lines.append("submission_1: {':submitters': [{':name': *a29, ':sid': '7'}]}")
    entry = read_metadata("\n".join(lines).encode())["submission_1"]
    assert entry.submitters == (Submitter("", "7", ""),)
