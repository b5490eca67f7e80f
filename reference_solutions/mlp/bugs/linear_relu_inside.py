# /// zachetka
# about = "A ReLU after the sum."
# score = 0.88
# fails = [
#     "MyLinear.forward",
#     "MyLinear.input_shapes",
#     "MyLinear.no_bias",
#     "MyLinear.linear_gradients",
# ]
# diagnosis = "there is a ReLU at the end"
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
        out = x @ self.weight.T
        out = out if self.bias is None else out + self.bias
        return out.relu()
