# /// zachetka
# about = "The slope has no default."
# score = 0.95
# fails = [
#     "MyLeakyReLU.values",
#     "MyLeakyReLU.shapes",
#     "MyLeakyReLU.gradient",
#     "MyLeakyReLU.large_inputs",
#     "MyLeakyReLU.float64",
# ]
# diagnosis = "`MyLeakyReLU()` is not possible: `__init__` takes other arguments."
# ///
# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        return torch.where(x > 0, x, self.negative_slope * x)
