# /// zachetka
# about = "A left and a right part, each cut off by clamp."
# score = 1.0
# fails = []
# ///
# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        return x.clamp(min=0) + self.negative_slope * x.clamp(max=0)

# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return torch.clamp(x, min=0) + self.alpha * (torch.exp(torch.clamp(x, max=0)) - 1)

# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return 1 / (1 + torch.exp(-torch.clamp(x, -30, 30)))

# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        z = x.clamp(-20, 20)
        a, b = torch.exp(z), torch.exp(-z)
        return (a - b) / (a + b)

# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        return x / (1 + torch.exp(-x.clamp(-30, 30)))

# %% MyMish
class MyMish(nn.Module):
    def forward(self, x):
        softplus = torch.log(1 + torch.exp(x.clamp(max=25)))
        e = torch.exp(-2 * softplus)
        return x * (1 - e) / (1 + e)
