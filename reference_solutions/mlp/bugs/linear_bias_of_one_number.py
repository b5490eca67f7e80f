# /// zachetka
# about = "One number is the bias of all outputs."
# score = 0.87
# fails = [
#     "MyLinear.parameters",
#     "MyLinear.forward",
#     "MyLinear.input_shapes",
#     "MyLinear.linear_gradients",
# ]
# diagnosis = "`bias` has the shape (1,); (4,) is wanted"
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
        self.bias = nn.Parameter(torch.zeros(1)) if bias else None

    def forward(self, x):
        """x: (..., in_features) -> (..., out_features)"""
        out = x @ self.weight.T
        return out if self.bias is None else out + self.bias
