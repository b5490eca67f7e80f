# /// zachetka
# about = "erfc, Tensor.erf, powers and keyword arguments."
# score = 1.0
# fails = []
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return torch.clip(input=x, min=0)

# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        return 0.5 * x * torch.erfc(-x * 2**-0.5)

# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        e = torch.expm1(2 * x.clamp(-25, 25))
        return e / (e + 2)

# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        slopes = torch.ones_like(x)
        slopes[x < 0] = self.negative_slope
        return x * slopes
