# /// zachetka
# about = "exp of large positive x in the branch not chosen: NaN gradients."
# score = 0.99
# fails = ["MyELU.large_inputs"]
# diagnosis = "Gradients for |x| up to 1e4 contain NaN or infinity, though the values may be right."
# ///
# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return torch.where(x > 0, x, self.alpha * (torch.exp(x) - 1))
