# /// zachetka
# about = "Copies that are then written into."
# score = 1.0
# fails = []
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        out = x.clone()
        out[x < 0] = 0
        return out

# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.slope = negative_slope

    def forward(self, x):
        out = x.clone()
        return out.mul_(torch.where(x < 0, self.slope, 1.0))

# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        out = x * 1.0
        return out.masked_scatter(x <= 0, self.alpha * torch.expm1(x[x <= 0]))

# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        y = (-2 * x.abs()).exp_()
        y = (1 - y) / (1 + y)
        return torch.copysign(y, x)

# %% MyMish
class MyMish(nn.Module):
    def forward(self, x):
        softplus = x.clone()
        softplus[x < 30] = torch.log1p(torch.exp(x[x < 30]))
        return x - 2 * x / (torch.exp(2 * softplus.clamp(max=40)) + 1)
