# /// zachetka
# about = "Made of torch.tanh, a ready-made activation."
# score = 0.94
# fails = [
#     "MySigmoid.values",
#     "MySigmoid.shapes",
#     "MySigmoid.gradient",
#     "MySigmoid.large_inputs",
#     "MySigmoid.float64",
# ]
# diagnosis = "uses the ready-made activation `torch.tanh`"
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return (1 + torch.tanh(x / 2)) / 2
