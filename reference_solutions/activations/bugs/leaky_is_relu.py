# /// zachetka
# about = "There is no slope."
# score = 0.94
# fails = [
#     "MyLeakyReLU.values",
#     "MyLeakyReLU.shapes",
#     "MyLeakyReLU.gradient",
#     "MyLeakyReLU.large_inputs",
#     "MyLeakyReLU.float64",
#     "MyLeakyReLU.parameter",
# ]
# diagnosis = "this is ReLU"
# ///
# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        return x.clamp(min=0)
