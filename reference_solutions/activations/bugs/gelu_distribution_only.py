# /// zachetka
# about = "The factor x is missing."
# score = 0.94
# fails = [
#     "MyGELU.values",
#     "MyGELU.shapes",
#     "MyGELU.gradient",
#     "MyGELU.large_inputs",
#     "MyGELU.float64",
# ]
# diagnosis = "the factor x is missing"
# ///
# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        return (1 + torch.erf(x / math.sqrt(2))) / 2
