# /// zachetka
# about = "x is not divided by sqrt(2)."
# score = 0.95
# fails = [
#     "MyGELU.values",
#     "MyGELU.shapes",
#     "MyGELU.gradient",
#     "MyGELU.float64",
# ]
# diagnosis = "x is not divided by sqrt(2) inside erf"
# ///
# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        return x * (1 + torch.erf(x)) / 2
