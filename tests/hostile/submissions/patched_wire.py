# /// hostile
# about = "What packs an answer packs another one: safetensors, struct, json and sockets."
# score = 0.0
# causes = { "double.values" = "crash", "Scale.forward" = "wrong_type", "Scale.gradient" = "crash", "word.word" = "crash" }
# says = { "double.values" = "disturbed .*safetensors", "Scale.forward" = "expected float32 tensor \\(4,\\), got float64 tensor \\(3,\\)", "Scale.gradient" = "disturbed", "word.word" = "disturbed .*no JSON" }
# ///
# %%
import json
import struct

import safetensors
import safetensors.torch

save = safetensors.torch.save


def double(x):
    safetensors.torch.save = lambda tensors: struct.pack("<Q", 1 << 62) + b"{}" + b"\0" * 24
    return x + x


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        if self.weight >= 1:
            safetensors.torch.save = lambda tensors: save({"0": torch.ones(3, dtype=torch.float64)})
        else:
            # Two tensors where one was named, and none of the name.
            safetensors.torch.save = lambda tensors: save({"1": torch.ones(1), "": torch.ones(1)})
        return x * self.weight


def word(length):
    nested = "[" * 100_000 + "]" * 100_000
    json.dumps = lambda *args, **kwargs: '{"type": "value", "value": %s, "value": NaN}' % nested
    return "z" * length
