# /// zachetka
# about = "x * sigmoid(2x)."
# score = 0.95
# fails = [
#     "MySiLU.values",
#     "MySiLU.shapes",
#     "MySiLU.gradient",
#     "MySiLU.float64",
# ]
# diagnosis = "this is x * sigmoid(2x)"
# ///
# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        return x * MySigmoid()(2 * x)
