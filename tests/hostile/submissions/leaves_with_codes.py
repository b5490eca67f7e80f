# /// hostile
# about = "Leaves by every door, with codes that mean something to engines, shells and the agent."
# score = 0.0
# causes = { "double.values" = "error", "Scale.forward" = "crash", "Scale.gradient" = "crash", "word.word" = "crash" }
# says = { "double.values" = "SystemExit: 137", "Scale.forward" = "ended by itself", "word.word" = "ended" }
# cells = { "1" = "crash", "2" = "crash", "3" = "failed" }
# ///
# %%
import os

os._exit(75)
# %%
import os

os._exit(137)
# %%
import sys

sys.exit(125)
# %%
import os
import sys


def double(x):
    sys.exit(137)


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        os._exit(75 if self.weight < 1 else 127)


def word(length):
    os.closerange(0, 4096)
    return "z" * length
