# /// zachetka
# about = "alpha is always 1."
# score = 0.99
# fails = ["MyELU.parameter"]
# diagnosis = "the default is used, whatever alpha is given"
# ///
# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return torch.where(x > 0, x, torch.expm1(x.clamp(max=0)))
