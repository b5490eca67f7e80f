# /// zachetka
# about = "Dimensions of size 1 are lost."
# score = 0.99
# fails = ["MyReLU.shapes"]
# diagnosis = "got float32 tensor ()"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x.squeeze().clamp(min=0)
