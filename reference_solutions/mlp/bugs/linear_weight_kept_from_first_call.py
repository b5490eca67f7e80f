# /// zachetka
# about = "The weight is turned once, at the first call, and kept."
# score = 0.96
# fails = [
#     "MyLinear.forward",
# ]
# diagnosis = "the output stays the same when `weight` changes"
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
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        """x: (..., in_features) -> (..., out_features)"""
        if not hasattr(self, "_columns"):
            self._columns = self.weight.T.clone()
        out = x @ self._columns
        return out if self.bias is None else out + self.bias
