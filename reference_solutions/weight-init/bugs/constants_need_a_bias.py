# /// zachetka
# about = "A layer with bias=False raises an error."
# score = 0.99
# fails = [
#     "init_zeros_ones.zeros_bias",
#     "init_zeros_ones.ones_bias",
# ]
# diagnosis = "stops with an error on a layer with bias=False"
# ///
# %% init_zeros_ones
def init_zeros_(layer):
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.zero_()


def init_ones_(layer):
    with torch.no_grad():
        layer.weight.fill_(1.0)
        layer.bias.zero_()
