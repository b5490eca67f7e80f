# /// zachetka
# about = "x * sigmoid(1.702 x)."
# score = 0.95
# fails = [
#     "MySiLU.values",
#     "MySiLU.shapes",
#     "MySiLU.gradient",
#     "MySiLU.float64",
# ]
# diagnosis = "this is x * sigmoid(1.702 x), an approximation"
# ///
# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        return x * MySigmoid()(1.702 * x)
