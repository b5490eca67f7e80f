# /// zachetka
# about = "The same thing under another name: torch.special.expit."
# score = 0.94
# fails = [
#     "MySigmoid.values",
#     "MySigmoid.shapes",
#     "MySigmoid.gradient",
#     "MySigmoid.large_inputs",
#     "MySigmoid.float64",
# ]
# diagnosis = "uses the ready-made activation `torch.special.expit`"
# ///
# %% MySigmoid
from torch.special import expit


class MySigmoid(nn.Module):
    def forward(self, x):
        return expit(x)
