# /// zachetka
# about = "Negative values of the input are overwritten."
# score = 0.99
# fails = ["MyReLU.shapes"]
# diagnosis = "`MyReLU` changes the tensor that it is given."
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        x[x < 0] = 0
        return x
