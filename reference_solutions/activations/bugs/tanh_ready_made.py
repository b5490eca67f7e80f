# /// zachetka
# about = "torch.tanh inside."
# score = 0.94
# fails = [
#     "MyTanh.values",
#     "MyTanh.shapes",
#     "MyTanh.gradient",
#     "MyTanh.large_inputs",
#     "MyTanh.float64",
# ]
# diagnosis = "uses the ready-made activation `tanh`"
# ///
# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        return x.tanh()
