# /// zachetka
# about = "sqrt(2) multiplies."
# score = 0.95
# fails = [
#     "MyGELU.values",
#     "MyGELU.shapes",
#     "MyGELU.gradient",
#     "MyGELU.float64",
# ]
# diagnosis = "x is multiplied by sqrt(2), not divided"
# ///
# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        return x * (1 + torch.erf(x * math.sqrt(2))) / 2
