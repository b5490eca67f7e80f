# /// zachetka
# about = "NaN everywhere."
# score = 0.94
# fails = [
#     "MyReLU.shapes",
#     "MyReLU.values",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "Values for |x| up to 1e4 contain NaN or infinity."
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return (x - x) / (x - x)
