# /// zachetka
# about = "A broken line."
# score = 0.95
# fails = [
#     "MyTanh.values",
#     "MyTanh.shapes",
#     "MyTanh.gradient",
#     "MyTanh.float64",
# ]
# diagnosis = "this is a hard tanh, a broken line"
# ///
# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        return x.clamp(-1, 1)
