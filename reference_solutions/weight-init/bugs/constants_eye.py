# /// zachetka
# about = "A unit matrix in place of ones."
# score = 0.99
# fails = ["init_zeros_ones.ones_weight"]
# diagnosis = "this is a unit matrix: ones on the diagonal only"
# ///
# %% init_zeros_ones
def init_zeros_(layer):
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def init_ones_(layer):
    nn.init.eye_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
