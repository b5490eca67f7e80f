# /// zachetka
# about = "The slope is always 0.01."
# score = 0.99
# fails = ["MyLeakyReLU.parameter"]
# diagnosis = "the default is used, whatever negative_slope is given"
# ///
# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        return torch.where(x > 0, x, 0.01 * x)
