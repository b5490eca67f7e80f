# /// zachetka
# about = "A list of numbers comes back."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "got list of length 90"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return [max(0.0, v) for v in x.reshape(-1).tolist()]
