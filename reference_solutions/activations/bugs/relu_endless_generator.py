# /// zachetka
# about = "A generator that never ends comes back."
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
        while True:
            yield x.clamp(min=0)
