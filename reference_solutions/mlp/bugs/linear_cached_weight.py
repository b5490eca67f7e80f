# /// zachetka
# about = "A copy of the weight made once and used for ever."
# score = 0.88
# fails = [
#     "MyLinear.forward",
#     "MyLinear.input_shapes",
#     "MyLinear.no_bias",
#     "MyLinear.linear_gradients",
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
        self.columns = self.weight.T.detach().clone()
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        """x: (..., in_features) -> (..., out_features)"""
        out = x @ self.columns
        return out if self.bias is None else out + self.bias
