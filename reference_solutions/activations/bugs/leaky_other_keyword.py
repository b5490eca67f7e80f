# /// zachetka
# about = "The argument has another name."
# score = 0.99
# fails = ["MyLeakyReLU.parameter"]
# diagnosis = "is not possible: `__init__` takes other arguments."
# ///
# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = slope

    def forward(self, x):
        return torch.where(x > 0, x, self.slope * x)
