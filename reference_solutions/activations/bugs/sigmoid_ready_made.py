# /// zachetka
# about = "torch.sigmoid inside."
# score = 0.94
# fails = [
#     "MySigmoid.values",
#     "MySigmoid.shapes",
#     "MySigmoid.gradient",
#     "MySigmoid.large_inputs",
#     "MySigmoid.float64",
# ]
# diagnosis = "uses the ready-made activation `torch.sigmoid`"
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return torch.sigmoid(x)
