# /// zachetka
# about = "clamp_ writes into the input."
# score = 0.99
# fails = ["MyReLU.shapes"]
# diagnosis = "`MyReLU` changes the tensor that it is given."
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x.clamp_(min=0)
