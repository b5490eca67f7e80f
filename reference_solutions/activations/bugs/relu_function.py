# /// zachetka
# about = "A function in place of the class."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "`MyReLU` is a function; a class is wanted, so that `MyReLU()` makes a module and `MyReLU()(x)` applies it."
# ///
# %% MyReLU
def MyReLU(x):
    return x.clamp(min=0)
