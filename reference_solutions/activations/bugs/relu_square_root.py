# /// zachetka
# about = "(x + sqrt(x**2)) / 2: NaN gradient at 0."
# score = 0.99
# fails = ["MyReLU.gradient"]
# diagnosis = "The gradient of `MyReLU` at 0 is NaN or infinite."
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return (x + torch.sqrt(x * x)) / 2
