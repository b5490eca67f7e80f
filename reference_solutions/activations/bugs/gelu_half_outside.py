# /// zachetka
# about = "x + 1/2 erf."
# score = 0.94
# fails = [
#     "MyGELU.values",
#     "MyGELU.shapes",
#     "MyGELU.gradient",
#     "MyGELU.large_inputs",
#     "MyGELU.float64",
# ]
# diagnosis = "only erf is halved, not 1 + erf"
# ///
# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        return x * (1 + torch.erf(x / math.sqrt(2)) / 2)
