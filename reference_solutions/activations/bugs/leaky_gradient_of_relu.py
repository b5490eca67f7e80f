# /// zachetka
# about = "The values are right, the slope is cut off the graph."
# score = 0.97
# fails = [
#     "MyLeakyReLU.gradient",
#     "MyLeakyReLU.large_inputs",
#     "MyLeakyReLU.parameter",
# ]
# diagnosis = "the gradient is that of another formula: this is ReLU"
# ///
# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        left = (self.negative_slope * x.clamp(max=0)).detach()
        return x.clamp(min=0) + left
