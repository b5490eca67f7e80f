# /// hostile
# about = "Shared mappings, which no limit of a single process counts."
# score = 0.6
# causes = { "double.values" = "memory_limit" }
# ///
# %%
import mmap


def double(x):
    kept = []
    while True:
        block = mmap.mmap(-1, 64 << 20)
        for place in range(0, 64 << 20, 4096):
            block[place] = 1
        kept.append(block)
