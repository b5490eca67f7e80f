# /// zachetka
# about = "A compiled function of the notebook calls torch.relu."
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
@torch.jit.script
def cut(x):
    return torch.relu(x)


class MyReLU(nn.Module):
    def forward(self, x):
        return cut(x)
