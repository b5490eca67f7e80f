# /// zachetka
# about = "log1p(exp(x)) overflows as well."
# score = 0.99
# fails = ["MyMish.large_inputs"]
# diagnosis = "Gradients for |x| up to 1e4 contain NaN or infinity, though the values may be right."
# ///
# %% MyMish
class MyMish(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 * torch.log1p(torch.exp(x)))
        return x * (1 - e) / (1 + e)
