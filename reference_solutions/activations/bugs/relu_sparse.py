# /// zachetka
# about = "A sparse tensor comes back."
# score = 0.94
# fails = [
#     "MyReLU.values",
#     "MyReLU.shapes",
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
#     "MyReLU.float64",
# ]
# diagnosis = "got float32 tensor (9, 10), layout sparse_coo"
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return x.clamp(min=0).to_sparse()
