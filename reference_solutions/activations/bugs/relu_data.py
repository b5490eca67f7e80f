# /// zachetka
# about = ".data cuts the graph."
# score = 0.98
# fails = [
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
# ]
# diagnosis = "`MyReLU()(x)` has no graph: no gradient can flow back to x"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x.data.clamp(min=0)
