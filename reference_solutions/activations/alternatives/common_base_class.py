# /// zachetka
# about = "A base class of one's own, forward inherited."
# score = 1.0
# fails = []
# ///
# %% MyReLU
class Elementwise(nn.Module):
    def formula(self, x):
        raise NotImplementedError

    def forward(self, x):
        return self.formula(x)


class MyReLU(Elementwise):
    def formula(self, x):
        return x.clamp_min(0)

# %% MySigmoid
class MySigmoid(Elementwise):
    def formula(self, x):
        small = torch.exp(-x.abs())
        large_side = 1 / (1 + small)
        return torch.where(x > 0, large_side, 1 - large_side)

# %% MyMish
class MyMish(Elementwise):
    def softplus(self, x):
        return torch.maximum(x, torch.zeros_like(x)) + torch.log1p(torch.exp(-x.abs()))

    def formula(self, x):
        e = torch.exp(-2 * self.softplus(x))
        return x * ((1 - e) / (1 + e))
