# /// zachetka
# about = "softplus is 0 below -3: a hole in the curve."
# score = 0.95
# fails = [
#     "MyMish.values",
#     "MyMish.shapes",
#     "MyMish.gradient",
#     "MyMish.float64",
# ]
# ///
# %% MyMish
class MyMish(nn.Module):
    def forward(self, x):
        softplus = torch.where(x < -3, torch.zeros_like(x), x.clamp(min=0) + torch.log1p(torch.exp(-x.abs())))
        e = torch.exp(-2 * softplus)
        return x * (1 - e) / (1 + e)
