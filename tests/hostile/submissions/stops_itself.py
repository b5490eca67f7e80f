# /// hostile
# about = "A probe stops its own process, another one waits for a child that stopped, a third sleeps."
# score = 0.2
# causes = { "double.values" = "time_limit", "Scale.forward" = "time_limit", "Scale.gradient" = "time_limit" }
# limits = "probe_s = 2\n"
# grace_s = 4.0
# ///
# %%
import os
import signal
import time


def double(x):
    os.kill(os.getpid(), signal.SIGSTOP)
    return x + x


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        child = os.fork()
        if child == 0:
            os.setsid()
            os.kill(os.getpid(), signal.SIGSTOP)
        os.waitpid(child, 0)
        return self.weight * x
