# /// zachetka
# about = "The class has another name."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "the notebook does not define `MyReLU`"
# ///
# %% MyReLU
class MyRelu(nn.Module):
    def forward(self, x):
        return x.clamp(min=0)
