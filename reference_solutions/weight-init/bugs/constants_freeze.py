# /// zachetka
# about = "requires_grad is switched off and stays so."
# score = 0.99
# fails = [
#     "init_zeros_ones.zeros_in_place",
#     "init_zeros_ones.ones_in_place",
# ]
# diagnosis = "the parameters of the layer cannot be trained any more: they must be leaves with requires_grad=True"
# ///
# %% init_zeros_ones
def _fill(layer, value):
    for p in layer.parameters():
        p.requires_grad_(False)
    layer.weight.fill_(value)
    if layer.bias is not None:
        layer.bias.fill_(0.0)


def init_zeros_(layer):
    _fill(layer, 0.0)


def init_ones_(layer):
    _fill(layer, 1.0)
