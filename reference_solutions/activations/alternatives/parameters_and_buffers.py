# /// zachetka
# about = "Constants as tensors: a buffer, a frozen parameter, float32 roots."
# score = 1.0
# fails = []
# ///
# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.register_buffer("slope", torch.tensor(float(negative_slope)))

    def forward(self, x):
        return torch.where(x >= 0, x, self.slope.to(x.dtype) * x)

# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = nn.Parameter(torch.tensor(float(alpha)), requires_grad=False)

    def forward(self, x):
        return torch.where(x > 0, x, self.alpha * torch.expm1(x.clamp(max=0)))

# %% MyGELU
class MyGELU(nn.Module):
    def __init__(self):
        super().__init__()
        self.root = torch.sqrt(torch.tensor(2.0))

    def forward(self, x):
        return 0.5 * x * (1 + torch.special.erf(x / self.root))
