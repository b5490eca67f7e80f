# /// zachetka
# about = "The gate is detached."
# score = 0.99
# fails = ["MyGELU.gradient"]
# diagnosis = "Phi(x) is taken for a constant"
# ///
# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        return x * ((1 + torch.erf(x / math.sqrt(2))) / 2).detach()
