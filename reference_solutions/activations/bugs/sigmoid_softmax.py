# /// zachetka
# about = "Softmax of (x, 0), a ready-made activation."
# score = 0.94
# fails = [
#     "MySigmoid.values",
#     "MySigmoid.shapes",
#     "MySigmoid.gradient",
#     "MySigmoid.large_inputs",
#     "MySigmoid.float64",
# ]
# diagnosis = "uses the ready-made activation `torch.softmax`"
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return torch.softmax(torch.stack([x, torch.zeros_like(x)]), 0)[0]
