# /// zachetka
# about = "Large inputs are clamped in place."
# score = 0.99
# fails = [
#     "MySigmoid.large_inputs",
# ]
# diagnosis = "changes the tensor"
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    """1 / (1 + exp(-x)), without overflow."""

    def forward(self, x):
        """x: any shape -> the same shape"""
        x.clamp_(-80, 80)
        return 1 / (1 + torch.exp(-x))
