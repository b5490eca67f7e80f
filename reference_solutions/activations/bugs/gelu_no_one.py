# /// zachetka
# about = "1 is not added."
# score = 0.94
# fails = [
#     "MyGELU.values",
#     "MyGELU.shapes",
#     "MyGELU.gradient",
#     "MyGELU.large_inputs",
#     "MyGELU.float64",
# ]
# diagnosis = "1 is not added to erf"
# ///
# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        return x * torch.erf(x / math.sqrt(2)) / 2
