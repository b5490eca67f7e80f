# /// zachetka
# about = "F.threshold inside."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "uses the ready-made activation `torch.nn.functional.threshold`"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return F.threshold(x, 0, 0)
