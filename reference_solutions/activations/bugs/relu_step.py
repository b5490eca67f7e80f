# /// zachetka
# about = "The mask x > 0 for x itself."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "this is the step x > 0, not x itself"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return (x > 0).to(x.dtype) + 0 * x
