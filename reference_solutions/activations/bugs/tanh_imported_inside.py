# /// zachetka
# about = "The method imports torch's tanh; another one has a local variable of that name."
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
class MyTanh(nn.Module):
    def forward(self, x):
        from torch import tanh

        return tanh(x)

    def bound(self):
        tanh = 1
        return tanh
