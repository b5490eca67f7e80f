# /// zachetka
# about = "torch's tanh is imported above; another method has an argument of that name."
# score = 0.94
# fails = [
#     "MyTanh.values",
#     "MyTanh.shapes",
#     "MyTanh.gradient",
#     "MyTanh.large_inputs",
#     "MyTanh.float64",
# ]
# diagnosis = "uses the ready-made activation `torch.tanh`"
# ///
# %% MyTanh
try:
    from torch import tanh
except ImportError:
    def tanh(x):
        return x


class MyTanh(nn.Module):
    def gate(self, x, tanh=None):
        tanh = x
        return tanh

    def forward(self, x):
        return tanh(self.gate(x))
