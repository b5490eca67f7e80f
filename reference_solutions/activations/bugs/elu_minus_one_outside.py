# /// zachetka
# about = "alpha * exp(x) - 1."
# score = 0.99
# fails = ["MyELU.parameter"]
# diagnosis = "1 is subtracted after the product: alpha * exp(x) - 1"
# ///
# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return torch.where(x > 0, x, self.alpha * torch.exp(x.clamp(max=0)) - 1)
