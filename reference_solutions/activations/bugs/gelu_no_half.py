# /// zachetka
# about = "The factor 1/2 is missing."
# score = 0.94
# fails = [
#     "MyGELU.values",
#     "MyGELU.shapes",
#     "MyGELU.gradient",
#     "MyGELU.large_inputs",
#     "MyGELU.float64",
# ]
# diagnosis = "the factor 1/2 is missing"
# ///
# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        return x * (1 + torch.erf(x / math.sqrt(2)))
