# /// hostile
# about = "Empty files, folders and links without end, which cost no byte of a disk's size."
# score = 1.0
# causes = {}
# cells = { 1 = "failed" }
# limits = "disk_mb = 16\ncell_s = 20\n"
# ///
# %%
import os

for number in range(10**9):
    os.mkdir(f"{os.environ['HOME']}/{number}")
