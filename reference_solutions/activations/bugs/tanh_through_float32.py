# /// zachetka
# about = "float64 comes back, computed in float32."
# score = 0.99
# fails = ["MyTanh.float64"]
# diagnosis = "`MyTanh` returns float64, but only the digits of float32 are right: it is computed in float32 on the way."
# ///
# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        return (2 / (1 + torch.exp(-2 * x.float().clamp(-40, 40))) - 1).to(x.dtype)
