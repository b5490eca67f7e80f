# /// zachetka
# about = "F.silu inside."
# score = 0.94
# fails = [
#     "MySiLU.values",
#     "MySiLU.shapes",
#     "MySiLU.gradient",
#     "MySiLU.large_inputs",
#     "MySiLU.float64",
# ]
# diagnosis = "uses the ready-made activation `torch.nn.functional.silu`"
# ///
# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        return F.silu(x)
