# /// zachetka
# about = "The default is 0.1."
# score = 0.95
# fails = [
#     "MyLeakyReLU.values",
#     "MyLeakyReLU.shapes",
#     "MyLeakyReLU.gradient",
#     "MyLeakyReLU.large_inputs",
#     "MyLeakyReLU.float64",
# ]
# diagnosis = "the slope is 0.1"
# ///
# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.1):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        return torch.where(x > 0, x, self.negative_slope * x)
