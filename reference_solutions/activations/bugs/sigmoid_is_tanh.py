# /// zachetka
# about = "tanh for the sigmoid."
# score = 0.94
# fails = [
#     "MySigmoid.values",
#     "MySigmoid.shapes",
#     "MySigmoid.gradient",
#     "MySigmoid.large_inputs",
#     "MySigmoid.float64",
# ]
# diagnosis = "this is tanh"
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 * x.abs())
        return torch.where(x >= 0, 1 - e, e - 1) / (1 + e)
