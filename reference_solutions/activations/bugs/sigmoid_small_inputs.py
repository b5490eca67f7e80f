# /// zachetka
# about = "Right for |x| below 5 only."
# score = 0.94
# fails = [
#     "MySigmoid.values",
#     "MySigmoid.shapes",
#     "MySigmoid.gradient",
#     "MySigmoid.large_inputs",
#     "MySigmoid.float64",
# ]
# diagnosis = "x is cut off too early: right for small |x| only"
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return 1 / (1 + torch.exp(-x.clamp(-5, 5)))
