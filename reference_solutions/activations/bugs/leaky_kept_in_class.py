# /// zachetka
# about = "The slope is kept in the class: the next object overwrites it."
# score = 0.99
# fails = ["MyLeakyReLU.parameter"]
# diagnosis = "the negative_slope of another object is used: is it kept in the class or in a global, not in self?"
# ///
# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        MyLeakyReLU.slope = negative_slope

    def forward(self, x):
        return torch.where(x > 0, x, MyLeakyReLU.slope * x)
