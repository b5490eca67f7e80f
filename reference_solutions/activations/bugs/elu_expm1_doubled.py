# /// zachetka
# about = "expm1(x) - 1: 1 is subtracted twice."
# score = 0.94
# fails = [
#     "MyELU.values",
#     "MyELU.shapes",
#     "MyELU.gradient",
#     "MyELU.large_inputs",
#     "MyELU.float64",
#     "MyELU.parameter",
# ]
# diagnosis = "The value of `MyELU` at 0 is wrong."
# ///
# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return torch.where(x > 0, x, self.alpha * (torch.expm1(x.clamp(max=0)) - 1))
