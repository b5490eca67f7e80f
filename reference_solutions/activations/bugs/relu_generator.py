# /// zachetka
# about = "yield for return."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "got generator"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        yield x.clamp(min=0)
