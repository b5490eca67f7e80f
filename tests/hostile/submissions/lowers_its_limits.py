# /// hostile
# about = "Probes set limits of their own to nothing."
# score = 0.2
# causes = { "double.values" = "crash", "Scale.forward" = "memory_limit", "Scale.gradient" = "error" }
# says = { "double.values" = "signal 24", "Scale.gradient" = "File too large" }
# ///
# %%
import os
import resource


def double(x):
    resource.setrlimit(resource.RLIMIT_CPU, (1, 9))
    while True:
        pass


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        if self.weight < 1:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
            with open(os.environ["HOME"] + "/file", "wb", buffering=0) as file:
                file.write(b"x")
        resource.setrlimit(resource.RLIMIT_AS, (0, 0))
        return self.weight * torch.ones(1 << 28)[:4]
