# /// zachetka
# about = "The name stands for a tensor."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "`MyReLU` is neither a class nor a function: is the name used again further down?"
# ///
# %% MyReLU
MyReLU = torch.zeros(3).clamp(min=0)
