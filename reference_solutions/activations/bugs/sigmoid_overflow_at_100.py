# /// zachetka
# about = "Safe to 100 only."
# score = 0.99
# fails = ["MySigmoid.large_inputs"]
# diagnosis = "Gradients for |x| up to 1e4 contain NaN or infinity, though the values may be right."
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        e = torch.exp(-x.clamp(min=-100))
        return 1 / (1 + e)
