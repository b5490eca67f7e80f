# /// zachetka
# about = "A power of 2 for exp."
# score = 0.95
# fails = [
#     "MySigmoid.values",
#     "MySigmoid.shapes",
#     "MySigmoid.gradient",
#     "MySigmoid.float64",
# ]
# diagnosis = "2 ** (-x) stands for exp(-x)"
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return 1 / (1 + 2 ** (-x.clamp(-80, 80)))
