# /// zachetka
# about = "exp(-x) for exp(x)."
# score = 0.94
# fails = [
#     "MyELU.values",
#     "MyELU.shapes",
#     "MyELU.gradient",
#     "MyELU.large_inputs",
#     "MyELU.float64",
#     "MyELU.parameter",
# ]
# diagnosis = "exp(-x) stands for exp(x)"
# ///
# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return torch.where(x > 0, x, self.alpha * torch.expm1(-x.clamp(-80, 0)))
