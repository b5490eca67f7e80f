# /// zachetka
# about = "Values are rounded to three digits."
# score = 0.95
# fails = [
#     "MySigmoid.values",
#     "MySigmoid.shapes",
#     "MySigmoid.gradient",
#     "MySigmoid.float64",
# ]
# diagnosis = "the gradient is 0 everywhere: is the graph cut (`.data`, `.detach()`)?"
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return torch.round(1 / (1 + torch.exp(-x.clamp(-60, 60))), decimals=3)
