# /// zachetka
# about = "x * sigmoid(1.702 x)."
# score = 0.95
# fails = [
#     "MyGELU.values",
#     "MyGELU.shapes",
#     "MyGELU.gradient",
#     "MyGELU.float64",
# ]
# diagnosis = "this is x * sigmoid(1.702 x), an approximation"
# ///
# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        return x / (1 + torch.exp(-1.702 * x.clamp(-50, 50)))
