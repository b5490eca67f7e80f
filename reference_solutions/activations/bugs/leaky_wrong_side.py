# /// zachetka
# about = "The slope is on the positive side."
# score = 0.94
# fails = [
#     "MyLeakyReLU.values",
#     "MyLeakyReLU.shapes",
#     "MyLeakyReLU.gradient",
#     "MyLeakyReLU.large_inputs",
#     "MyLeakyReLU.float64",
#     "MyLeakyReLU.parameter",
# ]
# diagnosis = "the slope stands on the wrong side: it belongs to negative x"
# ///
# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        return torch.where(x > 0, self.negative_slope * x, x)
