# /// zachetka
# about = "A tensor without values comes back."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "got float32 tensor (9, 10) on device 'meta'"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return torch.empty_like(x, device="meta")
