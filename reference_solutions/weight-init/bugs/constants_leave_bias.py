# /// zachetka
# about = "The bias keeps what it was."
# score = 0.99
# fails = [
#     "init_zeros_ones.zeros_bias",
#     "init_zeros_ones.ones_bias",
# ]
# diagnosis = "the bias is not changed"
# ///
# %% init_zeros_ones
def init_zeros_(layer):
    with torch.no_grad():
        layer.weight.zero_()


def init_ones_(layer):
    with torch.no_grad():
        layer.weight.fill_(1.0)
