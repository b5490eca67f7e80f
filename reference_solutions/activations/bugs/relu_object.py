# /// zachetka
# about = "The name stands for an object, not for the class."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "`MyReLU` is an object; it must be the class itself (write `class MyReLU(nn.Module)` and no call after it)."
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x.clamp(min=0)


MyReLU = MyReLU()
