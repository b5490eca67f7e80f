# /// zachetka
# about = "view(-1) cannot flatten a transposed tensor."
# score = 0.99
# fails = ["MyReLU.shapes"]
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x.view(-1).clamp(min=0).view(x.shape)
