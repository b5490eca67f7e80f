# /// zachetka
# about = "A normal distribution cut at two deviations."
# score = 0.97
# fails = ["init_general_normal.normal_distribution"]
# diagnosis = "the normal distribution is truncated: values far from zero are missing"
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
        std = 1 / math.sqrt(layer.weight.shape[1])
        nn.init.trunc_normal_(layer.weight, 0.0, std, -2 * std, 2 * std)
        if layer.bias is not None:
            layer.bias.zero_()
