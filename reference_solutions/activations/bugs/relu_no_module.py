# /// zachetka
# about = "The class is no nn.Module."
# score = 0.98
# fails = ["MyReLU.values"]
# diagnosis = "`MyReLU` must be a subclass of nn.Module."
# ///
# %% MyReLU
class MyReLU:
    def __call__(self, x):
        return x.clamp(min=0)
