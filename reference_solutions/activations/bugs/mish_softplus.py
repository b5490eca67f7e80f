# /// zachetka
# about = "F.softplus inside."
# score = 0.94
# fails = [
#     "MyMish.values",
#     "MyMish.shapes",
#     "MyMish.gradient",
#     "MyMish.large_inputs",
#     "MyMish.float64",
# ]
# diagnosis = "uses the ready-made activation `torch.nn.functional.softplus`"
# ///
# %% MyMish
class MyMish(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 * F.softplus(x))
        return x * (1 - e) / (1 + e)
