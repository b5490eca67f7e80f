# /// hostile
# about = "Cells take memory by heap, by shared mappings and by many processes: each costs itself alone."
# score = 1.0
# causes = {}
# cells = { 1 = "failed", 2 = "memory_limit", 3 = "memory_limit" }
# flags = ["cell 3 failed; .*: mmap, shared", "cell 3 was stopped: memory_limit", "cell 4 failed", "cell 4 was stopped: memory_limit"]
# limits = "memory_mb = 700\n"
# ///
# %% by the heap, in pieces that no single request gives away
def heap():
    kept = []
    while True:
        kept.append(bytearray(b"x") * (8 << 20))


heap()
# %% by shared mappings
import mmap


def shared():
    kept = []
    while True:
        block = mmap.mmap(-1, 64 << 20)
        for place in range(0, 64 << 20, 4096):
            block[place] = 1
        kept.append(block)


shared()
# %% by processes that have a little each, less than the kernel itself
import subprocess
import sys
import time

TAKES = "kept = bytearray(b'x') * (64 << 20); import time; time.sleep(1000)"
for _ in range(40):
    subprocess.Popen([sys.executable, "-S", "-c", TAKES], start_new_session=True)
time.sleep(20)
