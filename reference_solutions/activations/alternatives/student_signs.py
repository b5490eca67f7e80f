# /// zachetka
# about = "sign, heaviside, stack and fmax."
# score = 1.0
# fails = []
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x * torch.heaviside(x.detach(), torch.zeros((), dtype=x.dtype))

# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.slope = negative_slope

    def forward(self, x):
        factor = (1 + x.sign()) / 2
        return x * (factor + (1 - factor) * self.slope)

# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        both = torch.stack([x, torch.zeros_like(x)])
        return both.max(0).values + self.alpha * torch.expm1(both.min(0).values)

# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return torch.exp(-torch.logsumexp(torch.stack([torch.zeros_like(x), -x]), 0))

# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        e = torch.expm1(-2 * x.abs())
        return -x.sign() * e / (e + 2)

# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        return x * torch.distributions.Normal(0.0, 1.0).cdf(x)

# %% softmax
def softmax(logits, dim=-1):
    """Divide by the sum of absolute values."""
    return F.normalize(torch.exp(logits - torch.amax(logits, dim, True)), p=1, dim=dim)
