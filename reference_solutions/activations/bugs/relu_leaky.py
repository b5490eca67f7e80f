# /// zachetka
# about = "A leaky ReLU."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "this is a leaky ReLU: negative x must give 0"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return torch.maximum(x, 0.01 * x)
