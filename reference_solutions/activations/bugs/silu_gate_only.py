# /// zachetka
# about = "The sigmoid without x."
# score = 0.94
# fails = [
#     "MySiLU.values",
#     "MySiLU.shapes",
#     "MySiLU.gradient",
#     "MySiLU.large_inputs",
#     "MySiLU.float64",
# ]
# diagnosis = "this is the sigmoid"
# ///
# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        return MySigmoid()(x)
