# /// zachetka
# about = "A mask instead of a limit: the branch not chosen is NaN times 0."
# score = 0.99
# fails = ["MySigmoid.large_inputs"]
# diagnosis = "Gradients for |x| up to 1e4 contain NaN or infinity, though the values may be right."
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        right = (x >= 0).to(x.dtype)
        e = torch.exp(-x)
        return right / (1 + e) + (1 - right) * (1 - 1 / (1 + torch.exp(x)))
