# /// zachetka
# about = "|x| in every formula; its gradient at 0 is torch's affair."
# score = 1.0
# fails = []
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return (x + x.abs()) / 2

# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        a = self.negative_slope
        return (1 + a) / 2 * x + (1 - a) / 2 * torch.abs(x)

# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        e = torch.exp(-x.abs())
        return torch.where(x >= 0, 1 / (1 + e), e / (1 + e))

# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 * torch.abs(x))
        return torch.sign(x) * (1 - e) / (1 + e)

# %% MyMish
class MyMish(nn.Module):
    def forward(self, x):
        softplus = (x + x.abs()) / 2 + torch.log1p(torch.exp(-x.abs()))
        t = torch.expm1(-2 * softplus)
        return -x * t / (2 + t)
