# /// zachetka
# about = "Values are cut off at 6."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "large x is cut off at 6 (ReLU6)"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x.clamp(0, 6)
