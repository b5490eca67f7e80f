# /// zachetka
# about = "The approximation by tanh."
# score = 0.95
# fails = [
#     "MyGELU.values",
#     "MyGELU.shapes",
#     "MyGELU.gradient",
#     "MyGELU.float64",
# ]
# diagnosis = "this is the approximation by tanh; the exact formula with erf is wanted"
# ///
# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        u = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
        return x / (1 + torch.exp(-2 * u.clamp(-40, 40)))
