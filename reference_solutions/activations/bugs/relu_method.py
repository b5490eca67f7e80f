# /// zachetka
# about = "x.relu() inside."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "uses the ready-made activation `relu`"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x.relu()
