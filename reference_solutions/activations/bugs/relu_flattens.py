# /// zachetka
# about = "The shape is lost."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "got float32 tensor (90,)"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x.reshape(-1).clamp(min=0)
