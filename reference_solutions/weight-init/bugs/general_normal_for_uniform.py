# /// zachetka
# about = "normal_(0, y) in place of uniform_(-y, y)."
# score = 0.97
# fails = ["init_general_normal.general_rule_distribution"]
# diagnosis = "the end of the interval of the uniform rule is used as the standard deviation"
# ///
# %% init_general_normal
def init_general_rule_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, 1 / math.sqrt(layer.weight.shape[1]))
        if layer.bias is not None:
            layer.bias.zero_()


def init_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, 1 / math.sqrt(layer.weight.shape[1]))
        if layer.bias is not None:
            layer.bias.zero_()
