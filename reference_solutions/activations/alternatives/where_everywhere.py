# /// zachetka
# about = "torch.where with tensors made from x."
# score = 1.0
# fails = []
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return torch.where(x > 0, x, torch.zeros_like(x))

# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        return torch.where(x < 0, x * self.negative_slope, x)

# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        negative = torch.where(x < 0, x, torch.zeros_like(x))
        return torch.where(x < 0, self.alpha * (torch.exp(negative) - 1), x)

# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        e = torch.exp(torch.where(x < 0, x, -x))
        return torch.where(x < 0, e, torch.ones_like(e)) / (1 + e)
