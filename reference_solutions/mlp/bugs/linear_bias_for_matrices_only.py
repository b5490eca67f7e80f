# /// zachetka
# about = "The bias is added to matrices only."
# score = 0.97
# fails = [
#     "MyLinear.input_shapes",
# ]
# diagnosis = "the bias is not added"
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
        if x.ndim == 2 and self.bias is not None:
            return torch.addmm(self.bias, x, self.weight.T)
        return x @ self.weight.T
