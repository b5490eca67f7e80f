# /// zachetka
# about = "A mask times infinity: NaN."
# score = 0.99
# fails = ["MyELU.large_inputs"]
# diagnosis = "Values for |x| up to 1e4 contain NaN or infinity."
# ///
# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return x * (x > 0) + self.alpha * (torch.exp(x) - 1) * (x <= 0)
