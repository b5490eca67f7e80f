# /// zachetka
# about = "alpha is cut down to an integer."
# score = 0.99
# fails = ["MyELU.parameter"]
# diagnosis = "this is ReLU"
# ///
# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = int(alpha)

    def forward(self, x):
        return torch.where(x > 0, x, self.alpha * torch.expm1(x.clamp(max=0)))
