# /// zachetka
# about = "The gate is detached."
# score = 0.99
# fails = ["MyMish.gradient"]
# diagnosis = "tanh(softplus(x)) is taken for a constant"
# ///
# %% MyMish
class MyMish(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 * (x.clamp(min=0) + torch.log1p(torch.exp(-x.abs()))))
        return x * ((1 - e) / (1 + e)).detach()
