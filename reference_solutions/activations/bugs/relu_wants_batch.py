# /// zachetka
# about = "A first dimension is expected and taken apart."
# score = 0.99
# fails = ["MyReLU.shapes"]
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return torch.cat([row.clamp(min=0) for row in x.split(1)])
