# /// zachetka
# about = "The sign is wrong."
# score = 0.94
# fails = [
#     "MyTanh.values",
#     "MyTanh.shapes",
#     "MyTanh.gradient",
#     "MyTanh.large_inputs",
#     "MyTanh.float64",
# ]
# diagnosis = "the sign is wrong: this is -tanh(x)"
# ///
# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        return 1 - 2 / (1 + torch.exp(-2 * x.clamp(-40, 40)))
