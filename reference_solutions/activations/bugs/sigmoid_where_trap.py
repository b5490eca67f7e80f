# /// zachetka
# about = "where does not keep the NaN gradient of the other branch away."
# score = 0.99
# fails = ["MySigmoid.large_inputs"]
# diagnosis = "Gradients for |x| up to 1e4 contain NaN or infinity, though the values may be right."
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return torch.where(x >= 0, 1 / (1 + torch.exp(-x)), torch.exp(x) / (1 + torch.exp(x)))
