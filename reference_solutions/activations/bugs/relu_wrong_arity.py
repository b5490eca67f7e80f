# /// zachetka
# about = "forward wants a second argument."
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
    def forward(self, x, slope):
        return torch.where(x > 0, x, slope * x)
