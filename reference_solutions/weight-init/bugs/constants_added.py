# /// zachetka
# about = "1 is added to the weight that is there."
# score = 0.99
# fails = ["init_zeros_ones.ones_weight"]
# diagnosis = "1 is added to the weights"
# ///
# %% init_zeros_ones
def init_zeros_(layer):
    layer.weight.data.mul_(0.0)
    if layer.bias is not None:
        layer.bias.data.mul_(0.0)


def init_ones_(layer):
    layer.weight.data.add_(1.0)
    if layer.bias is not None:
        layer.bias.data.mul_(0.0)
