# /// zachetka
# about = "The method has another name than forward."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forwards(self, x):
        return x.clamp(min=0)
