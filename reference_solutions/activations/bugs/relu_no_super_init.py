# /// zachetka
# about = "super().__init__() is forgotten."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def __init__(self):
        self.inner = nn.Identity()

    def forward(self, x):
        return self.inner(x).clamp(min=0)
