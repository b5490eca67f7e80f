# /// zachetka
# about = "The gate is detached."
# score = 0.99
# fails = ["MySiLU.gradient"]
# diagnosis = "the sigmoid is taken for a constant"
# ///
# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        return x * MySigmoid()(x).detach()
