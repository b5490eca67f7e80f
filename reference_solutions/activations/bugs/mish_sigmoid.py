# /// zachetka
# about = "The sigmoid for tanh."
# score = 0.94
# fails = [
#     "MyMish.values",
#     "MyMish.shapes",
#     "MyMish.gradient",
#     "MyMish.large_inputs",
#     "MyMish.float64",
# ]
# diagnosis = "sigmoid stands for tanh"
# ///
# %% MyMish
class MyMish(nn.Module):
    def forward(self, x):
        return x / (1 + torch.exp(-x.clamp(min=0) - torch.log1p(torch.exp(-x.abs()))))
