# /// hostile
# about = "Files in memory, which stay when their writer is killed: the sandbox goes, the cell is named."
# score = 1.0
# causes = {}
# cells = { 1 = "memory_limit" }
# flags = ["cell 2 failed; .*: os", "cell 2 was stopped: memory_limit"]
# limits = "memory_mb = 600\ndisk_mb = 2000\n"
# ///
# %%
import os

for number in range(1000):
    with open(f"{os.environ['HOME']}/fill{number}", "wb", buffering=0) as file:
        file.write(b"x" * (16 << 20))
