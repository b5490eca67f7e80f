# /// zachetka
# about = "A numpy array comes back."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "got numpy float32 array (9, 10)"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x.clamp(min=0).detach().numpy()
