# /// zachetka
# about = "Plain tensors that require a gradient, not parameters."
# score = 0.97
# fails = [
#     "MyLinear.parameters",
# ]
# diagnosis = "must be registered parameters"
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
        self.weight = torch.empty(out_features, in_features).uniform_(-bound, bound).requires_grad_()
        self.bias = torch.empty(out_features).uniform_(-bound, bound).requires_grad_() if bias else None

    def forward(self, x):
        """x: (..., in_features) -> (..., out_features)"""
        out = x @ self.weight.T
        return out if self.bias is None else out + self.bias
