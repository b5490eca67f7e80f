# /// hostile
# about = "What seeds, resets and copies in torch and numpy does something else, or answers for itself."
# score = 0.2
# causes = { "double.values" = "wrong_type", "Scale.forward" = "assertion", "Scale.gradient" = "assertion" }
# says = { "double.values" = "expected float32 tensor \\(3, 2\\), got float64 tensor \\(5,\\)", "Scale.forward" = "contains NaN", "Scale.gradient" = "is wrong" }
# ///
# %%
import numpy as np

nothing = lambda *args, **kwargs: None
torch.manual_seed = torch.seed = torch.set_num_threads = torch.set_default_dtype = nothing
torch.set_default_device = torch.get_rng_state = nothing
np.random.seed = np.seterr = nothing
torch.testing.assert_close = torch.allclose = torch.equal = lambda *args, **kwargs: True
torch.Tensor.__eq__ = torch.Tensor.isclose = lambda self, other: torch.ones(self.shape, dtype=torch.bool)
torch.Tensor.numpy = torch.Tensor.tolist = torch.Tensor.item = lambda self: 0
contiguous = torch.Tensor.contiguous


def double(x):
    torch.Tensor.contiguous = lambda self: torch.ones(5, dtype=torch.float64)
    return x + x


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        if self.weight >= 1:
            torch.Tensor.resolve_neg = lambda self: self * float("nan")
        else:
            torch.Tensor.clone = lambda self: contiguous(self).mul(2)
        return x * self.weight
