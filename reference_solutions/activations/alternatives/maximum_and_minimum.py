# /// zachetka
# about = "torch.maximum, torch.minimum and tensors of no dimension."
# score = 1.0
# fails = []
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return torch.maximum(x, torch.tensor(0.0, dtype=x.dtype))

# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        return torch.maximum(x, self.negative_slope * x)

# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        zero = torch.zeros((), dtype=x.dtype)
        return torch.maximum(x, zero) + torch.minimum(self.alpha * torch.expm1(torch.minimum(x, zero)), zero)

# %% MyMish
class MyMish(nn.Module):
    def forward(self, x):
        zero = torch.zeros_like(x)
        grown = torch.exp(torch.minimum(x, zero + 30))
        square = (1 + grown) ** 2
        return x * (square - 1) / (square + 1)
