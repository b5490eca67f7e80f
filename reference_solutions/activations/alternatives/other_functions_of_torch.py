# /// zachetka
# about = "logaddexp, the normal distribution, hypot of nothing: mathematics, not activations."
# score = 1.0
# fails = []
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return torch.exp(-torch.logaddexp(torch.zeros_like(x), -x))

# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        return x * torch.exp(-torch.logaddexp(torch.zeros_like(x), -x))

# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        return x * torch.special.ndtr(x)

# %% MyMish
class MyMish(nn.Module):
    def forward(self, x):
        softplus = torch.logaddexp(x, x.new_zeros(()))
        return x * -torch.expm1(-2 * softplus) / (1 + torch.exp(-2 * softplus))
