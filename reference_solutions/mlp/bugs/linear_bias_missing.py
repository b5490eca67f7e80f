# /// zachetka
# about = "With bias=False there is no attribute `bias`."
# score = 0.98
# fails = [
#     "MyLinear.no_bias",
# ]
# diagnosis = "the layer has no attribute `bias` at all"
# ///
# %% MyLinear
class MyLinear(nn.Module):
    """A linear layer: x @ weight.T + bias.

    weight: nn.Parameter (out_features, in_features)
    bias:   nn.Parameter (out_features,), or None with bias=False
    """

    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        bound = in_features**-0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.with_bias = bias
        if bias:
            self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound))

    def forward(self, x):
        """x: (..., in_features) -> (..., out_features)"""
        out = x @ self.weight.T
        return out + self.bias if self.with_bias else out
