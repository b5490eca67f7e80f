# /// zachetka
# about = "x / (1 + exp(-x)): NaN gradients."
# score = 0.99
# fails = ["MySiLU.large_inputs"]
# diagnosis = "Gradients for |x| up to 1e4 contain NaN or infinity, though the values may be right."
# ///
# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        return x / (1 + torch.exp(-x))
