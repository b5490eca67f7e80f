# /// zachetka
# about = "F.relu inside."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "uses the ready-made activation `torch.nn.functional.relu`"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return F.relu(x)
