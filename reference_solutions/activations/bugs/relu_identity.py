# /// zachetka
# about = "x is returned as it came: right for positive x only."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "x is returned as it came"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x
