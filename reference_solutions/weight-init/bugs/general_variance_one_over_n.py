# /// zachetka
# about = "The variance is made 1/n, and the interval sqrt(3) times too long."
# score = 0.97
# fails = ["init_general_normal.general_rule_distribution"]
# diagnosis = "the variance is made 1/n"
# ///
# %% init_general_normal
def init_general_rule_(layer):
    with torch.no_grad():
        y = math.sqrt(3 / layer.weight.shape[1])
        layer.weight.uniform_(-y, y)
        if layer.bias is not None:
            layer.bias.zero_()


def init_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, 1 / math.sqrt(layer.weight.shape[1]))
        if layer.bias is not None:
            layer.bias.zero_()
