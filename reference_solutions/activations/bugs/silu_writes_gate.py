# /// zachetka
# about = "The gate multiplies the input in place."
# score = 0.99
# fails = ["MySiLU.shapes"]
# diagnosis = "`MySiLU` changes the tensor that it is given."
# ///
# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        return x.mul_(MySigmoid()(x))
