# /// zachetka
# about = "The variance is handed to normal_."
# score = 0.97
# fails = ["init_general_normal.normal_distribution"]
# diagnosis = "the variance is given in place of the standard deviation: N(0, s^2) names the variance, torch asks for s"
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
        layer.weight.normal_(0.0, 1 / layer.weight.shape[1])
        if layer.bias is not None:
            layer.bias.zero_()
