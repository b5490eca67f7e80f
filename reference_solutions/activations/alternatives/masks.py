# /// zachetka
# about = "Masks as factors."
# score = 1.0
# fails = []
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x * (x > 0)

# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        return x * (x > 0) + self.negative_slope * x * (x < 0)

# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        left = (x < 0).to(x.dtype)
        return x * (x > 0) + self.alpha * torch.expm1(x * left)
