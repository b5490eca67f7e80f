# /// zachetka
# about = "A result of the default dtype is filled in."
# score = 0.98
# fails = [
#     "MyTanh.large_inputs",
#     "MyTanh.float64",
# ]
# diagnosis = "got float32 tensor (6, 8)"
# ///
# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        out = torch.zeros(x.shape)
        out[...] = 2 / (1 + torch.exp(-2 * x.clamp(-40, 40))) - 1
        return out
