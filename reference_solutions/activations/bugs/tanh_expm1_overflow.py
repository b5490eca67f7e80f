# /// zachetka
# about = "expm1(2x) overflows."
# score = 0.99
# fails = ["MyTanh.large_inputs"]
# diagnosis = "Values for |x| up to 1e4 contain NaN or infinity."
# ///
# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        e = torch.expm1(2 * x)
        return e / (e + 2)
