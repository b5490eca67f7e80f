# /// zachetka
# about = "A copy of the weight is filled, not the weight."
# score = 0.97
# fails = [
#     "init_zeros_ones.zeros_weight",
#     "init_zeros_ones.ones_weight",
#     "init_zeros_ones.zeros_in_place",
#     "init_zeros_ones.ones_in_place",
# ]
# diagnosis = "the weights are not changed"
# ///
# %% init_zeros_ones
def init_zeros_(layer):
    weight = layer.weight.detach().clone()
    weight.zero_()
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def init_ones_(layer):
    weight = layer.weight.detach().clone()
    weight.fill_(1.0)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
