# /// hostile
# about = "Several builtins at once are others while a probe's answer is packed."
# score = 0.2
# causes = { "double.values" = "crash", "Scale.forward" = "error", "Scale.gradient" = "crash" }
# says = { "Scale.forward" = "TypeError: iteration over a 0-d tensor" }
# ///
# %%
import builtins
import os

real_isinstance, real_import = isinstance, __import__


def double(x):
    builtins.isinstance = lambda *args: True
    builtins.len = lambda *args: 6
    builtins.type = builtins.str = builtins.int = lambda *args: "value"
    builtins.open = builtins.getattr = lambda *args: open
    return torch.zeros(3, 2)


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        if self.weight >= 1:
            # A tensor is no tensor any more, but a list of what its iterator gives.
            builtins.isinstance = lambda item, kinds: (
                real_isinstance(item, kinds) or (real_isinstance(item, torch.Tensor) and kinds == list | tuple)
            )
        else:
            builtins.super = builtins.object = builtins.dict = lambda *args: os._exit(0)
            builtins.bool = builtins.all = builtins.float = builtins.map = lambda *args: os._exit(0)
            builtins.isinstance = lambda item, kinds: os._exit(0)
        return x * self.weight


def word(length):
    # Whatever is imported is what was there before.
    builtins.__import__ = lambda *args, **kwargs: real_import("os")
    return "z" * length
