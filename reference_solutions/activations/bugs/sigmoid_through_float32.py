# /// zachetka
# about = "float64 comes back, computed in float32."
# score = 0.99
# fails = ["MySigmoid.float64"]
# diagnosis = "`MySigmoid` returns float64, but only the digits of float32 are right: it is computed in float32 on the way."
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return (1 / (1 + torch.exp(-x.float().clamp(-80, 80)))).to(x.dtype)
