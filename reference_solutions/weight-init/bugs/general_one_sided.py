# /// zachetka
# about = "U[0, y) in place of U[-y, y)."
# score = 0.97
# fails = ["init_general_normal.general_rule_distribution"]
# diagnosis = "the weights lie between zero and the right end: U[0, a) in place of U[-a, a)"
# ///
# %% init_general_normal
def init_general_rule_(layer):
    with torch.no_grad():
        y = 1 / math.sqrt(layer.weight.shape[1])
        layer.weight.copy_(torch.rand(layer.weight.shape) * y)
        if layer.bias is not None:
            layer.bias.zero_()


def init_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, 1 / math.sqrt(layer.weight.shape[1]))
        if layer.bias is not None:
            layer.bias.zero_()
