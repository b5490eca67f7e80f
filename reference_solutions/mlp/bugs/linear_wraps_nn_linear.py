# /// zachetka
# about = "nn.Linear inside."
# score = 0.85
# fails = [
#     "MyLinear.parameters",
#     "MyLinear.forward",
#     "MyLinear.input_shapes",
#     "MyLinear.no_bias",
#     "MyLinear.linear_gradients",
# ]
# diagnosis = "nn.Linear and F.linear are not allowed"
# ///
# %% MyLinear
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.inner = nn.Linear(in_features, out_features, bias=bias)
        self.weight = self.inner.weight
        self.bias = self.inner.bias

    def forward(self, x):
        return self.inner(x)
