# /// zachetka
# about = "float64 is lost in the constant."
# score = 0.98
# fails = [
#     "MyGELU.large_inputs",
#     "MyGELU.float64",
# ]
# diagnosis = "got float32 tensor (6, 8)"
# ///
# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        return x.float() * (1 + torch.erf(x.float() / math.sqrt(2))) / 2
