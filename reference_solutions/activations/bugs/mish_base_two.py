# /// zachetka
# about = "The logarithm of base 2."
# score = 0.95
# fails = [
#     "MyMish.values",
#     "MyMish.shapes",
#     "MyMish.gradient",
#     "MyMish.float64",
# ]
# diagnosis = "the logarithm has base 2"
# ///
# %% MyMish
class MyMish(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 / math.log(2) * (x.clamp(min=0) + torch.log1p(torch.exp(-x.abs()))))
        return x * (1 - e) / (1 + e)
