# /// zachetka
# about = "sinh / cosh: infinity over infinity."
# score = 0.99
# fails = ["MyTanh.large_inputs"]
# diagnosis = "Values for |x| up to 1e4 contain NaN or infinity."
# ///
# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        return torch.sinh(x) / torch.cosh(x)
