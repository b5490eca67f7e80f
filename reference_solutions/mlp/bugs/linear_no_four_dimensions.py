# /// zachetka
# about = "Inputs of four dimensions are an error."
# score = 0.97
# fails = [
#     "MyLinear.input_shapes",
# ]
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
        out = torch.tensordot(x, self.weight, ([-1], [1])) if x.dim() < 4 else x.mm(self.weight.T)
        return out if self.bias is None else out + self.bias
