# /// zachetka
# about = "torch.tanh inside."
# score = 0.94
# fails = [
#     "MyMish.values",
#     "MyMish.shapes",
#     "MyMish.gradient",
#     "MyMish.large_inputs",
#     "MyMish.float64",
# ]
# diagnosis = "uses the ready-made activation `torch.tanh`"
# ///
# %% MyMish
class MyMish(nn.Module):
    def forward(self, x):
        return x * torch.tanh(x.clamp(min=0) + torch.log1p(torch.exp(-x.abs())))
