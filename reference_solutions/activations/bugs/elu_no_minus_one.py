# /// zachetka
# about = "exp(x) without - 1."
# score = 0.94
# fails = [
#     "MyELU.values",
#     "MyELU.shapes",
#     "MyELU.gradient",
#     "MyELU.parameter",
#     "MyELU.large_inputs",
#     "MyELU.float64",
# ]
# diagnosis = "1 is not subtracted from exp(x)"
# ///
# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return torch.where(x > 0, x, self.alpha * torch.exp(x.clamp(max=0)))
