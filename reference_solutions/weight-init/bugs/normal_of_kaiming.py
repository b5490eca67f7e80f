# /// zachetka
# about = "Kaiming's variance 2/n."
# score = 0.97
# fails = ["init_general_normal.normal_distribution"]
# diagnosis = "the variance is twice what it must be: there is a factor of 2 too many"
# ///
# %% init_general_normal
def init_general_rule_(layer):
    with torch.no_grad():
        y = 1 / math.sqrt(layer.weight.shape[1])
        layer.weight.uniform_(-y, y)
        if layer.bias is not None:
            layer.bias.zero_()


def init_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / layer.weight.shape[1]))
        if layer.bias is not None:
            layer.bias.zero_()
