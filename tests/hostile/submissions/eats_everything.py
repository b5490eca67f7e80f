# /// hostile
# about = "Endless loops, floods and memory in probes; the last check still counts."
# score = 0.2
# causes = { "double.values" = "time_limit", "Scale.forward" = "memory_limit", "Scale.gradient" = "output_limit" }
# limits = "probe_s = 6\nmemory_mb = 700\n"
# ///
# %%
import mmap
import os
import signal
import sys
import time

time.monotonic = time.time = lambda: 0.0


def double(x):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        sys.stdout.write("x" * 10**6)
        os.write(1, b"x" * 10**6)
        os.write(2, b"x" * 10**6)


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        if self.weight < 1:
            Tensor = type(self.weight)
            Tensor.grad = property(lambda self: ["я" * 99_000] * 400)
            return x * self.weight
        blocks = []
        while True:
            blocks.append(mmap.mmap(-1, 32 << 20))
            for page in range(0, 32 << 20, mmap.PAGESIZE):
                blocks[-1][page] = 1
