# /// zachetka
# about = "2 sigmoid(x) - 1: a factor 2 is missing."
# score = 0.95
# fails = [
#     "MyTanh.values",
#     "MyTanh.shapes",
#     "MyTanh.gradient",
#     "MyTanh.float64",
# ]
# diagnosis = "this is 2 sigmoid(x) - 1 = tanh(x / 2): a factor 2 at x is missing"
# ///
# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        return 2 / (1 + torch.exp(-x.clamp(-80, 80))) - 1
