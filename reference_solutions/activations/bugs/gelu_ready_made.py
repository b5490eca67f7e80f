# /// zachetka
# about = "nn.GELU inside."
# score = 0.94
# fails = [
#     "MyGELU.values",
#     "MyGELU.shapes",
#     "MyGELU.gradient",
#     "MyGELU.large_inputs",
#     "MyGELU.float64",
# ]
# diagnosis = "uses the ready-made activation `torch.nn.GELU`"
# ///
# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        return nn.GELU()(x)
