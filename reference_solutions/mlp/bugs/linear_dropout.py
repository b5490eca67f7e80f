# /// zachetka
# about = "A dropout is left on."
# score = 0.88
# fails = [
#     "MyLinear.forward",
#     "MyLinear.input_shapes",
#     "MyLinear.no_bias",
#     "MyLinear.linear_gradients",
# ]
# diagnosis = "two calls with the same x give different outputs"
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
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        """x: (..., in_features) -> (..., out_features)"""
        out = F.dropout(x, 0.3) @ self.weight.T
        return out if self.bias is None else out + self.bias
