# /// zachetka
# about = "exp(x) / (1 + exp(x)): NaN for large x."
# score = 0.99
# fails = ["MySigmoid.large_inputs"]
# diagnosis = "Values for |x| up to 1e4 contain NaN or infinity."
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return torch.exp(x) / (1 + torch.exp(x))
