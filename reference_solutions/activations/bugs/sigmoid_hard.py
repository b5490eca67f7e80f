# /// zachetka
# about = "A broken line."
# score = 0.95
# fails = [
#     "MySigmoid.values",
#     "MySigmoid.shapes",
#     "MySigmoid.gradient",
#     "MySigmoid.float64",
# ]
# diagnosis = "this is a hard sigmoid, a broken line"
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return (x / 6 + 0.5).clamp(0, 1)
