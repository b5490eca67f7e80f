# /// zachetka
# about = "The left part is subtracted."
# score = 0.94
# fails = [
#     "MyLeakyReLU.values",
#     "MyLeakyReLU.shapes",
#     "MyLeakyReLU.gradient",
#     "MyLeakyReLU.large_inputs",
#     "MyLeakyReLU.float64",
#     "MyLeakyReLU.parameter",
# ]
# diagnosis = "negative x gives positive values: the sign is lost"
# ///
# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        return x.clamp(min=0) - self.negative_slope * x.clamp(max=0)
