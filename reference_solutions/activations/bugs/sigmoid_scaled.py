# /// zachetka
# about = "2 sigmoid(x) - 1."
# score = 0.94
# fails = [
#     "MySigmoid.values",
#     "MySigmoid.shapes",
#     "MySigmoid.gradient",
#     "MySigmoid.large_inputs",
#     "MySigmoid.float64",
# ]
# diagnosis = "this is tanh(x / 2)"
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return 2 / (1 + torch.exp(-x.clamp(-60, 60))) - 1
