# /// zachetka
# about = "The gradient passes unchanged, values are right."
# score = 0.98
# fails = [
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
# ]
# diagnosis = "the gradient passes unchanged, as if the function were x"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x + (x.clamp(min=0) - x).detach()
