# /// zachetka
# about = "The branches of where are swapped."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "this is min(0, x), not max(0, x)"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return torch.where(x > 0, torch.zeros_like(x), x)
