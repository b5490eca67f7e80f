# /// zachetka
# about = "Two nested loops: only a matrix will do."
# score = 0.99
# fails = ["MyReLU.shapes"]
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return torch.stack([torch.stack([v.clamp(min=0) for v in row]) for row in x])
