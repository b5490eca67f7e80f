# /// zachetka
# about = "1 / (1 + exp(-x)): NaN gradients where exp overflows."
# score = 0.99
# fails = ["MySigmoid.large_inputs"]
# diagnosis = "Gradients for |x| up to 1e4 contain NaN or infinity, though the values may be right."
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return 1 / (1 + torch.exp(-x))
