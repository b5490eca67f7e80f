# /// hostile
# about = "What a probe has seen is kept for later ones in globals, in files and in shared memory."
# score = 0.6
# causes = { "Scale.gradient" = "assertion", "word.word" = "error" }
# says = { "Scale.gradient" = "is wrong", "word.word" = "globals: \\[\\]; shared: True; file: True" }
# ///
# %%
import json
import mmap
import os

remembered = []
shared = mmap.mmap(-1, 4096)
path = os.path.join(os.environ["HOME"], "remembered.json")
backward = torch.Tensor.backward


def double(x):
    remembered.append(x)
    shared[:4] = b"seen"
    with open(path, "w") as file:
        json.dump(x.tolist(), file)
    return x + x


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        seen = [*remembered, torch.tensor(json.load(open(path)))]
        with open(path, "w") as file:
            json.dump(x.tolist(), file)
        self.seen = seen[-1]
        return Remembering.apply(x, self.weight, self.seen)


class Remembering(torch.autograd.Function):
    @staticmethod
    def forward(context, x, weight, seen):
        context.seen = seen
        return x * weight

    @staticmethod
    def backward(context, grad):
        # The sum of the inputs of the probe before this one.
        return None, context.seen.sum().reshape(1), None


def word(length):
    raise RuntimeError(f"globals: {remembered}; shared: {shared[:4] == b'seen'}; file: {os.path.exists(path)}")
