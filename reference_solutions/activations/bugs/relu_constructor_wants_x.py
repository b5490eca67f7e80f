# /// zachetka
# about = "The constructor wants x."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "`MyReLU()` is not possible: `__init__` takes other arguments."
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def __init__(self, x):
        super().__init__()
        self.x = x

    def forward(self, x):
        return self.x.clamp(min=0)
