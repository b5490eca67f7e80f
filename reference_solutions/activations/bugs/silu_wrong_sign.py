# /// zachetka
# about = "x * sigmoid(-x)."
# score = 0.94
# fails = [
#     "MySiLU.values",
#     "MySiLU.shapes",
#     "MySiLU.gradient",
#     "MySiLU.large_inputs",
#     "MySiLU.float64",
# ]
# diagnosis = "this is x * sigmoid(-x)"
# ///
# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        return x * MySigmoid()(-x)
