# /// zachetka
# about = "max(x, alpha * (exp(x) - 1)) is right for alpha up to 1 only."
# score = 0.99
# fails = ["MyELU.parameter"]
# ///
# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return torch.maximum(x, self.alpha * torch.expm1(x.clamp(max=0)))
