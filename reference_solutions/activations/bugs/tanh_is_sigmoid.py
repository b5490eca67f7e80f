# /// zachetka
# about = "sigmoid(2x), not scaled to [-1, 1]."
# score = 0.94
# fails = [
#     "MyTanh.values",
#     "MyTanh.shapes",
#     "MyTanh.gradient",
#     "MyTanh.large_inputs",
#     "MyTanh.float64",
# ]
# diagnosis = "this is sigmoid(2x)"
# ///
# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        return 1 / (1 + torch.exp(-2 * x.clamp(-40, 40)))
