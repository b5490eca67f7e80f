# /// zachetka
# about = "The factor x is missing."
# score = 0.94
# fails = [
#     "MyMish.values",
#     "MyMish.shapes",
#     "MyMish.gradient",
#     "MyMish.large_inputs",
#     "MyMish.float64",
# ]
# diagnosis = "the factor x is missing"
# ///
# %% MyMish
class MyMish(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 * (x.clamp(min=0) + torch.log1p(torch.exp(-x.abs()))))
        return (1 - e) / (1 + e)
