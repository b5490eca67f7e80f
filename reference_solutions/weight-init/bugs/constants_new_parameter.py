# /// zachetka
# about = "New parameters take the place of the old ones."
# score = 0.99
# fails = [
#     "init_zeros_ones.zeros_in_place",
#     "init_zeros_ones.ones_in_place",
# ]
# diagnosis = "an optimizer would go on with the old one"
# ///
# %% init_zeros_ones
def _fill(layer, value):
    layer.weight = nn.Parameter(torch.full_like(layer.weight, value))
    if layer.bias is not None:
        layer.bias = nn.Parameter(torch.zeros_like(layer.bias))


def init_zeros_(layer):
    _fill(layer, 0.0)


def init_ones_(layer):
    _fill(layer, 1.0)
