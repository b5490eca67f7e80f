# /// zachetka
# about = "The definition: NaN where exp overflows."
# score = 0.99
# fails = ["MyTanh.large_inputs"]
# diagnosis = "Values for |x| up to 1e4 contain NaN or infinity."
# ///
# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        a, b = torch.exp(x), torch.exp(-x)
        return (a - b) / (a + b)
