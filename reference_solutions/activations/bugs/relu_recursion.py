# /// zachetka
# about = "The module calls itself."
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
    def forward(self, x):
        return self(x.clamp(min=0))
