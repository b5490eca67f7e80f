# /// zachetka
# about = "The density for the distribution function."
# score = 0.94
# fails = [
#     "MyGELU.values",
#     "MyGELU.shapes",
#     "MyGELU.gradient",
#     "MyGELU.large_inputs",
#     "MyGELU.float64",
# ]
# diagnosis = "the normal density stands for the distribution function"
# ///
# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        return x * torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)
