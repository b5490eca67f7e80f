# /// zachetka
# about = "The last dimension is squeezed away when there is one output."
# score = 0.97
# fails = [
#     "MyLinear.input_shapes",
# ]
# diagnosis = "the last dimension is lost"
# ///
# %% MyLinear
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features))
        self.bias = nn.Parameter(torch.randn(out_features)) if bias else None

    def forward(self, x):
        out = x @ self.weight.T
        if self.bias is not None:
            out = out + self.bias
        return out.squeeze(-1)
