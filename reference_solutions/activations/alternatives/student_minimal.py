# /// zachetka
# about = "The shortest lines that come to mind."
# score = 1.0
# fails = []
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x.clip(0)

# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.a = negative_slope

    def forward(self, x):
        return torch.where(x > 0, 1, self.a) * x

# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return (-(-x).clamp(max=80)).clamp(max=0).exp() / (1 + (-x.abs()).exp())

# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        return 1 - 2 / (1 + torch.exp(2 * x.clamp(-40, 40)))

# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.a = alpha

    def forward(self, x):
        return x.clip(0) + self.a * x.clip(max=0).expm1()

# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        return x / (1 + (-x).clip(max=60).exp())

# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        return x / 2 * (1 + (x * 0.5**0.5).erf())

# %% MyMish
class MyMish(nn.Module):
    def forward(self, x):
        w = x.clip(max=20).exp()
        n = w * (w + 2)
        return x * n / (n + 2)

# %% softmax
def softmax(logits, dim=-1):
    e = (logits - logits.max(dim, True)[0]).exp()
    return e / e.sum(dim, True)
