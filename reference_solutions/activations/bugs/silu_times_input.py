# /// zachetka
# about = "x *= ... writes into the input."
# score = 0.99
# fails = ["MySiLU.shapes"]
# diagnosis = "`MySiLU` changes the tensor that it is given."
# ///
# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        gate = MySigmoid()(x)
        x *= gate
        return x
