# /// zachetka
# about = "CELU: alpha also divides x."
# score = 0.99
# fails = ["MyELU.parameter"]
# diagnosis = "this is CELU: alpha also divides x inside exp"
# ///
# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return torch.where(x > 0, x, self.alpha * torch.expm1(x.clamp(max=0) / self.alpha))
