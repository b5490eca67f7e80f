# /// zachetka
# about = "|x| for max(0, x)."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "this is |x|"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x.abs()
