# /// zachetka
# about = "One number comes back."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "got float"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x.clamp(min=0).reshape(-1)[0].item()
