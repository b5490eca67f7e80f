# /// zachetka
# about = "x + sigmoid(x)."
# score = 0.94
# fails = [
#     "MySiLU.values",
#     "MySiLU.shapes",
#     "MySiLU.gradient",
#     "MySiLU.large_inputs",
#     "MySiLU.float64",
# ]
# diagnosis = "the sigmoid is added to x, not multiplied"
# ///
# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        return x + MySigmoid()(x)
