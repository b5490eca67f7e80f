# /// zachetka
# about = "x * softplus(x)."
# score = 0.94
# fails = [
#     "MyMish.values",
#     "MyMish.shapes",
#     "MyMish.gradient",
#     "MyMish.large_inputs",
#     "MyMish.float64",
# ]
# diagnosis = "tanh is missing: x * softplus(x)"
# ///
# %% MyMish
class MyMish(nn.Module):
    def forward(self, x):
        return x * (x.clamp(min=0) + torch.log1p(torch.exp(-x.abs())))
