# /// zachetka
# about = "float64 is lost."
# score = 0.98
# fails = [
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "got float32 tensor (6, 8)"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x.float().clamp(min=0)
