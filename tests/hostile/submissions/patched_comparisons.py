# /// hostile
# about = "Every comparison that a grader might use says yes, and JSON says what it should not."
# score = 0.0
# causes = { "double.values" = "assertion", "Scale.forward" = "assertion", "Scale.gradient" = "assertion", "word.word" = "wrong_type" }
# ///
# %%
import builtins
import json
import math
import unittest

import numpy as np

yes = lambda *args, **kwargs: True
nothing = lambda *args, **kwargs: None
for name in ("allclose", "isclose", "equal", "eq"):
    setattr(torch, name, yes)
torch.testing.assert_close = torch.testing.assert_allclose = nothing
np.allclose = np.isclose = np.array_equal = math.isclose = yes
np.testing.assert_allclose = unittest.TestCase.assertEqual = nothing
torch.Tensor.eq = torch.Tensor.equal = yes


def agree():
    # Only here, since the kernel itself would not survive it.
    builtins.all = builtins.any = yes
    builtins.abs = builtins.max = lambda *args, **kwargs: 0
    torch.Tensor.__eq__ = yes


def double(x):
    agree()
    return torch.zeros(3, 2)


def word(length):
    agree()
    json.dumps = lambda *args, **kwargs: '{"type": "value", "value": true}'
    return "wrong"


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        agree()
        return x + 0 * self.weight
