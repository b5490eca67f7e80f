# /// zachetka
# about = "torch.sigmoid inside."
# score = 0.94
# fails = [
#     "MySiLU.values",
#     "MySiLU.shapes",
#     "MySiLU.gradient",
#     "MySiLU.large_inputs",
#     "MySiLU.float64",
# ]
# diagnosis = "uses the ready-made activation `torch.sigmoid`"
# ///
# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(x)
