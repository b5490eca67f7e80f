# /// zachetka
# about = "The class inherits from nn.ReLU."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "uses the ready-made activation `torch.nn.ReLU`"
# ///
# %% MyReLU
class MyReLU(nn.ReLU):
    def forward(self, x):
        return super().forward(x)
