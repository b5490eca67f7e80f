# /// zachetka
# about = "The return is forgotten."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "got None"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        out = x.clamp(min=0)
