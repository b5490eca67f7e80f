# /// zachetka
# about = "`negative_slope or 0.01` takes a slope of 0 for none."
# score = 0.99
# fails = ["MyLeakyReLU.parameter"]
# diagnosis = "the default is used in place of 0"
# ///
# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=None):
        super().__init__()
        self.negative_slope = negative_slope or 0.01

    def forward(self, x):
        return torch.where(x > 0, x, self.negative_slope * x)
