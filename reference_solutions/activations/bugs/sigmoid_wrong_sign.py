# /// zachetka
# about = "exp(x) for exp(-x)."
# score = 0.94
# fails = [
#     "MySigmoid.values",
#     "MySigmoid.shapes",
#     "MySigmoid.gradient",
#     "MySigmoid.large_inputs",
#     "MySigmoid.float64",
# ]
# diagnosis = "the sign of x is wrong: exp(-x) is needed"
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return 1 / (1 + torch.exp(x.clamp(-80, 80)))
