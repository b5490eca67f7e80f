# /// zachetka
# about = "alpha multiplies positive x, too."
# score = 0.99
# fails = ["MyELU.parameter"]
# diagnosis = "alpha multiplies positive x, too"
# ///
# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return self.alpha * torch.where(x > 0, x, torch.expm1(x.clamp(max=0)))
