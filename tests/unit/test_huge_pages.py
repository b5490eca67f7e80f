import subprocess
import sys

import pytest

from zachetka.agent import huge_pages

MIB = 1 << 20
MANY_PAGES = """
import os
from zachetka.agent.huge_pages import collapse

data = bytearray(os.urandom(4096) * (32 << 8))
before = bytes(data)
collapse()
assert data == before
data[::4096] = bytes(len(data) // 4096)
if os.fork() == 0:
    os._exit(data[4096] != 0 or data[1] != before[1])
assert os.wait()[1] == 0
"""


@pytest.mark.parametrize(
    ("mapping", "pages"),
    [
        (f"{3 * MIB:x}-{9 * MIB:x} rw-p 00000000 00:00 0 ", (4 * MIB, 8 * MIB)),
        (f"{4 * MIB:x}-{6 * MIB:x} rw-p 00000000 00:00 0 [heap]", (4 * MIB, 6 * MIB)),
        (f"{4 * MIB:x}-{6 * MIB:x} r--p 00000000 00:00 0 ", (0, 0)),
        (f"{4 * MIB:x}-{6 * MIB:x} rw-s 00000000 00:00 0 ", (0, 0)),
        (f"{4 * MIB:x}-{6 * MIB:x} rw-p 00000000 fe:00 7 /usr/lib/lib c.so", (0, 0)),
    ],
)
def test_private_memory_without_a_file_is_moved(mapping, pages):
    assert huge_pages._whole_pages(mapping) == pages


def test_a_small_mapping_has_no_room_for_one():
    start, end = huge_pages._whole_pages(f"{3 * MIB:x}-{4 * MIB:x} rw-p 00000000 00:00 0 ")
    assert start >= end


def test_what_is_moved_stays_what_it_is():
    subprocess.run([sys.executable, "-c", MANY_PAGES], check=True)
